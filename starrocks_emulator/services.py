"""The shared services of one open data folder: catalog, users, loads, refreshes, snapshots and tasks."""

import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from starrocks_emulator.background import Background
from starrocks_emulator.catalog import SYSTEM_DATABASES, Catalog
from starrocks_emulator.changes import Changes
from starrocks_emulator.dependents import Dependents
from starrocks_emulator.loads import Loads
from starrocks_emulator.refresh import Refresher
from starrocks_emulator.repositories import Repositories
from starrocks_emulator.results import SqlError
from starrocks_emulator.snapshots import Snapshots
from starrocks_emulator.storage import Storage
from starrocks_emulator.tasks import Task, Tasks
from starrocks_emulator.users import Access, Users
from starrocks_emulator.write import restore_column_order


class Latencies:
    """Run times of the most recent statements."""

    def __init__(self, kept: int = 1000) -> None:
        """Keep the run times of the last `kept` statements."""
        self._last: deque[float] = deque(maxlen=kept)

    def add(self, seconds: float) -> None:
        """Record the run time of a statement."""
        self._last.append(seconds * 1000)

    def quantiles(self) -> list[tuple[float, float]]:
        """Quantiles with their milliseconds; empty before the first statement."""
        times = sorted(self._last)
        if not times:
            return []
        return [
            (share, round(times[min(len(times) - 1, int(share * len(times)))], 3))
            for share in (0.5, 0.75, 0.95, 0.99, 0.999)
        ]


class Connection(Protocol):
    """An open session, as SHOW PROCESSLIST and KILL in other sessions use it."""

    connection_id: int
    opened: float
    killed: bool
    running: tuple[str, float] | None
    """The running statement and its start time."""

    @property
    def user(self) -> str:
        """Name of the user who logged in."""

    @property
    def host(self) -> str:
        """Address of the client."""

    @property
    def database(self) -> str | None:
        """The current database."""

    def cancel(self) -> None:
        """Interrupt the running statement."""

    def end_if_late(self, now: float) -> None:
        """Interrupt the running statement if it exceeds its time limit."""

    def close(self) -> None:
        """Release the resources of the session."""


class Services:
    """The shared state of the emulator; one instance per data folder."""

    def __init__(self, folder: Path, memory_limit: str, threads: int, run_task: Callable[[Task], None]) -> None:
        """Open `folder`.

        Args:
            folder: the data folder; see `Storage` for its errors.
            memory_limit: DuckDB's memory limit, e.g. `320MB`.
            threads: DuckDB's number of threads.
            run_task: runs the statement of a submitted task.
        """
        self.storage = Storage(folder, memory_limit, threads)
        self.catalog = Catalog(self.storage)
        restore_column_order(self.storage, self.catalog)
        self.users = Users(self.storage)
        self.changes = Changes(self.storage)
        self.loads = Loads(self.storage, self.changes)
        self.connections: dict[int, Connection] = {}
        self.counters: Counter[str] = Counter()
        self.latencies = Latencies()
        self.ports = {"mysql": 9030, "fe_http": 8030, "be_http": 8040}
        self.started = time.time()
        self.global_variables: dict[str, str] = {}
        self.background = Background()
        self.dependents = Dependents(self.storage, self.catalog)
        self.refresher = Refresher(self.storage, self.catalog, self.changes, self.background, self.dependents)
        self.repositories = Repositories(self.storage)
        self.snapshots = Snapshots(self.storage, self.catalog, self.loads, self.background)
        self.tasks = Tasks(self.storage, run_task, self.background)
        self.chores: list[Callable[[], None]] = []
        """Functions that housekeeping calls once a second."""
        self.kill_connection: Callable[[int, bool], bool] | None = None
        """Closes or interrupts a client's connection; set by the MySQL server."""

    def access(self, user: str, roles: tuple[str, ...] | None = None) -> Access:
        """The privileges of a user with these active roles, or with the user's default roles."""
        principal = self.users.users.get(user)
        active = roles if roles is not None else (principal.default_roles if principal else ())
        return Access(self.users, dict(self.catalog.databases), user, active)

    def check_database(self, access: Access, name: str) -> str:
        """The name of a database that the user may use.

        Raises:
            SqlError: 1049 for an unknown database, 1044 if the user has no privilege on the database or on an object in
                it.
        """
        try:
            found = self.catalog.database(name)
        except SqlError:
            raise SqlError(1049, f"Unknown database '{name}'", "42000") from None
        if found not in SYSTEM_DATABASES and not access.may_see_database(found, self.catalog.tables(found)):
            raise SqlError(1044, f"Access denied for user '{access.user}' to database '{found}'", "42000")
        return found

    def kill(self, connection_id: int, query_only: bool) -> None:
        """KILL [QUERY] id.

        Raises:
            SqlError: 1094 for an unknown id.
        """
        connection = self.connections.get(connection_id)
        if connection is None:
            raise SqlError(1094, f"Unknown thread id: {connection_id}")
        connection.killed = connection.killed or not query_only
        if self.kill_connection is None or not self.kill_connection(connection_id, query_only):
            connection.cancel()
