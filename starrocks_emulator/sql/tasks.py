"""SUBMIT TASK and DROP TASK."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starrocks_emulator import errors
from starrocks_emulator.catalog import now_text
from starrocks_emulator.results import Column, ColumnType, Ok, ResultSet
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.materialized import interval, moment
from starrocks_emulator.tasks import Task, new_name

if TYPE_CHECKING:
    from starrocks_emulator.session import Session

_SHORTEST = 10
"""Seconds between two runs at least (StarRocks: task_min_schedule_interval_s)."""


def submit(session: Session, words: Words) -> ResultSet:
    """`SUBMIT TASK [name] [SCHEDULE [START(…)] EVERY(INTERVAL …)] [PROPERTIES(…)] AS statement`."""
    words.expect("SUBMIT", "TASK")
    database, name = None, None
    if not (words.peek("SCHEDULE") or words.peek("PROPERTIES") or words.peek("AS")):
        database, name = words.qualified()
    database = session.engine.catalog.database(database or session.database)
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
        schedule = f"{f'START({start}) ' if start else ''}EVERY({text})"
    properties: dict[str, str] = {}
    if words.accept("PROPERTIES"):
        properties = words.properties()
        for key in properties:
            if not key.startswith("session.") or key.removeprefix("session.") not in session.variables:
                raise errors.unsupported(f"the property '{key}' of a task")
    words.expect("AS")
    creates = words.peek("CREATE", "TABLE")
    if not (words.peek("INSERT") or creates):
        raise errors.syntax("SUBMIT TASK takes INSERT and CREATE TABLE AS SELECT")
    definition = words.rest()
    if creates and not any(token.text.upper() == "AS" for token in Words(definition).tokens):
        raise errors.syntax("SUBMIT TASK takes CREATE TABLE only with AS SELECT")
    session.engine.check_database(session.access, database)
    task = Task(
        name or new_name(), database, definition, session.user, session.roles, now_text(), schedule, start, every,
        json.dumps(properties),
    )  # fmt: skip
    session.engine.tasks.submit(task)
    names = [Column("TaskName", ColumnType.VAR_STRING), Column("Status", ColumnType.VAR_STRING)]
    return ResultSet(names, iter([[(task.name, "SUBMITTED")]]))


def drop(session: Session, words: Words) -> Ok:
    """`DROP TASK [IF EXISTS] name [FORCE]`: one's own, or any with OPERATE."""
    lenient = words.accept("IF", "EXISTS")
    name = words.word_or_string()
    words.accept("FORCE")
    words.finish()
    found = next((task for task in session.engine.tasks.all() if task.name == name), None)
    if found is None and lenient:
        return Ok()
    if found and found.user != session.user:
        session.access.require_global("OPERATE", "SYSTEM")
    session.engine.tasks.drop(name)
    return Ok()
