"""One client's session: statements in, results out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from starrocks_emulator import errors, version
from starrocks_emulator.encoded_rows import FEW_ROWS, encoded_query, groups, may_be_large, payloads
from starrocks_emulator.information_schema import InformationSchema
from starrocks_emulator.results import Column, ColumnType, Ok, Prepared, ResultSet, SqlError, Value
from starrocks_emulator.sql import admin, alter, ddl, grants, materialized, show, tasks
from starrocks_emulator.sql.dml import Changer
from starrocks_emulator.sql.lexer import Words, split
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.select import Queries, Scope
from starrocks_emulator.types import LENGTHS, WIRE, from_stored
from starrocks_emulator.users import Access
from starrocks_emulator.variables import DEFAULTS

if TYPE_CHECKING:
    from starrocks_emulator.engine import Engine

_LOG = logging.getLogger(__name__)
_BATCH = 2048
_SLOW_SECONDS = 5
"""StarRocks: qe_slow_log_ms."""
_QUERIES = {"SELECT", "WITH", "(", "VALUES"}
Answer = Ok | ResultSet


class Session:
    """Implements `results.Session`."""

    def __init__(self, engine: Engine, connection_id: int, user: str, host: str) -> None:
        """Start with the user's default roles and no database."""
        self.engine = engine
        self.connection_id = connection_id
        self.user = user
        self.host = host
        self.opened = time.time()
        self.database: str | None = None
        self.cursor = engine.storage.cursor()
        self.killed = False
        self.running: tuple[str, float] | None = None
        self.in_transaction = False
        self._late = ""
        self.variables: dict[str, str] = {}
        self.roles: tuple[str, ...] = ()
        self.reset()

    @property
    def access(self) -> Access:
        """The session's rights."""
        return self.engine.access(self.user, self.roles)

    def reset(self) -> None:
        """See `results.Session.reset`."""
        principal = self.engine.users.users.get(self.user)
        self.roles = principal.default_roles if principal else ()
        self.variables = {**DEFAULTS, **self.engine.global_variables}
        self.in_transaction = False

    def use(self, database: str) -> None:
        """See `results.Session.use`."""
        self.database = self.engine.check_database(self.access, database)

    def cancel(self) -> None:
        """See `results.Session.cancel`."""
        self.cursor.interrupt()

    def end_if_late(self, now: float) -> None:
        """Interrupt a statement that runs for longer than query_timeout, or insert_timeout for changes of rows."""
        running = self.running
        if running is None:
            return
        statement, begin = running
        name = "insert_timeout" if statement[:6].upper() in {"INSERT", "UPDATE", "DELETE"} else "query_timeout"
        text = self.variables[name]
        if text.isdigit() and now - begin > int(text):
            self._late = f"Query reached its timeout of {text} seconds"
            self.cancel()

    def close(self) -> None:
        """See `results.Session.close`."""
        if self.engine.sessions.get(self.connection_id) is self:
            del self.engine.sessions[self.connection_id]
        self.cursor.close()

    def execute(self, sql: str) -> Iterator[Answer]:
        """See `results.Session.execute`."""
        statements = split(sql)
        if not statements:
            raise errors.syntax("Query was empty")
        for statement in statements:
            yield self._guarded(statement, lambda statement=statement: self._run(statement, (), as_text=True))  # type: ignore[misc]

    def prepare(self, sql: str) -> Prepared:
        """See `results.Session.prepare`; only queries and changes of rows can be prepared, as in StarRocks."""
        statements = split(sql)
        if len(statements) != 1:
            raise SqlError(1295, "This command is not supported in the prepared statement protocol yet")
        statement = statements[0]
        first = Words(statement).tokens[0].text.upper()
        if first not in _QUERIES:
            return Prepared(statement, sum(token.text == "?" for token in Words(statement).tokens), ())
        tree, count = parse(statement)

        def describe() -> Answer:
            text = self.queries([None] * count).query(tree, top=True)
            rows = self.cursor.execute(f"DESCRIBE {text}").fetchall()
            return ResultSet([_column(str(row[0]), str(row[1])) for row in rows])

        answer = self._guarded(statement, describe)
        return Prepared(statement, count, answer.columns if isinstance(answer, ResultSet) else ())

    def execute_prepared(self, prepared: Prepared, parameters: Sequence[Value]) -> Answer:
        """See `results.Session.execute_prepared`."""
        if len(parameters) != prepared.parameters:
            raise errors.analysis(f"{prepared.parameters} parameters expected, {len(parameters)} given")
        return self._guarded(prepared.sql, lambda: self._run(prepared.sql, parameters))

    def _guarded(self, statement: str, work: Callable[[], Answer]) -> Answer:
        if self.killed:
            raise SqlError(1317, "Connection was killed", "70100")
        begin, self._late = time.time(), ""
        self.running = (statement, begin)
        self.engine.counters["query_total"] += 1
        try:
            return work()
        except SqlError:
            self.engine.counters["query_err"] += 1
            raise
        except duckdb.Error as error:
            self.engine.counters["query_err"] += 1
            if self._late and isinstance(error, duckdb.InterruptException):
                raise SqlError(5024, self._late) from error
            raise errors.from_duckdb(error) from error
        except RecursionError as error:
            raise errors.syntax("The statement is nested too deeply") from error
        except (AttributeError, AssertionError, IndexError, KeyError, TypeError, ValueError) as error:
            # a statement of a shape that nobody thought of: refused like any other that is not known, and told
            self.engine.counters["query_err"] += 1
            _LOG.exception("not understood: %s", statement[:2000])
            raise errors.syntax("This emulator does not understand the statement") from error
        finally:
            self.running = None
            took = time.time() - begin
            self.engine.latencies.add(took)
            self.engine.counters["slow_query"] += took > _SLOW_SECONDS

    def queries(self, parameters: Sequence[Value] = (), check: bool = True) -> Queries:
        """A renderer of queries with the session's names, rights and variables."""
        access = self.access
        return Queries(
            Scope(
                self.engine.catalog, self.database,
                (lambda table: access.require("SELECT", table)) if check else (lambda _: None),
                InformationSchema(self.engine, access).query, parameters, self._constants(), self.variables,
            )
        )  # fmt: skip

    def _constants(self) -> dict[str, Value]:
        identity = f"'{self.user}'@'%'"
        return {
            "DATABASE": self.database, "SCHEMA": self.database, "USER": identity, "SESSION_USER": identity,
            "CURRENT_USER": identity, "VERSION": version.MYSQL_VERSION, "CURRENT_VERSION": version.CURRENT_VERSION,
            "CONNECTION_ID": self.connection_id, "CURRENT_CATALOG": "default_catalog", "CATALOG": "default_catalog",
            "CURRENT_ROLE": ", ".join(self.roles) or "NONE",
        }  # fmt: skip

    def _run(self, statement: str, parameters: Sequence[Value], as_text: bool = False) -> Answer:
        words = Words(statement)
        token = words.current
        first = token.text.upper() if token else ""
        if first == "WITH" and (change := _changes_rows(words)):
            return self._change(change, words, statement, parameters)
        if first in _QUERIES:
            return self.select(statement, parameters, as_text)
        if first in {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}:
            return self._change(first, words, statement, parameters)
        if parameters:
            raise SqlError(1295, "This command is not supported in the prepared statement protocol yet")
        handler = _STATEMENTS.get(first)
        if handler is None:
            raise errors.syntax(f"Unexpected input '{token.text if token else ''}', no statement begins with it")
        return handler(self, words)

    def select(self, statement: str, parameters: Sequence[Value] = (), as_text: bool = False) -> ResultSet:
        """Run a query, whose rows are sent as text or in the binary protocol."""
        tree, count = parse(statement)
        if count != len(parameters):
            raise errors.analysis(f"{count} parameters expected, {len(parameters)} given")
        text = self.queries(parameters).query(tree, top=True)
        most = int(self.variables["sql_select_limit"])
        if most < int(DEFAULTS["sql_select_limit"]) and not tree.args.get("limit"):
            return self.rows(f"{text} LIMIT {most}")
        return self._encoded(tree, text) if as_text and may_be_large(tree) else self.rows(text)

    def _encoded(self, tree: exp.Expr, text: str) -> ResultSet:
        if not groups(tree):
            # most answers are short, and preparing the longer query costs more than reading them twice
            few = self.rows(f"{text} LIMIT {FEW_ROWS + 1}")
            rows = [row for batch in few.batches for row in batch]
            if len(rows) <= FEW_ROWS:
                return ResultSet(few.columns, iter([rows] if rows else []))
        relation = self.cursor.sql(text)
        types = [str(type_) for type_ in relation.types]
        query = encoded_query(text, types)
        if query is None:
            return self.rows(text)
        columns = [_column(name, stored) for name, stored in zip(relation.columns, types, strict=True)]
        self.cursor.execute(query)
        first = self.cursor.fetchmany(_BATCH)  # so that a query that fails does so before its columns are announced

        def values() -> Iterator[Sequence[Sequence[Value]]]:
            yield from self.rows(text).batches

        def encoded() -> Iterator[Iterable[bytes]]:
            yield payloads(first)
            for batch in self._batches(self.cursor, ()):
                yield payloads(batch)

        return ResultSet(columns, values(), encoded())

    def rows(self, text: str) -> ResultSet:
        """The result of a DuckDB query, read as the client takes it."""
        self.cursor.execute(text)
        description = self.cursor.description or []
        columns = [_column(str(entry[0]), str(entry[1])) for entry in description]
        nested = [index for index, entry in enumerate(description) if str(entry[1]).endswith("[]")]
        return ResultSet(columns, self._batches(self.cursor, nested))

    @staticmethod
    def _batches(cursor: duckdb.DuckDBPyConnection, nested: Sequence[int]) -> Iterator[Sequence[Sequence[Value]]]:
        while True:
            try:
                batch = cursor.fetchmany(_BATCH)
            except duckdb.Error as error:
                raise errors.from_duckdb(error) from error
            if not batch:
                return
            if nested:
                batch = [
                    tuple(_array(value) if index in nested else value for index, value in enumerate(row))
                    for row in batch
                ]
            yield batch

    def _change(self, first: str, words: Words, statement: str, parameters: Sequence[Value]) -> Answer:
        if self.in_transaction:
            raise errors.unsupported("changes of rows between BEGIN and COMMIT; each statement commits by itself")
        changer = Changer(self.engine.storage, self.engine.catalog, self.engine.loads, self.cursor, self.user)
        access = self.access

        def allowed(table: object, privilege: str) -> None:
            access.require(privilege, table)  # type: ignore[arg-type]

        queries = self.queries(parameters)
        if first == "INSERT":
            return changer.insert(words, queries, allowed)
        if first == "TRUNCATE":
            words.expect("TRUNCATE", "TABLE")
            database, name = words.qualified()
            table = self.engine.catalog.table(self.engine.catalog.database(database or self.database), name)
            access.require("DELETE", table)
            partitions = words.names() if words.accept("PARTITION") else ()
            words.accept("FORCE")
            words.finish()
            return changer.truncate(table, partitions)
        tree, _ = parse(statement)
        return (changer.update if first == "UPDATE" else changer.delete)(tree, queries, allowed)

    def transaction(self, words: Words) -> Answer:
        """BEGIN, START TRANSACTION, COMMIT, ROLLBACK: each statement commits by itself, so there is nothing to do."""
        word = words.identifier().upper()
        words.accept("TRANSACTION")
        words.accept("WORK")
        words.finish()
        self.in_transaction = word in {"BEGIN", "START"}
        return Ok()


