"""The context of a statement's handler: the session's state and the shared services."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from starrocks_emulator import version
from starrocks_emulator.answers import read
from starrocks_emulator.information_schema import InformationSchema
from starrocks_emulator.results import ResultSet, SqlError, Value
from starrocks_emulator.services import Services
from starrocks_emulator.sql.literals import text_literal
from starrocks_emulator.sql.select import Queries, Scope
from starrocks_emulator.users import Access
from starrocks_emulator.variables import DEFAULTS, duckdb_zone


class Context:
    """State of one session that its statements read and change."""

    def __init__(self, services: Services, cursor: duckdb.DuckDBPyConnection, connection_id: int, user: str) -> None:
        """Start with the user's default roles, the global variables and no database."""
        self.services = services
        self.cursor = cursor
        self.connection_id = connection_id
        self.user = user
        self.database: str | None = None
        self.roles: tuple[str, ...] = ()
        self.variables: dict[str, str] = {}
        self.in_transaction = False
        self._zone = "UTC"
        self.reset()

    def reset(self) -> None:
        """Set roles, variables and transaction state to those of a new session."""
        principal = self.services.users.users.get(self.user)
        self.roles = principal.default_roles if principal else ()
        self.variables = {**DEFAULTS, **self.services.global_variables}
        self.in_transaction = False
        self._set_zone()

    def set_variable(self, name: str, value: str) -> None:
        """Set a session variable to a value that `variables.checked` returned."""
        before = self.variables
        self.variables = {**before, name: value}
        try:
            self._set_zone()
        except SqlError:
            self.variables = before
            raise

    @contextmanager
    def variables_set(self, changes: Mapping[str, str]) -> Iterator[None]:
        """Set session variables while this block runs, as the hint SET_VAR does."""
        before = self.variables
        self.variables = {**before, **changes}
        try:
            self._set_zone()
            yield
        finally:
            self.variables = before
            self._set_zone()

    def _set_zone(self) -> None:
        """Let DuckDB compute now(), from_unixtime() and unix_timestamp() in the session's time zone."""
        zone = duckdb_zone(self.variables["time_zone"])
        if zone != self._zone:
            self.cursor.execute(f"SET TimeZone = {text_literal(zone)}")
            self._zone = zone

    @property
    def access(self) -> Access:
        """The user's privileges with the active roles."""
        return self.services.access(self.user, self.roles)

    def use(self, database: str) -> None:
        """Change the current database; see `Services.check_database` for errors."""
        self.database = self.services.check_database(self.access, database)

    def queries(self, parameters: Sequence[Value] = (), check: bool = True) -> Queries:
        """A renderer of queries with the session's names, privileges and variables."""
        access = self.access
        schema = InformationSchema(self.services, access)
        return Queries(
            Scope(
                self.services.catalog, self.database,
                (lambda table: access.require("SELECT", table)) if check else (lambda _: None),
                schema.query, parameters, self._constants(), self.variables, schema.columns,
            )
        )  # fmt: skip

    def _constants(self) -> dict[str, Value]:
        identity = f"'{self.user}'@'%'"
        return {
            "DATABASE": self.database, "SCHEMA": self.database, "USER": identity, "SESSION_USER": identity,
            "CURRENT_USER": identity, "VERSION": version.MYSQL_VERSION, "CURRENT_VERSION": version.CURRENT_VERSION,
            "CONNECTION_ID": self.connection_id, "CURRENT_CATALOG": "default_catalog", "CATALOG": "default_catalog",
            "CURRENT_TIMEZONE": self.variables["time_zone"],
            "CURRENT_ROLE": ", ".join(self.roles) or "NONE",
        }  # fmt: skip

    def rows(self, text: str) -> ResultSet:
        """The result of a DuckDB query."""
        return read(self.cursor, text)
