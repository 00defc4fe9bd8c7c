"""One client's session: statements in, results out."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import duckdb

from starrocks_emulator import errors
from starrocks_emulator.answers import column
from starrocks_emulator.context import Context
from starrocks_emulator.results import Ok, Prepared, ResultSet, SqlError, Value
from starrocks_emulator.services import Services
from starrocks_emulator.sql import hints
from starrocks_emulator.sql.lexer import Words, split
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.statements import QUERIES, run

_SLOW_SECONDS = 5
"""StarRocks: qe_slow_log_ms."""
Answer = Ok | ResultSet


class Session:
    """Implements `results.Session`."""

    def __init__(self, services: Services, connection_id: int, user: str, host: str) -> None:
        """Start with the user's default roles and no database."""
        self.services = services
        self.connection_id = connection_id
        self.user = user
        self.host = host
        self.opened = time.time()
        self.cursor = services.storage.cursor()
        self.context = Context(services, self.cursor, connection_id, user)
        self.killed = False
        self.running: tuple[str, float] | None = None
        self._timed_out = ""

    @property
    def database(self) -> str | None:
        """The current database."""
        return self.context.database

    def reset(self) -> None:
        """See `results.Session.reset`."""
        self.context.reset()

    def use(self, database: str) -> None:
        """See `results.Session.use`."""
        self.context.use(database)

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
        text = self.context.variables[name]
        if text.isdigit() and now - begin > int(text):
            kind = statement.split(None, 1)[0].capitalize() if name == "insert_timeout" else "Query"
            self._timed_out = (
                f"{kind} reached its timeout of {text} seconds, please increase the '{name}' session variable and retry"
            )
            self.cancel()

    def close(self) -> None:
        """See `results.Session.close`."""
        if self.services.connections.get(self.connection_id) is self:
            del self.services.connections[self.connection_id]
        self.cursor.close()

    def execute(self, sql: str) -> Iterator[Answer]:
        """See `results.Session.execute`."""
        statements = split(sql)
        if not statements:
            raise errors.syntax("Query was empty")
        for statement in statements:
            yield self._guarded(statement, partial(run, self.context, statement, as_text=True))

    def prepare(self, sql: str) -> Prepared:
        """See `results.Session.prepare`; only queries and changes of rows can be prepared, as in StarRocks."""
        statements = split(sql)
        if len(statements) != 1:
            raise SqlError(1295, "This command is not supported in the prepared statement protocol yet")
        statement, _ = hints.taken_out(statements[0])
        first = Words(statement).tokens[0].text.upper()
        if first not in QUERIES:
            return Prepared(statements[0], sum(token.text == "?" for token in Words(statement).tokens), ())
        tree, count = parse(statement)

        def describe() -> Answer:
            text = self.context.queries([None] * count).query(tree)
            rows = self.cursor.execute(f"DESCRIBE {text}").fetchall()
            return ResultSet([column(str(row[0]), str(row[1])) for row in rows])

        answer = self._guarded(statement, describe)
        return Prepared(statements[0], count, answer.columns if isinstance(answer, ResultSet) else ())

    def execute_prepared(self, prepared: Prepared, parameters: Sequence[Value]) -> Answer:
        """See `results.Session.execute_prepared`."""
        if len(parameters) != prepared.parameters:
            raise errors.analysis(f"{prepared.parameters} parameters expected, {len(parameters)} given")
        return self._guarded(prepared.sql, lambda: run(self.context, prepared.sql, parameters))

    def _guarded(self, statement: str, work: Callable[[], Answer]) -> Answer:
        if self.killed:
            raise SqlError(1317, "Connection was killed", "70100")
        begin, self._timed_out = time.time(), ""
        self.running = (statement, begin)
        self.services.counters["query_total"] += 1
        try:
            return work()
        except SqlError:
            self.services.counters["query_err"] += 1
            raise
        except Exception as error:
            self.services.counters["query_err"] += 1
            if self._timed_out and isinstance(error, duckdb.InterruptException):
                raise SqlError(5024, self._timed_out) from error
            raise errors.translated(error, statement) from error
        finally:
            self.running = None
            took = time.time() - begin
            self.services.latencies.add(took)
            self.services.counters["slow_query"] += took > _SLOW_SECONDS
