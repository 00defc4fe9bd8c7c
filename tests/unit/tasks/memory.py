"""In-memory replacements for the platform's tables, for tests without SQL."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from apps.shared.streaming_jobs import JobState, StreamingJob, StreamingJobs
from apps.tasks.alerts import Report, Sender, alertmanager_alerts
from apps.tasks.context import Context
from apps.tasks.settings import TaskSettings
from apps.tasks.steps import LastRun, Pieces, Step, StepRecord
from seatunnel.client.definition import Definition
from tests.unit.tasks.test_settings import DOCUMENT

DEFINITION: Definition = {"env": {}, "source": [], "sink": []}


class Record(StepRecord):
    """A step's row that only records what is written."""

    def __init__(self) -> None:
        self.noted: list[Pieces] = []
        self.reported: list[set[str]] = []

    def progress(self, pieces: Pieces) -> None:
        self.noted.append(pieces)

    def findings(self, names: Iterable[str]) -> None:
        self.reported.append(set(names))


@dataclass(frozen=True)
class Sent:
    """An alert as Alertmanager gets it."""

    labels: dict[str, str]
    title: str
    text: str
    lasts: timedelta

    @property
    def resolved(self) -> bool:
        return self.lasts < timedelta(0)


class Alerts(Sender):
    """A receiver that records each request."""

    def __init__(self) -> None:
        self.requests: list[list[Sent]] = []
        self.arrive = True

    def send(self, report: Report) -> frozenset[str]:
        now = datetime(2026, 1, 31, tzinfo=UTC)
        posted = _POSTED.validate_python(alertmanager_alerts(report, "local", now))
        self.requests.append(
            [
                Sent(each.labels, each.annotations["summary"], each.annotations["description"], each.endsAt - now)
                for each in posted
            ]
        )
        return report.keys if self.arrive else report.known

    @property
    def sent(self) -> list[Sent]:
        return [each for request in self.requests for each in request]

    @property
    def open(self) -> list[dict[str, str]]:
        """The labels of the alerts that are not resolved."""
        found: list[dict[str, str]] = []
        for each in self.sent:
            found = [labels for labels in found if labels != each.labels]
            found += [] if each.resolved else [each.labels]
        return found


class _Posted(BaseModel):
    labels: dict[str, str]
    annotations: dict[str, str]
    endsAt: AwareDatetime  # noqa: N815 # Alertmanager's name


_POSTED = TypeAdapter(list[_Posted])


@dataclass(frozen=True)
class TestContext(Context):
    """A context that records its alerts."""

    __test__ = False
    record: Record
    alerts: Alerts = field(default_factory=Alerts)

    def sender(self) -> Alerts:
        return self.alerts


def context(
    zeta_url: str = "http://127.0.0.1:9", *, run: str = "1", last: LastRun | None = None, step: Step | None = None
) -> TestContext:
    settings = TaskSettings.model_validate(
        DOCUMENT
        | {
            "zeta": {"url": zeta_url},
            "placeholders": {
                "starrocks.http_address": "127.0.0.1:8030",
                "starrocks.jdbc_url": "jdbc:mysql://127.0.0.1:9030",
                "starrocks.ciapol_scheduler_password_file": "/run/secrets/scheduler",
            },
        }
    )
    return TestContext(settings, step or Step("ciapol", "aqi_hourly", "aqi", run), Record(), last or LastRun())


class JobsInMemory(StreamingJobs):
    """The table of streaming jobs in memory."""

    def __init__(self, *jobs: StreamingJob) -> None:
        self.rows = {job.job_id: job for job in jobs}
        self.noted: list[tuple[JobState, int]] = []
        self.before_find: list[StreamingJob] = []

    def find(self, *, product: str | None = None, job_id: int | None = None) -> list[StreamingJob]:
        while job_id is not None and self.before_find:
            changed = self.before_find.pop()
            self.rows[changed.job_id] = changed
        found = self.rows.values()
        return [job for job in found if job_id in {None, job.job_id} and product in {None, job.product}]

    def note(self, job: StreamingJob, state: JobState, reason: str, *, failures: int, restarted: bool = False) -> None:
        self.noted.append((state, failures))

    def release(self, job_id: int, holder: str) -> None:
        self.noted.append((JobState.HELD, -1))


def streaming_job(**changes: object) -> StreamingJob:
    values: dict[str, object] = {
        "job_id": 7,
        "product": "ciapol",
        "name": "ciapol-ingest",
        "definition": DEFINITION,
        "wanted_running": True,
        "held_by": "",
        "hold_left": None,
        "failures": 0,
        "state": None,
        "reason": "",
        "since_restart": None,
        "since_check": None,
    }
    return StreamingJob(**(values | changes))  # type: ignore[arg-type]  # tests set the fields by name
