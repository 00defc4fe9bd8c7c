"""Tables of `information_schema` that list loads, tasks and their runs."""

import json

from starrocks_emulator.information_schema.objects import Rows, VisibleObjects
from starrocks_emulator.sql.literals import value_literal
from starrocks_emulator.users import Access

_LOADS = """SELECT txn_id AS "ID", label AS "LABEL", NULL::VARCHAR AS "PROFILE_ID", database AS "DB_NAME",
tables AS "TABLE_NAME", username AS "USER", 'default_warehouse' AS "WAREHOUSE", CASE state WHEN 'VISIBLE' THEN
'FINISHED' WHEN 'ABORTED' THEN 'CANCELLED' ELSE state END AS "STATE", CASE state WHEN 'VISIBLE' THEN
'ETL:100%; LOAD:100%' ELSE 'ETL:100%; LOAD:0%' END AS "PROGRESS", kind AS "TYPE", 'NORMAL' AS "PRIORITY",
total_rows AS "SCAN_ROWS", bytes AS "SCAN_BYTES", filtered_rows AS "FILTERED_ROWS",
unselected_rows AS "UNSELECTED_ROWS", loaded_rows AS "SINK_ROWS", '{"txn_id": ' || txn_id || '}' AS "RUNTIME_DETAILS",
created AS "CREATE_TIME", created AS "LOAD_START_TIME", finished AS "LOAD_COMMIT_TIME", finished AS "LOAD_FINISH_TIME",
'{}' AS "PROPERTIES", nullif(message, '') AS "ERROR_MSG", NULL::VARCHAR AS "TRACKING_SQL",
NULL::VARCHAR AS "REJECTED_RECORD_PATH", txn_id AS "JOB_ID", nullif(url, '') AS "TRACKING_URL" FROM meta.loads"""


def task_runs(schema: VisibleObjects) -> Rows:
    """Rows of `task_runs`."""
    rows: Rows = [
        [run.query_id, run.name, run.started, run.finished, run.state, "default_catalog", run.database,
         run.definition, None, run.error_code, run.error, "100%", "", "{}", run.query_id, run.started]
        for run in schema.services.refresher.runs()
    ]  # fmt: skip
    for one in schema.services.tasks.runs():
        task = one.task
        if schema.may_see(task.user):
            rows.append([
                one.query_id, task.name, one.created, one.finished, one.state, "default_catalog", task.database,
                task.definition, None, 1064 if one.error else 0, one.error,
                "100%" if one.state == "SUCCESS" else "0%", "", task.properties, one.query_id, one.created,
            ])  # fmt: skip
    return rows


def tasks(schema: VisibleObjects) -> Rows:
    """Rows of `tasks`."""
    return [
        [task.name, task.created, f"PERIODICAL {task.schedule}" if task.schedule else "MANUAL", "default_catalog",
         task.database, task.definition, None, _task_properties(task.properties), task.user]
        for task in schema.services.tasks.all()
        if schema.may_see(task.user)
    ]  # fmt: skip


def _task_properties(text: str) -> str:
    """The properties of a task as StarRocks lists them, in the order of Java's HashMap."""
    properties = {"warehouse": "default_warehouse", **json.loads(text)}
    ordered = sorted(properties, key=lambda name: _java_hash(name) & 15)
    return "(" + ",".join(f"'{name}'='{properties[name]}'" for name in ordered) + ")"


def _java_hash(text: str) -> int:
    """`HashMap.hash` of a Java string."""
    value = 0
    for character in text:
        value = value * 31 + ord(character) & 0xFFFFFFFF
    return value ^ value >> 16


def loads_of(access: Access) -> str:
    """The query of `loads`: loads of the user, or all loads with the role root."""
    return _LOADS + ("" if "root" in access.roles else f" WHERE username = {value_literal(access.user)}")
