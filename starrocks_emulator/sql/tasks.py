"""SUBMIT TASK and DROP TASK."""

import json

from starrocks_emulator import errors
from starrocks_emulator.catalog import now_text
from starrocks_emulator.context import Context
from starrocks_emulator.results import Column, ColumnType, Ok, ResultSet
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.materialized import interval, moment
from starrocks_emulator.tasks import Task, new_name

_SHORTEST = 10
"""Shortest interval between two runs, in seconds (StarRocks: task_min_schedule_interval_s)."""


def submit(context: Context, words: Words) -> ResultSet:
    """`SUBMIT TASK [name] [SCHEDULE [START(…)] EVERY(INTERVAL …)] [PROPERTIES(…)] AS statement`."""
    words.expect("SUBMIT", "TASK")
    database, name = None, None
    if not (words.peek("SCHEDULE") or words.peek("PROPERTIES") or words.peek("AS")):
        database, name = words.qualified()
    database = context.services.catalog.database(database or context.database)
    start, every, schedule = None, None, ""
    if words.accept("SCHEDULE"):
        if words.accept("START"):
            words.expect("(")
            start = words.string()
            words.expect(")")
            moment(start)
        words.expect("EVERY")
        every, text = interval(words)
        if every < _SHORTEST:
            raise errors.analysis(f"schedule interval is too small, the minimum value is {_SHORTEST} SECONDS")
        begin = moment(start or now_text()).isoformat().removesuffix(":00")
        schedule = f"START({begin}) EVERY({text.removeprefix('INTERVAL ')}S)"
    properties: dict[str, str] = {}
    if words.accept("PROPERTIES"):
        properties = words.properties()
        for key in properties:
            if not key.startswith("session.") or key.removeprefix("session.") not in context.variables:
                raise errors.unsupported(f"the property '{key}' of a task")
    words.expect("AS")
    creates = words.peek("CREATE", "TABLE")
    if not (words.peek("INSERT") or creates):
        raise errors.syntax("SUBMIT TASK takes INSERT and CREATE TABLE AS SELECT")
    definition = words.rest()
    if creates and not any(token.text.upper() == "AS" for token in Words(definition).tokens):
        raise errors.syntax("SUBMIT TASK takes CREATE TABLE only with AS SELECT")
    context.services.check_database(context.access, database)
    task = Task(
        name or new_name(), database, definition, context.user, context.roles, now_text(), schedule, start, every,
        json.dumps(properties),
    )  # fmt: skip
    context.services.tasks.submit(task)
    names = [Column("TaskName", ColumnType.VAR_STRING), Column("Status", ColumnType.VAR_STRING)]
    return ResultSet(names, iter([[(task.name, "SUBMITTED")]]))


def drop(context: Context, words: Words) -> Ok:
    """`DROP TASK [IF EXISTS] name [FORCE]`: the user's own task, or any with OPERATE."""
    lenient = words.accept("IF", "EXISTS")
    name = words.word_or_string()
    words.accept("FORCE")
    words.finish()
    found = next((task for task in context.services.tasks.all() if task.name == name), None)
    if found is None and lenient:
        return Ok()
    if found and found.user != context.user:
        context.access.require_global("OPERATE", "SYSTEM")
    context.services.tasks.drop(name)
    return Ok()
