"""The context of a command."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from apps.shared.streaming_jobs import StreamingJobs
from apps.tasks.alerts import Alertmanager, Sender, Webhook
from apps.tasks.guard import Guard
from apps.tasks.log import print_line
from apps.tasks.run_request import RunRequest
from apps.tasks.settings import SCHEDULER, Product, TaskSettings, User, product_files
from apps.tasks.steps import LastRun, Step, StepRecord
from seatunnel.client.zeta import Zeta


@dataclass(frozen=True)
class Context:
    """One step of one run, and the stack that it works on.

    Args:
        settings: settings of the stack.
        step: the step.
        record: row of the step in `pipeline_steps`.
        last: content of that row before this attempt.
        request: how the run was started.
        guard: cleans up after this process is killed; None if nothing needs clean-up.
        files: folder with the products' jobs and queries.
        last_attempt: whether a failure is final.
    """

    settings: TaskSettings
    step: Step
    record: StepRecord
    last: LastRun = field(default_factory=LastRun)
    request: RunRequest = field(default_factory=RunRequest)
    guard: Guard | None = None
    files: Path = field(default_factory=product_files)
    last_attempt: bool = True

    @property
    def product(self) -> Product:
        """The product that the step works for."""
        return self.settings.product(self.step.product)

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt of this run has started the step."""
        return self.last.run == self.step.run

    def store(self) -> StarRocks:
        """A connection to the product's database."""
        return _connection(self.settings, self.product.user(SCHEDULER), self.product.database)

    def platform_store(self) -> StarRocks:
        """A connection to the platform's database."""
        return platform_store(self.settings)

    def zeta(self, *, timeout: float = 30) -> Zeta:
        """A client of the engine; `timeout` is the time limit of one request in seconds."""
        return Zeta(self.settings.zeta.url, timeout=timeout)

    def streaming_jobs(self, connection: StarRocks) -> StreamingJobs:
        """The streaming jobs of the stack; `connection` must be of the platform's user."""
        return StreamingJobs(connection, f"{self.settings.platform.database}.streaming_jobs")

    def sender(self) -> Sender:
        """The receiver of alerts: Alertmanager, or in a stack without monitoring the webhook."""
        stack, alerts = self.settings.stack, self.settings.alerts
        if alerts.alertmanager:
            return Alertmanager(stack, alerts.alertmanager)
        return Webhook(stack, alerts.webhook_file)

    def watch(self, job_id: int | None) -> None:
        """Set the Zeta job that the guard stops if this process is killed; None for none."""
        if self.guard is not None:
            self.guard.watch(job_id)


def platform_store(settings: TaskSettings) -> StarRocks:
    """A connection of the platform's user to the platform's database."""
    return _connection(settings, settings.platform, settings.platform.database)


def _connection(settings: TaskSettings, user: User, database: str) -> StarRocks:
    server = settings.starrocks
    password, former = user.passwords()
    address = Address(server.host, server.port, user.user, password, database, former)
    return StarRocks(address, report=print_line, program="tasks")


def step_record(settings: TaskSettings, step: Step) -> StepRecord:
    """The row of a step, by a connection of its own."""
    return StepRecord(platform_store(settings), f"{settings.platform.database}.pipeline_steps", step)
