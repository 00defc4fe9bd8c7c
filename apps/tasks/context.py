"""What every command is given."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.shared.starrocks import Address, StarRocks
from apps.shared.streaming_jobs import StreamingJobs
from apps.tasks.alerts import Alert, Webhook
from apps.tasks.asked import Asked
from apps.tasks.guard import Guard
from apps.tasks.log import say
from apps.tasks.settings import SCHEDULER, Product, TaskSettings, product_files
from apps.tasks.steps import LastRun, Step, StepRecord
from seatunnel.client.zeta import Zeta


@dataclass(frozen=True)
class Context:
    """One step of one run, and the stack that it works on.

    Args:
        settings: the stack.
        step: the step.
        record: its row in `pipeline_steps`.
        last: what that row held before this attempt.
        asked: how the run was started.
        guard: cleans up where this process is killed; None where nothing is to be cleaned up.
        files: the folder with the products' jobs and queries.
    """

    settings: TaskSettings
    step: Step
    record: StepRecord
    last: LastRun = field(default_factory=LastRun)
    asked: Asked = field(default_factory=Asked)
    guard: Guard | None = None
    files: Path = field(default_factory=product_files)

    @property
    def product(self) -> Product:
        """The product that the step works for."""
        return self.settings.product(self.step.product)

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt of this very run has begun the step."""
        return self.last.run == self.step.run

    def store(self) -> StarRocks:
        """A connection to the product's database."""
        user = self.product.user(SCHEDULER)
        address = self.settings.starrocks
        return StarRocks(
            Address(address.host, address.port, user.user, user.password(), self.product.database),
            report=say,
            program="tasks",
        )

    def platform_store(self) -> StarRocks:
        """A connection to the platform's database."""
        return platform_store(self.settings)

    def zeta(self, *, timeout: float = 30) -> Zeta:
        """The engine; `timeout` in seconds, for one request."""
        return Zeta(self.settings.zeta.url, timeout=timeout)

    def streaming_jobs(self, connection: StarRocks) -> StreamingJobs:
        """The streaming jobs of the stack; `connection` is one of the platform's user."""
        return StreamingJobs(connection, f"{self.settings.platform.database}.streaming_jobs")

    def alert(self, severity: str, title: str, text: str, *, product: str = "") -> bool:
        """Send an alert; whether it arrived."""
        webhook = Webhook(self.settings.stack, self.settings.alerts.webhook_file)
        return webhook.send(Alert(severity, title, text, product or self.step.product, self.step.workflow))

    def watch(self, job_id: int | None) -> None:
        """Have a job of Zeta stopped where this process is killed; None: none any more."""
        if self.guard is not None:
            self.guard.watch(job_id)


def platform_store(settings: TaskSettings) -> StarRocks:
    """A connection of the platform's user to the platform's database."""
    platform, address = settings.platform, settings.starrocks
    return StarRocks(
        Address(address.host, address.port, platform.user, platform.password(), platform.database),
        report=say,
        program="tasks",
    )


def step_record(settings: TaskSettings, step: Step) -> StepRecord:
    """The row of a step, by a connection of its own."""
    return StepRecord(platform_store(settings), f"{settings.platform.database}.pipeline_steps", step)
