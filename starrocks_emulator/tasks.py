"""Tasks of SUBMIT TASK: statements that run in the background, once or on a schedule.

Tasks are kept in the data folder, and scheduled ones continue after a restart; the history of runs is lost."""

from __future__ import annotations

import itertools
import json
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import duckdb

from starrocks_emulator import errors
from starrocks_emulator.background import Background
from starrocks_emulator.catalog import now_text
from starrocks_emulator.results import SqlError
from starrocks_emulator.storage import Storage

_LOG = logging.getLogger(__name__)
_RUNS_KEPT = 10_000
"""StarRocks: task_runs_max_history_number."""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Task:
    """A task: its statement, its user, and its schedule if it has one (`every` in seconds)."""

    name: str
    database: str
    definition: str
    user: str
    roles: tuple[str, ...]
    created: str
    schedule: str = ""
    start: str | None = None
    every: int | None = None
    properties: str = "{}"


@dataclass(frozen=True)
class TaskRun:
    """One run of a task."""

    query_id: str
    task: Task
    created: str
    finished: str | None = None
    state: str = "PENDING"
    error: str | None = None


class Tasks:
    """All tasks of a data folder."""

    def __init__(self, storage: Storage, execute: Callable[[Task], None], background: Background) -> None:
        """`execute` runs a task's statement to its end, in a thread of `background`."""
        self._storage, self._execute, self._background = storage, execute, background
        found = [json.loads(document) for _, document in storage.documents("task")]
        self._tasks = {one["name"]: Task(**{**one, "roles": tuple(one["roles"])}) for one in found}
        self._runs: deque[TaskRun] = deque(maxlen=_RUNS_KEPT)
        self._next: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(4)  # StarRocks: task_runs_concurrency

    def all(self) -> list[Task]:
        """Tasks by name."""
        return sorted(self._tasks.values(), key=lambda task: task.name)

    def runs(self) -> list[TaskRun]:
        """Finished, running and waiting runs, oldest first."""
        with self._lock:
            return list(self._runs)

    def submit(self, task: Task) -> None:
        """Start a task, or register it for its schedule.

        Raises:
            SqlError: 1064 if a task with that name exists.
        """
        if task.name in self._tasks:
            raise errors.analysis(f"Task [{task.name}] has already exists")
        with self._storage.transaction() as change:
            change.put("task", task.name, json.dumps(asdict(task)))
            change.after(lambda: self._tasks.__setitem__(task.name, task))
        if task.every is None:
            self._start(task)

    def drop(self, name: str) -> None:
        """Remove a task; a run that has started continues.

        Raises:
            SqlError: 1064 if the task does not exist.
        """
        if name not in self._tasks:
            raise errors.analysis(f"Task {name} is not exist")
        with self._storage.transaction() as change:
            change.delete("task", name)
            change.after(partial(_remove, self._tasks, name))
        self._next.pop(name, None)

    def run_due(self) -> None:
        """Start the scheduled tasks that are due."""
        now = datetime.now(UTC).replace(tzinfo=None)
        for task in self.all():
            if task.every is None:
                continue
            step = timedelta(seconds=task.every)
            due = self._next.setdefault(task.name, first_time(task.start, step, now))
            if due <= now:
                self._next[task.name] = due + step * ((now - due) // step + 1)
                self._start(task)

    def _start(self, task: Task) -> None:
        run = TaskRun(str(uuid.uuid4()), task, now_text())
        with self._lock:
            self._runs.append(run)
        self._background.start(f"task-{task.name}", partial(self._run, run))

    def _change(self, run: TaskRun, state: str, *, finished: str | None = None, error: str | None = None) -> None:
        with self._lock:
            for index, one in enumerate(self._runs):
                if one.query_id == run.query_id:
                    self._runs[index] = replace(one, state=state, finished=finished, error=error)
                    return

    def _run(self, run: TaskRun) -> None:
        with self._slots:
            if self._background.closed:
                return
            self._change(run, "RUNNING")
            begin = time.monotonic()
            try:
                self._execute(run.task)
            except (SqlError, duckdb.Error) as error:
                self._change(run, "FAILED", finished=now_text(), error=str(error).split("\n")[0])
                _LOG.warning("task %s failed: %s", run.task.name, error)
                return
            self._change(run, "SUCCESS", finished=now_text())
            _LOG.debug("task %s took %.3f s", run.task.name, time.monotonic() - begin)


def _remove(tasks: dict[str, Task], name: str) -> None:
    tasks.pop(name, None)


def first_time(start: str | None, step: timedelta, now: datetime) -> datetime:
    """The first time of a schedule from `now` on; `now` itself without START."""
    if start is None:
        return now
    begin = datetime.fromisoformat(start).replace(tzinfo=None)
    return begin if begin >= now else begin + step * (-(-(now - begin) // step))


def new_name() -> str:
    """A generated name for a task without one."""
    return f"ctas-{uuid.uuid4()}-{next(_NUMBERS)}"
