"""`information_schema` with StarRocks' tables and columns, built from the catalog."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.schema import Partition, Table, TableColumn
from starrocks_emulator.services import Services
from starrocks_emulator.sql.analyzed import rewrite_status
from starrocks_emulator.sql.literals import quote, value_literal
from starrocks_emulator.sql.partitions import partition_condition
from starrocks_emulator.sql.properties import PRIMARY_DEFAULTS, TABLE_DEFAULTS
from starrocks_emulator.sql.table_rules import index_bytes
from starrocks_emulator.types import SqlType, from_stored
from starrocks_emulator.users import Access

Rows = list[Sequence[Value]]
_SAMPLED_ROWS = 1000
_INTEGERS = {"smallint", "int", "bigint", "tinyint"}
_TYPES = {"V": "VARCHAR", "I": "BIGINT", "D": "TIMESTAMP", "F": "DOUBLE"}
TABLE_TYPES = {"table": "BASE TABLE", "view": "VIEW", "mv": "VIEW"}
"""TABLE_TYPE by kind of object."""
_PRECISIONS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "largeint": 39, "float": 7, "double": 15}


def _fields(text: str) -> list[tuple[str, str]]:
    """Parse `NAME:V OTHER:I` into names with DuckDB types: V or none VARCHAR, I BIGINT, D DATETIME, F DOUBLE."""
    return [(part.partition(":")[0], _TYPES[part.partition(":")[2] or "V"]) for part in text.split()]


def relation(fields: Sequence[tuple[str, str]], rows: Rows) -> str:
    """A query that returns these rows."""
    if not rows:
        return "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {quote(name)}" for name, kind in fields) + " WHERE FALSE"
    names = ", ".join(f"c{index}" for index in range(len(fields)))
    columns = ", ".join(f"CAST(c{index} AS {kind}) AS {quote(name)}" for index, (name, kind) in enumerate(fields))
    values = ", ".join("(" + ", ".join(map(value_literal, row)) + ")" for row in rows)
    return f"SELECT {columns} FROM (VALUES {values}) AS v ({names})"


class InformationSchema:
    """The tables of information_schema for one session."""

    def __init__(self, services: Services, access: Access) -> None:
        """Create the tables, without objects for which `access` has no privilege."""
        self.services = services
        self.access = access

    def visible(self) -> list[Table]:
        """Tables on which the session has any privilege."""
        return [table for table in self.services.catalog.tables() if self.access.sees(table)]

    def query(self, name: str) -> str:
        """DuckDB's query for a table of information_schema.

        Raises:
            SqlError: 5502 for an unknown table.
        """
        found = TABLES.get(name.lower())
        if found is None:
            raise errors.unknown_table(f"information_schema.{name}")
        fields, make = found
        if name.lower() == "loads":
            return loads_of(self.access)
        return relation(_fields(fields), make(self))

    def columns(self, name: str) -> list[tuple[str, SqlType]]:
        """Names and types of the columns of a table of information_schema; empty for an unknown one."""
        found = TABLES.get(name.lower())
        return [(column, from_stored(kind)) for column, kind in _fields(found[0])] if found else []

    def may_see(self, user: str) -> bool:
        """Whether the session may see statements of a user: its own, or those of all users with the role root."""
        return user == self.access.user or "root" in self.access.roles

    def count(self, table: Table, condition: str = "TRUE") -> int:
        """Number of rows of a table."""
        if table.base is not None:
            return 0  # Views have no rows of their own.
        cursor = self.services.storage.cursor()
        try:
            row = cursor.execute(f"SELECT count(*) FROM {table.stored} WHERE {condition}").fetchone()
            return int(row[0]) if row else 0
        finally:
            cursor.close()

    def row_bytes(self, table: Table) -> int:
        """Average bytes of a row, uncompressed, by the first thousand rows."""
        if table.base is not None:
            return 0
        with closing(self.services.storage.cursor()) as cursor:
            widths = " + ".join(f"coalesce({_bytes(column)}, 0)" for column in table.columns)
            row = cursor.execute(
                f"SELECT avg({widths}) FROM (SELECT * FROM {table.stored} LIMIT {_SAMPLED_ROWS})"
            ).fetchone()
            return round(row[0]) if row and row[0] else 0


def _bytes(column: TableColumn) -> str:
    """DuckDB's expression for the bytes of one value."""
    name = quote(column.name)
    if column.type.is_string or column.type.name in {"json", "array"}:
        return f"strlen(CAST({name} AS VARCHAR))"
    if column.type.name == "varbinary":
        return f"octet_length({name})"
    return str(index_bytes(column.type))


