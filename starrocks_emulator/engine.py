"""The engine: the open data folder with all that works on it, behind the MySQL and HTTP servers."""

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path

import duckdb

from starrocks_emulator import version
from starrocks_emulator.background import Background
from starrocks_emulator.catalog import SYSTEM_DATABASES, Catalog
from starrocks_emulator.changes import Changes
from starrocks_emulator.loads import Loads
from starrocks_emulator.refresh import Refresher
from starrocks_emulator.results import Session as SessionProtocol
from starrocks_emulator.results import SqlError
from starrocks_emulator.session import Session
from starrocks_emulator.storage import Storage
from starrocks_emulator.tasks import Task, Tasks
from starrocks_emulator.users import Access, Users

_LOG = logging.getLogger(__name__)
CHECKPOINT_BYTES = 192 << 20
"""Size of the write-ahead log at which it is written into the data file."""
_IDLE_CHECKPOINT_BYTES = 8 << 20
_HOUSEKEEPING_SECONDS = 1.0
_TIMEOUT_SECONDS = 0.5


class Latencies:
    """How long the last statements took."""

    def __init__(self, kept: int = 1000) -> None:
        """`kept` statements are looked at."""
        self._last: deque[float] = deque(maxlen=kept)

    def add(self, seconds: float) -> None:
        """Note a statement."""
        self._last.append(seconds * 1000)

    def quantiles(self) -> list[tuple[float, float]]:
        """Shares with their milliseconds; none before the first statement."""
        found = sorted(self._last)
        if not found:
            return []
        return [
            (share, round(found[min(len(found) - 1, int(share * len(found)))], 3))
            for share in (0.5, 0.75, 0.95, 0.99, 0.999)
        ]


class Engine:
    """Implements `results.Backend`."""

    server_version = version.MYSQL_VERSION

    def __init__(self, folder: Path, memory_limit: str = "320MB", threads: int = 2) -> None:
        """Open `folder`; see `Storage` for its errors. `memory_limit` is DuckDB's."""
        self.storage = Storage(folder, memory_limit, threads)
        self.catalog = Catalog(self.storage)
        self.users = Users(self.storage)
        self.changes = Changes(self.storage)
        self.loads = Loads(self.storage, self.changes)
        self.sessions: dict[int, Session] = {}
        self.counters: Counter[str] = Counter()
        self.latencies = Latencies()
        self.ports = {"mysql": 9030, "fe_http": 8030, "be_http": 8040}
        self.started = time.time()
        self.global_variables: dict[str, str] = {}
        self.background = Background()
        self.refresher = Refresher(self.storage, self.catalog, self.changes, self.background)
        self.tasks = Tasks(self.storage, self._run_task, self.background)
        self.chores: list[Callable[[], None]] = []
        """What housekeeping also does, once a second."""
        self.kill_connection: Callable[[int, bool], bool] | None = None
        """Closes or interrupts a client's connection; set by the server that holds it."""
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep_house, name="housekeeping", daemon=True)
        self._keeper.start()
        self._watcher = threading.Thread(target=self._watch_time, name="timeouts", daemon=True)
        self._watcher.start()

    def verify(self, user: str, host: str, scramble: bytes, salt: bytes) -> bool:
        """See `results.Backend.verify`; `host` may be any."""
        return self.users.verify_scramble(user, scramble, salt)

    def open(self, connection_id: int, user: str, host: str, database: str | None) -> SessionProtocol:
        """See `results.Backend.open`."""
        session = Session(self, connection_id, user, host)
        if database:
            try:
                session.use(database)
            except SqlError:
                session.close()
                raise
        self.sessions[connection_id] = session
        return session

    def access(self, user: str, roles: tuple[str, ...] | None = None) -> Access:
        """The rights of a user, with these or the default roles active."""
        principal = self.users.users.get(user)
        active = roles if roles is not None else (principal.default_roles if principal else ())
        return Access(self.users, dict(self.catalog.databases), user, active)

    def check_database(self, access: Access, name: str) -> str:
        """The name of a database that the user may use.

        Raises:
            SqlError: 1049 for an unknown one, 1044 where the user has no right on it nor on anything in it.
        """
        try:
            found = self.catalog.database(name)
        except SqlError:
            raise SqlError(1049, f"Unknown database '{name}'", "42000") from None
        if found not in SYSTEM_DATABASES and not access.sees_database(found, self.catalog.tables(found)):
            raise SqlError(1044, f"Access denied for user '{access.user}' to database '{found}'", "42000")
        return found

    def kill(self, connection_id: int, query_only: bool) -> None:
        """KILL [QUERY] id.

        Raises:
            SqlError: 1094 for an unknown id.
        """
        session = self.sessions.get(connection_id)
        if session is None:
            raise SqlError(1094, f"Unknown thread id: {connection_id}")
        session.killed = session.killed or not query_only
        if self.kill_connection is None or not self.kill_connection(connection_id, query_only):
            session.cancel()

    def _run_task(self, task: Task) -> None:
        """Run a task's statement with the rights of the user who submitted it."""
        session = Session(self, 0, task.user, "task")
        try:
            session.roles = task.roles
            session.database = task.database
            with self.background.interruptible(session.cancel):
                for _ in session.execute(task.definition):
                    pass
        finally:
            session.close()

    def _watch_time(self) -> None:
        """End statements whose time is over; apart from housekeeping, which a refresh may hold up."""
        while not self._stop.wait(_TIMEOUT_SECONDS):
            now = time.time()
            for session in list(self.sessions.values()):
                session.end_if_late(now)

    def _keep_house(self) -> None:
        """Checkpoints, old labels and scheduled refreshes, once a second."""
        last_version, next_forget = self.storage.version, time.monotonic() + 60
        while not self._stop.wait(_HOUSEKEEPING_SECONDS):
            try:
                self.storage.alive()
                size = self.storage.wal_bytes
                idle = self.storage.version == last_version
                if size > (_IDLE_CHECKPOINT_BYTES if idle else CHECKPOINT_BYTES):
                    waited = self.storage.checkpoint()
                    _LOG.debug("checkpoint of %d bytes took %.3f s", size, waited)
                last_version = self.storage.version
                if time.monotonic() > next_forget:
                    self.loads.forget_old()
                    next_forget = time.monotonic() + 60
                for chore in self.chores:
                    chore()
                self.refresher.run_due()
                self.tasks.run_due()
            except duckdb.FatalException:
                # DuckDB answers nothing more after such an error (a disk that fails, a full one at the wrong moment);
                # what was acknowledged is on disk, and a supervisor starts the process again
                _LOG.exception("the data file cannot be used any more; ending the process")
                logging.shutdown()
                os._exit(70)
            except Exception:  # the thread must go on, whatever one round ran into
                _LOG.exception("housekeeping failed")

    def close(self) -> None:
        """Stop background work and close the data folder."""
        self._stop.set()
        self._keeper.join(timeout=30)
        self._watcher.join(timeout=30)
        self.background.close(seconds=30)
        for session in list(self.sessions.values()):
            session.close()
        self.storage.close()
