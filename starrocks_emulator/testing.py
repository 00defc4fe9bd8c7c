"""A client of the engine without a network, for tests."""

from collections.abc import Sequence

from starrocks_emulator.engine import Engine
from starrocks_emulator.load import settings
from starrocks_emulator.load.stream import StreamLoader
from starrocks_emulator.results import Ok, ResultSet, SqlError, Value


class Client:
    """A session of the engine, without a network."""

    def __init__(self, engine: Engine, user: str = "root", database: str | None = None) -> None:
        """Open a session of `user` without a password check."""
        self.engine = engine
        self.session = engine.open(id(self), user, "127.0.0.1", database)
        self.loader = StreamLoader(engine)

    def as_user(self, user: str, database: str | None = None) -> "Client":
        """Another user's session."""
        return Client(self.engine, user, database)

    def run(self, sql: str) -> list[tuple[Value, ...]]:
        """Run statements; return the rows of the last result."""
        rows: list[tuple[Value, ...]] = []
        for answer in self.session.execute(sql):
            rows = [tuple(row) for batch in answer.batches for row in batch] if isinstance(answer, ResultSet) else []
        return rows

    def prepared(self, sql: str, *parameters: Value) -> list[tuple[Value, ...]]:
        """Run a prepared statement and return its rows."""
        answer = self.session.execute_prepared(self.session.prepare(sql), parameters)
        assert isinstance(answer, ResultSet)
        return [tuple(row) for batch in answer.batches for row in batch]

    def affected(self, sql: str) -> int:
        """Run statements; return the number of rows that the last one changed."""
        answers = list(self.session.execute(sql))
        assert isinstance(answers[-1], Ok)
        return answers[-1].affected_rows

    def value(self, sql: str) -> Value:
        """Run a query and return the only value of its result."""
        rows = self.run(sql)
        assert len(rows) == 1
        assert len(rows[0]) == 1
        return rows[0][0]

    def names(self, sql: str) -> Sequence[str]:
        """Run a query and return the column labels of its result."""
        answer = next(iter(self.session.execute(sql)))
        assert isinstance(answer, ResultSet)
        return [column.name for column in answer.columns]

    def error(self, sql: str) -> SqlError:
        """Run a statement that must fail and return its error."""
        try:
            rows = self.run(sql)
        except SqlError as error:
            return error
        raise AssertionError(f"{sql} returned {rows}, but an error was expected")

    def load(self, table: str, text: str, user: str = "root", **headers: str) -> dict[str, object]:
        """Run a Stream Load into the current database."""
        body = self.engine.storage.staging / "test_body"
        body.write_text(text)
        database = self.session.database
        assert database
        try:
            read = settings.read(headers)
        except settings.SettingsError as error:
            return {"Status": "Fail", "Message": str(error)}
        return dict(self.loader.load(database, table, body, read, user, "http://be/log?file="))