def _schemata(schema: InformationSchema) -> Rows:
    catalog = schema.services.catalog
    names = ["information_schema"]
    names += [name for name in catalog.databases if schema.access.sees_database(name, catalog.tables(name))]
    return [["def", name, "utf8", "utf8_general_ci", None] for name in sorted(names)]


def _tables(schema: InformationSchema) -> Rows:
    rows: Rows = []
    for table in schema.visible():
        number = None if table.kind == "view" else schema.count(table)
        width = None if number is None else schema.row_bytes(table)
        engine = {"table": "StarRocks", "view": "", "mv": "StarRocks"}[table.kind]
        rows.append([
            "def", table.database, table.name, TABLE_TYPES[table.kind], engine, None, None, number, width,
            None if number is None or width is None else number * width, None, None, None, None, table.created, None,
            None, "utf8_general_ci", None, None, table.comment,
        ])  # fmt: skip
    for name in TABLES:
        rows.append(
            [
                "def",
                "information_schema",
                name,
                "SYSTEM VIEW",
                "MEMORY",
                *[None] * 12,
                "utf8_general_ci",
                None,
                None,
                "",
            ]
        )
    return rows


def key_word(table: Table, column: TableColumn) -> str:
    """PRI, DUP or AGG for a key column, by the table's model."""
    if column.name not in table.keys:
        return ""
    return {"PRIMARY": "PRI", "DUPLICATE": "DUP", "AGGREGATE": "AGG", "UNIQUE": "UNI"}[table.model]


def _columns(schema: InformationSchema) -> Rows:
    rows: Rows = []
    for table in schema.visible():
        for position, column in enumerate(table.columns, 1):
            kind = column.type
            length = kind.arguments[0] if kind.is_string else None
            precision = kind.arguments[0] if kind.name == "decimal" else _PRECISIONS.get(kind.name)
            scale = kind.arguments[1] if kind.name == "decimal" else 0 if precision else None
            rows.append([
                "def", table.database, table.name, column.name, position, column.default,
                "YES" if column.nullable else "NO", kind.name, length, length, precision, scale, None,
                "utf8" if kind.is_string else None, "utf8_general_ci" if kind.is_string else None, kind.show(),
                key_word(table, column), "", "", column.comment, kind.arguments[0] if kind.arguments else None,
                scale, None,
            ])  # fmt: skip
    return rows


def _views(schema: InformationSchema) -> Rows:
    return [
        ["def", table.database, table.name, table.query, "NONE", "NO", "", "", "utf8", "utf8_general_ci"]
        for table in schema.visible()
        if table.kind == "view"
    ]


def partition_type(table: Table) -> str:
    """UNPARTITIONED, LIST or RANGE."""
    if table.partitioning is None:
        return "UNPARTITIONED"
    return "LIST" if table.partitioning.kind == "column" and not _by_time(table) else "RANGE"


def _by_time(table: Table) -> bool:
    """Whether the only partition column is a DATE or DATETIME."""
    assert table.partitioning
    columns = [table.column(name) for name in table.partitioning.columns]
    return len(columns) == 1 and columns[0] is not None and columns[0].type.is_temporal


def _materialized_views(schema: InformationSchema) -> Rows:
    rows: Rows = []
    for table in schema.visible():
        if table.kind != "mv" or table.refresh is None:
            continue
        run = schema.services.refresher.last_run(table.id)
        kind = partition_type(table)
        rows.append([
            table.id, table.database, table.name, table.refresh.mode, "true" if table.active else "false",
            table.inactive_reason, kind, table.id, f"mv-{table.id}",
            run.started if run else None, run.finished if run else None, run.seconds if run else None,
            run.state if run else None, "false", "", "", "{}", "{}", run.error_code if run else None,
            run.error if run else None, schema.count(table), table.query, "{}", rewrite_status(table), "",
        ])  # fmt: skip
    return rows


