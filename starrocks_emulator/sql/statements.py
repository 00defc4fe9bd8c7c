"""Selects the handler of a statement by its first keyword."""

from collections.abc import Callable, Sequence

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.results import Ok, ResultSet, SqlError, Value
from starrocks_emulator.sql import admin, alter, backup, ddl, grants, hints, materialized, show, tasks
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.rows import change, select, statement_kind

QUERIES = {"SELECT", "WITH", "(", "VALUES"}
"""First tokens of a query."""
CHANGES = {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}
"""First keywords of the statements that change rows."""
_HANDLERS: dict[str, Callable[[Context, Words], Ok | ResultSet]] = {
    "CREATE": ddl.create,
    "DROP": ddl.drop,
    "ALTER": alter.alter,
    "REFRESH": materialized.refresh,
    "SUBMIT": tasks.submit,
    "SHOW": show.show,
    "DESC": show.describe,
    "DESCRIBE": show.describe,
    "EXPLAIN": show.explain,
    "BACKUP": backup.backup,
    "RESTORE": backup.restore,
    "CANCEL": backup.cancel,
    "ADMIN": admin.admin,
    "SET": admin.set_,
    "USE": admin.use,
    "KILL": admin.kill,
    "GRANT": grants.grant,
    "REVOKE": grants.revoke,
    "BEGIN": admin.transaction,
    "START": admin.transaction,
    "COMMIT": admin.transaction,
    "ROLLBACK": admin.transaction,
}


def run(context: Context, statement: str, parameters: Sequence[Value] = (), as_text: bool = False) -> Ok | ResultSet:
    """Run one statement; `as_text`: rows of a query may be encoded for the text protocol.

    Raises:
        SqlError: the statement is invalid, unsupported or failed.
    """
    statement, hinted = hints.taken_out(statement)
    if hinted:
        with context.variables_set(hinted):
            answer = _run(context, statement, parameters, as_text and "time_zone" not in hinted)
            if "time_zone" in hinted and isinstance(answer, ResultSet):
                # Restoring the time zone ends the query. All of its rows are therefore read now.
                answer = ResultSet(answer.columns, iter(list(answer.batches)))
            return answer
    return _run(context, statement, parameters, as_text)


def _run(context: Context, statement: str, parameters: Sequence[Value], as_text: bool) -> Ok | ResultSet:
    words = Words(statement)
    kind = statement_kind(words)
    if kind in CHANGES:
        return change(context, statement, parameters)
    if kind in QUERIES:
        return select(context, statement, parameters, as_text)
    if parameters:
        raise SqlError(1295, "This command is not supported in the prepared statement protocol yet")
    handler = _HANDLERS.get(kind)
    if handler is None:
        token = words.current
        raise errors.syntax(f"Unexpected input '{token.text if token else ''}', no statement begins with it")
    return handler(context, words)
