"""Clauses that several SHOW statements share."""

import re
from collections.abc import Callable

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.results import ResultSet
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.parse import parse


def pattern(words: Words) -> Callable[[str], bool]:
    """The filter of `LIKE 'pattern'`; without LIKE everything matches."""
    if not words.accept("LIKE"):
        return lambda _: True
    text = words.string()
    parts = re.split(r"(\\.|%|_)", text)
    regex = "".join({"%": ".*", "_": "."}.get(part, re.escape(part.removeprefix("\\"))) for part in parts)
    compiled = re.compile(regex, re.DOTALL | re.IGNORECASE)
    return lambda name: compiled.fullmatch(name) is not None


def database_of(context: Context, words: Words) -> str:
    """The database of `FROM db`; without FROM the current one."""
    if words.accept("FROM") or words.accept("IN"):
        catalog, name = words.qualified()
        del catalog
    else:
        name = context.database or ""
    if not name:
        raise errors.no_database()
    return context.services.check_database(context.access, name)


def filtered(context: Context, relation: str, columns: str, where: str) -> ResultSet:
    """The rows of a relation that satisfy `where`, with the column `columns`, or with all columns if it is `*`."""
    queries = context.queries()
    tree, _ = parse(f"SELECT 1 FROM dual WHERE {where}")
    condition = queries(tree.args["where"].this)
    shown = "*" if columns == "*" else f'"{columns}"'
    return context.rows(f"SELECT {shown} FROM ({relation}) AS shown WHERE {condition}")


def table_of(context: Context, words: Words) -> Table:
    """The table of `name [FROM db]`, which the session must be allowed to see."""
    database, name = words.qualified()
    if words.accept("FROM") or words.accept("IN"):
        database = words.identifier()
    database = context.services.catalog.database(database or context.database)
    table = context.services.catalog.table(database, name)
    if not context.access.may_see(table):
        raise context.access.denied("ANY", "TABLE", name)
    return table