def all_properties(table: Table) -> dict[str, str]:
    """A table's properties, with defaults for those that are not set."""
    defaults = {**TABLE_DEFAULTS, **(PRIMARY_DEFAULTS if table.model == "PRIMARY" else {})}
    if table.distribution == "RANDOM":
        defaults["bucket_size"] = _BUCKET_SIZE
    shown = {name: value for name, value in table.properties.items() if _HIDDEN.get(name) != value}
    return dict(sorted({**defaults, **shown}.items()))


_HIDDEN = {"primary_index_cache_expire_sec": "0"}
"""Values of properties that StarRocks does not show."""
_BUCKET_SIZE = str(4 << 30)
"""StarRocks: default_automatic_bucket_size."""


def _tables_config(schema: InformationSchema) -> Rows:
    models = {"PRIMARY": "PRIMARY_KEYS", "DUPLICATE": "DUP_KEYS", "AGGREGATE": "AGG_KEYS", "UNIQUE": "UNQ_KEYS"}
    rows: Rows = []
    for table in schema.visible():
        if table.kind == "view":
            continue
        rows.append([
            table.database, table.name, "MATERIALIZED_VIEW" if table.kind == "mv" else "OLAP", models[table.model],
            ", ".join(f"`{key}`" for key in table.keys) if table.model == "PRIMARY" else "",
            ", ".join(f"`{name}`" for name in table.partitioning.columns) if table.partitioning else "",
            ", ".join(f"`{name}`" for name in table.distributed_by), table.distribution, table.buckets or 0,
            ", ".join(f"`{name}`" for name in (table.order_by or table.keys)), json.dumps(all_properties(table)), table.id,  # noqa: E501
        ])  # fmt: skip
    return rows


def partitions_of(table: Table) -> Sequence[Partition]:
    """The partitions of a table; an unpartitioned one has one with the table's name."""
    return table.partitions if table.partitioning else (Partition(table.name),)


def partition_rows(schema: InformationSchema, table: Table) -> list[tuple[Partition, int]]:
    """Partitions with their numbers of rows."""
    found = []
    for partition in partitions_of(table):
        condition = "TRUE"
        if table.partitioning:
            try:
                condition = partition_condition(table.partitioning, partition)
            except SqlError:
                condition = "FALSE"
        found.append((partition, schema.count(table, condition)))
    return found


def _partitions_meta(schema: InformationSchema) -> Rows:
    rows: Rows = []
    for table in schema.visible():
        if table.kind == "view":
            continue
        version = schema.services.changes.version(table.id)
        for index, (partition, number) in enumerate(partition_rows(schema, table)):
            key = ", ".join(table.partitioning.columns) if table.partitioning else ""
            rows.append([
                table.database, table.name, partition.name, table.id * 1000 + index, version, None, key,
                f"[{partition.low}, {partition.high})" if table.partitioning else "",
                ", ".join(table.distributed_by), table.buckets or 1,
                int(all_properties(table)["replication_num"]), "HDD", number,
            ])  # fmt: skip
        if table.partitioning and table.partitioning.kind != "range" and table.kind == "table":
            rows.append([
                table.database, table.name, _SHADOW_PARTITION, table.id * 1000 + 999, 1, None,
                ", ".join(table.partitioning.columns), "", ", ".join(table.distributed_by), table.buckets or 1,
                int(all_properties(table)["replication_num"]), "HDD", 0,
            ])  # fmt: skip
    return rows


_SHADOW_PARTITION = "$shadow_automatic_partition"
"""The empty partition of each table with automatic partitions, which StarRocks' partitions_meta contains."""


def _statistics(schema: InformationSchema) -> Rows:  # noqa: ARG001
    return []


def _key_columns(schema: InformationSchema) -> Rows:
    rows: Rows = []
    for table in schema.visible():
        if table.model == "PRIMARY" and table.kind == "table":
            for place, key in enumerate(table.keys, 1):
                rows.append(["def", table.database, "PRIMARY", "def", table.database, table.name, key, place,
                             None, None, None, None])  # fmt: skip
    return rows