def _changes_rows(words: Words) -> str | None:
    """UPDATE or DELETE where these come after the common table expressions of a statement."""
    depth = 0
    for token in words.tokens:
        if token.kind == "symbol":
            depth += (token.text == "(") - (token.text == ")")
        elif depth == 0 and token.kind == "word" and token.text.upper() in {"SELECT", "UPDATE", "DELETE", "INSERT"}:
            return token.text.upper() if token.text.upper() in {"UPDATE", "DELETE"} else None
    return None


def _column(name: str, stored: str) -> Column:
    kind = from_stored(stored)
    scale = kind.arguments[1] if kind.name == "decimal" else 31 if kind.name in {"double", "float"} else 0
    length = kind.arguments[0] * 4 if kind.is_string else LENGTHS.get(kind.name, 65535)
    return Column(name, WIRE[kind.name], min(length, 4194304), scale)


def _array(value: object) -> str | None:
    """An array as StarRocks prints it: texts and dates in quotes, truths as 1 and 0."""
    return None if value is None else _element(value)


def _element(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ",".join(map(_element, value)) + "]"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, int | Decimal):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False)


def texts(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> ResultSet:
    """A result of text columns, for SHOW."""
    return ResultSet([Column(name, ColumnType.VAR_STRING) for name in names], iter([rows] if rows else []))


_STATEMENTS: dict[str, Callable[[Session, Words], Answer]] = {
    "CREATE": ddl.create,
    "DROP": ddl.drop,
    "ALTER": alter.alter,
    "REFRESH": materialized.refresh,
    "SUBMIT": tasks.submit,
    "SHOW": show.show,
    "DESC": show.describe,
    "DESCRIBE": show.describe,
    "EXPLAIN": show.explain,
    "ADMIN": admin.admin,
    "SET": admin.set_,
    "USE": admin.use,
    "KILL": admin.kill,
    "GRANT": grants.grant,
    "REVOKE": grants.revoke,
    "BEGIN": Session.transaction,
    "START": Session.transaction,
    "COMMIT": Session.transaction,
    "ROLLBACK": Session.transaction,
}
