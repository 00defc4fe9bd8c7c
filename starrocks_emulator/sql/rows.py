"""The statements that read and change rows."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.answers import read_encoded
from starrocks_emulator.context import Context
from starrocks_emulator.encoded_rows import groups, may_be_large
from starrocks_emulator.results import Ok, ResultSet, Value
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.dml import Changer
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.variables import DEFAULTS, is_on


def select(context: Context, statement: str, parameters: Sequence[Value] = (), as_text: bool = False) -> ResultSet:
    """Run a query; `as_text`: its rows may be encoded for the text protocol."""
    tree, count = parse(statement)
    if count != len(parameters):
        raise errors.analysis(f"{count} parameters expected, {len(parameters)} given")
    if not is_on(context.variables.get("enable_pipeline_engine", "true")):
        raise errors.analysis(
            "non-pipeline engine is no longer supported since 3.2, please set enable_pipeline_engine=true"
        )
    text = context.queries(parameters).query(tree)
    most = int(context.variables["sql_select_limit"])
    if most < int(DEFAULTS["sql_select_limit"]) and not tree.args.get("limit"):
        return context.rows(f"{text} LIMIT {most}")
    if as_text and may_be_large(tree):
        return read_encoded(context.cursor, text, groups(tree))
    return context.rows(text)


def change(context: Context, statement: str, parameters: Sequence[Value] = ()) -> Ok:
    """Run INSERT, UPDATE, DELETE or TRUNCATE, also after WITH."""
    words = Words(statement)
    kind = statement_kind(words)
    if context.in_transaction:
        raise errors.unsupported("changes of rows between BEGIN and COMMIT; each statement commits separately")
    services = context.services
    changer = Changer(services.storage, services.catalog, services.loads, context.cursor, context.user)
    access = context.access

    def require(table: Table, privilege: str) -> None:
        access.require(privilege, table)

    queries = context.queries(parameters)
    if kind == "INSERT":
        return changer.insert(words, queries, require)
    if kind == "TRUNCATE":
        words.expect("TRUNCATE", "TABLE")
        database, name = words.qualified()
        table = services.catalog.table(services.catalog.database(database or context.database), name)
        access.require("DELETE", table)
        partitions = words.names() if words.accept("PARTITION") else ()
        words.accept("FORCE")
        words.finish()
        return changer.truncate(table, partitions)
    tree, _ = parse(statement)
    return (changer.update if kind == "UPDATE" else changer.delete)(tree, queries, require)


def statement_kind(words: Words) -> str:
    """The first keyword; for WITH, the UPDATE or DELETE after the common table expressions if there is one."""
    token = words.current
    first = token.text.upper() if token else ""
    if first != "WITH":
        return first
    depth = 0
    for token in words.tokens:
        if token.kind == "symbol":
            depth += (token.text == "(") - (token.text == ")")
        elif depth == 0 and token.kind == "word" and token.text.upper() in {"SELECT", "UPDATE", "DELETE", "INSERT"}:
            return token.text.upper() if token.text.upper() in {"UPDATE", "DELETE"} else first
    return first