def _constraints(schema: InformationSchema) -> Rows:
    return [
        ["def", table.database, "PRIMARY", table.database, table.name, "PRIMARY KEY"]
        for table in schema.visible()
        if table.model == "PRIMARY" and table.kind == "table"
    ]


def _task_runs(schema: InformationSchema) -> Rows:
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


def _all_tasks(schema: InformationSchema) -> Rows:
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


def _variables(schema: InformationSchema) -> Rows:  # noqa: ARG001
    from starrocks_emulator.variables import DEFAULTS, FIXED  # noqa: PLC0415

    return [[name, value] for name, value in {**FIXED, **DEFAULTS}.items()]


def _none(_: InformationSchema) -> Rows:
    return []


_LOADS = """SELECT txn_id AS "ID", label AS "LABEL", NULL::VARCHAR AS "PROFILE_ID", database AS "DB_NAME",
tables AS "TABLE_NAME", username AS "USER", 'default_warehouse' AS "WAREHOUSE", CASE state WHEN 'VISIBLE' THEN
'FINISHED' WHEN 'ABORTED' THEN 'CANCELLED' ELSE state END AS "STATE", CASE state WHEN 'VISIBLE' THEN
'ETL:100%; LOAD:100%' ELSE 'ETL:100%; LOAD:0%' END AS "PROGRESS", kind AS "TYPE", 'NORMAL' AS "PRIORITY",
total_rows AS "SCAN_ROWS", bytes AS "SCAN_BYTES", filtered_rows AS "FILTERED_ROWS",
unselected_rows AS "UNSELECTED_ROWS", loaded_rows AS "SINK_ROWS", '{"txn_id": ' || txn_id || '}' AS "RUNTIME_DETAILS",
created AS "CREATE_TIME", created AS "LOAD_START_TIME", finished AS "LOAD_COMMIT_TIME", finished AS "LOAD_FINISH_TIME",
'{}' AS "PROPERTIES", nullif(message, '') AS "ERROR_MSG", NULL::VARCHAR AS "TRACKING_SQL",
NULL::VARCHAR AS "REJECTED_RECORD_PATH", txn_id AS "JOB_ID", nullif(url, '') AS "TRACKING_URL" FROM meta.loads"""


def loads_of(access: Access) -> str:
    """The query of `loads`: loads of the user, or all loads with the role root."""
    return _LOADS + ("" if "root" in access.roles else f" WHERE username = {value_literal(access.user)}")


