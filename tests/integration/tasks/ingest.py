"""A fake ingest job without Pulsar and Zeta: it loads messages from a list while a fake engine reports it as running.

It has the guarantees of the real job: an acknowledged load is in StarRocks; a savepoint completes after every load
is acknowledged; after a restart the job continues at its last checkpoint, so it may load messages again.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import httpx

from tests.integration.api.platform import DATABASE, Emulator
from tests.unit.tasks.fake_zeta import FakeJob, FakeZeta

TABLE = "sensor_measurements_zeta"
COLUMNS = ("station_id", "measured_at", "event_id", "pm25", "message_id", "published_at")
_BATCH = 7
_CHECKPOINT = 3


@dataclass(frozen=True)
class Message:
    station: str
    measured_at: datetime
    pm25: float | None
    published_at: datetime
    number: int

    @property
    def row(self) -> tuple[object, ...]:
        event, message = f"event {self.number}", f"1:{self.number}:0:-1"
        return self.station, self.measured_at, event, self.pm25, message, self.published_at


@dataclass
class Ingest:
    """The job. `messages` may grow while it runs."""

    starrocks: Emulator
    engine: FakeZeta
    job_id: int
    messages: list[Message] = field(default_factory=list)
    position: int = 0
    checkpoint: int = 0
    loaded: int = 0
    _ended: bool = False

    def __post_init__(self) -> None:
        self.engine.on_submit = self._submitted
        self.engine.on_stop = self._stop
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _submitted(self, _identity: int, job: FakeJob) -> None:
        assert job.restored, "a streaming job must continue from its checkpoint"
        self.position = self.checkpoint
        job.status = "RUNNING"

    def _stop(self, _identity: int, job: FakeJob, savepoint: bool) -> None:
        assert savepoint
        # The engine's lock is held, so no load is in progress.
        self.checkpoint = self.position
        job.status = "SAVEPOINT_DONE"

    def _work(self) -> None:
        loads = 0
        while not self._ended:
            with self.engine.lock:
                job = self.engine.jobs.get(self.job_id)
                batch = self.messages[self.position : self.position + _BATCH]
                if job is not None and job.status == "RUNNING" and batch:
                    self.load(batch)
                    self.position += len(batch)
                    self.loaded = max(self.loaded, self.position)
                    loads += 1
                    if loads % _CHECKPOINT == 0:
                        self.checkpoint = self.position
            threading.Event().wait(0.03)

    def load(self, batch: list[Message]) -> None:
        csv = "".join(",".join("\\N" if value is None else str(value) for value in one.row) + "\n" for one in batch)
        url = f"http://127.0.0.1:{self.starrocks.server.be_http_port}/api/{DATABASE}/{TABLE}/_stream_load"
        headers = {
            "label": uuid4().hex,
            "format": "CSV",
            "column_separator": ",",
            "columns": ",".join(COLUMNS),
            "merge_condition": "published_at",
        }
        answer = httpx.put(url, content=csv.encode(), headers=headers, auth=("root", ""), timeout=60)
        assert answer.json()["Status"] == "Success", answer.text

    @property
    def drained(self) -> bool:
        return self.position >= len(self.messages)

    def end(self) -> None:
        self._ended = True
        self._thread.join()

    def expected(self) -> set[tuple[object, ...]]:
        """The expected rows after the loads so far: for each key the row that was published last."""
        newest: dict[tuple[str, datetime], Message] = {}
        for message in self.messages[: self.loaded]:
            key = (message.station, message.measured_at)
            if key not in newest or newest[key].published_at <= message.published_at:
                newest[key] = message
        return {message.row for message in newest.values()}

    def found(self) -> list[tuple[object, ...]]:
        """The rows that users read: live and archived."""
        return self.starrocks.execute(f"SELECT {', '.join(COLUMNS)} FROM all_measurements")


def months_ago(months: int, now: datetime) -> datetime:
    index = now.year * 12 + now.month - 1 - months
    return now.replace(year=index // 12, month=index % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def sample(now: datetime, *, per_month: int = 40) -> list[Message]:
    """Measurements of three stations over the last 17 months, in the order of publication."""
    made: list[Message] = []
    for months in range(17, -1, -1):
        start = months_ago(months, now)
        for index in range(per_month):
            at = start + timedelta(minutes=37 * index) if months else now - timedelta(minutes=index)
            made.append(Message(f"S-{index % 3}", at, None if index % 11 == 0 else index / 7, at, len(made)))
    return made
