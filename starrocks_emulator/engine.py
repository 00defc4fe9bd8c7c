"""The engine behind the MySQL and HTTP servers."""

import logging
import os
import threading
import time
from pathlib import Path

import duckdb

from starrocks_emulator import version
from starrocks_emulator.results import Session as SessionProtocol
from starrocks_emulator.results import SqlError
from starrocks_emulator.services import Services
from starrocks_emulator.session import Session
from starrocks_emulator.tasks import Task

_LOG = logging.getLogger(__name__)
CHECKPOINT_BYTES = 192 << 20
"""Size of the write-ahead log that causes a checkpoint."""
_IDLE_CHECKPOINT_BYTES = 8 << 20
_HOUSEKEEPING_SECONDS = 1.0
_TIMEOUT_SECONDS = 0.5


class Engine(Services):
    """Opens sessions and runs housekeeping; implements `results.Backend`."""

    server_version = version.MYSQL_VERSION

    def __init__(self, folder: Path, memory_limit: str = "320MB", threads: int = 2) -> None:
        """Open `folder`; see `Storage` for its errors. `memory_limit` is DuckDB's."""
        super().__init__(folder, memory_limit, threads, self._run_task)
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._run_housekeeping, name="housekeeping", daemon=True)
        self._keeper.start()
        self._watcher = threading.Thread(target=self._watch_time, name="timeouts", daemon=True)
        self._watcher.start()

    def verify(self, user: str, host: str, scramble: bytes, salt: bytes) -> bool:
        """See `results.Backend.verify`; every `host` is accepted."""
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
        self.connections[connection_id] = session
        return session

    def _run_task(self, task: Task) -> None:
        """Run a task's statement with the rights of the user who submitted it."""
        session = Session(self, 0, task.user, "task")
        try:
            session.context.roles = task.roles
            session.context.database = task.database
            with self.background.interruptible(session.cancel):
                for _ in session.execute(task.definition):
                    pass
        finally:
            session.close()

    def _watch_time(self) -> None:
        """Interrupt statements that exceed their time limit; a refresh may delay housekeeping, not this thread."""
        while not self._stop.wait(_TIMEOUT_SECONDS):
            now = time.time()
            for connection in list(self.connections.values()):
                connection.end_if_late(now)

    def _run_housekeeping(self) -> None:
        """Once a second: checkpoints, removal of old labels, scheduled refreshes and tasks."""
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
                    self.loads.remove_old()
                    next_forget = time.monotonic() + 60
                for chore in self.chores:
                    chore()
                self.refresher.run_due()
                self.tasks.run_due()
            except duckdb.FatalException:
                # After such an error (a failing or full disk) DuckDB refuses all queries. Acknowledged changes are on
                # disk, so the process ends and a supervisor restarts it.
                _LOG.exception("the data file can no longer be used; ending the process")
                logging.shutdown()
                os._exit(70)
            except Exception:  # a failed iteration must not end the thread
                _LOG.exception("housekeeping failed")

    def close(self) -> None:
        """Stop background work and close the data folder."""
        self._stop.set()
        self._keeper.join(timeout=30)
        self._watcher.join(timeout=30)
        self.background.close(seconds=30)
        for connection in list(self.connections.values()):
            connection.close()
        self.storage.close()