TABLES: dict[str, tuple[str, Callable[[InformationSchema], Rows]]] = {
    "schemata": ("CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH", _schemata),
    "tables": (
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE VERSION:I ROW_FORMAT TABLE_ROWS:I AVG_ROW_LENGTH:I "
        "DATA_LENGTH:I MAX_DATA_LENGTH:I INDEX_LENGTH:I DATA_FREE:I AUTO_INCREMENT:I CREATE_TIME:D UPDATE_TIME:D "
        "CHECK_TIME:D TABLE_COLLATION CHECKSUM:I CREATE_OPTIONS TABLE_COMMENT",
        _tables,
    ),
    "columns": (
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION:I COLUMN_DEFAULT IS_NULLABLE DATA_TYPE "
        "CHARACTER_MAXIMUM_LENGTH:I CHARACTER_OCTET_LENGTH:I NUMERIC_PRECISION:I NUMERIC_SCALE:I "
        "DATETIME_PRECISION:I CHARACTER_SET_NAME COLLATION_NAME COLUMN_TYPE COLUMN_KEY EXTRA PRIVILEGES "
        "COLUMN_COMMENT COLUMN_SIZE:I DECIMAL_DIGITS:I GENERATION_EXPRESSION",
        _columns,
    ),
    "views": (
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME VIEW_DEFINITION CHECK_OPTION IS_UPDATABLE DEFINER SECURITY_TYPE "
        "CHARACTER_SET_CLIENT COLLATION_CONNECTION",
        _views,
    ),
    "materialized_views": (
        "MATERIALIZED_VIEW_ID:I TABLE_SCHEMA TABLE_NAME REFRESH_TYPE IS_ACTIVE INACTIVE_REASON PARTITION_TYPE TASK_ID:I "  # noqa: E501
        "TASK_NAME LAST_REFRESH_START_TIME:D LAST_REFRESH_FINISHED_TIME:D LAST_REFRESH_DURATION:F LAST_REFRESH_STATE "
        "LAST_REFRESH_FORCE_REFRESH LAST_REFRESH_START_PARTITION LAST_REFRESH_END_PARTITION "
        "LAST_REFRESH_BASE_REFRESH_PARTITIONS LAST_REFRESH_MV_REFRESH_PARTITIONS LAST_REFRESH_ERROR_CODE "
        "LAST_REFRESH_ERROR_MESSAGE TABLE_ROWS:I MATERIALIZED_VIEW_DEFINITION EXTRA_MESSAGE QUERY_REWRITE_STATUS "
        "CREATOR",
        _materialized_views,
    ),
    "tables_config": (
        "TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE "
        "DISTRIBUTE_BUCKET:I SORT_KEY PROPERTIES TABLE_ID:I",
        _tables_config,
    ),
    "partitions_meta": (
        "DB_NAME TABLE_NAME PARTITION_NAME PARTITION_ID:I VISIBLE_VERSION:I VISIBLE_VERSION_TIME:D PARTITION_KEY "
        "PARTITION_VALUE DISTRIBUTION_KEY BUCKETS:I REPLICATION_NUM:I STORAGE_MEDIUM ROW_COUNT:I",
        _partitions_meta,
    ),
    "loads": ("", _none),
    "task_runs": (
        "QUERY_ID TASK_NAME CREATE_TIME:D FINISH_TIME:D STATE CATALOG DATABASE DEFINITION EXPIRE_TIME:D ERROR_CODE:I "
        "ERROR_MESSAGE PROGRESS EXTRA_MESSAGE PROPERTIES JOB_ID PROCESS_TIME:D",
        _task_runs,
    ),
    "tasks": (
        "TASK_NAME CREATE_TIME:D SCHEDULE CATALOG DATABASE DEFINITION EXPIRE_TIME:D PROPERTIES CREATOR", _all_tasks,
    ),
    "statistics": (
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME NON_UNIQUE:I INDEX_SCHEMA INDEX_NAME SEQ_IN_INDEX:I COLUMN_NAME "
        "COLLATION CARDINALITY:I SUB_PART:I PACKED NULLABLE INDEX_TYPE COMMENT",
        _statistics,
    ),
    "key_column_usage": (
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME "
        "ORDINAL_POSITION:I POSITION_IN_UNIQUE_CONSTRAINT:I REFERENCED_TABLE_SCHEMA REFERENCED_TABLE_NAME "
        "REFERENCED_COLUMN_NAME",
        _key_columns,
    ),
    "table_constraints": (
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_SCHEMA TABLE_NAME CONSTRAINT_TYPE", _constraints,
    ),
    "referential_constraints": (
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME UNIQUE_CONSTRAINT_CATALOG UNIQUE_CONSTRAINT_SCHEMA "
        "UNIQUE_CONSTRAINT_NAME MATCH_OPTION UPDATE_RULE DELETE_RULE TABLE_NAME REFERENCED_TABLE_NAME",
        _none,
    ),
    "routines": (
        "SPECIFIC_NAME ROUTINE_CATALOG ROUTINE_SCHEMA ROUTINE_NAME ROUTINE_TYPE DTD_IDENTIFIER ROUTINE_BODY "
        "ROUTINE_DEFINITION ROUTINE_COMMENT IS_DETERMINISTIC SQL_DATA_ACCESS SECURITY_TYPE",
        _none,
    ),
    "parameters": (
        "SPECIFIC_CATALOG SPECIFIC_SCHEMA SPECIFIC_NAME ORDINAL_POSITION:I PARAMETER_MODE PARAMETER_NAME DATA_TYPE",
        _none,
    ),
    "session_variables": ("VARIABLE_NAME VARIABLE_VALUE", _variables),
    "global_variables": ("VARIABLE_NAME VARIABLE_VALUE", _variables),
}  # fmt: skip
