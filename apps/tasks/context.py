"""What every command is given."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.shared.starrocks import Address, StarRocks
from apps.shared.streaming_jobs import StreamingJobs
from apps.tasks.alerts import Alert, Webhook
from apps.tasks.guard import Guard
from apps.tasks.log import say
from apps.tasks.settings import Product, TaskSettings, product_files
from apps.tasks.steps import Step, StepRecord
from seatunnel.client.zeta import Zeta

USER = "scheduler"


@dataclass(frozen=True)
class Context:
    """One step of one run, and the stack that it works on.

    Args:
        settings: the stack.
        step: the step.
        record: its row in `pipeline_steps`.
        last_details: what that row told of the run before, or of the attempt before.
        resumed: whether an attempt of this very run has begun the step already.
        guard: cleans up where this process is killed; None where nothing is to be cleaned up.
    """

    settings: TaskSettings
    step: Step
    record: StepRecord
    last_details: str
    resumed: bool
    guard: Guard | None = None
    files: Path = field(default_factory=product_files)

    @property
    def product(self) -> Product:
        """The product that the step works for."""
        return self.settings.product(self.step.product)

    def store(self) -> StarRocks:
        """A connection to the product's database."""
        return store(self.settings, self.product.database)

    def platform_store(self) -> StarRocks:
        """A connection to the platform's database."""
        return store(self.settings, self.settings.platform_database)

    def zeta(self, *, timeout: float = 30) -> Zeta:
        """The engine; `timeout` in seconds, for one request."""
        return Zeta(self.settings.zeta.url, timeout=timeout)

    def streaming_jobs(self, connection: StarRocks) -> StreamingJobs:
        """The streaming jobs of the stack."""
        return StreamingJobs(connection, f"{self.settings.platform_database}.streaming_jobs")

    def alert(self, severity: str, title: str, text: str, *, product: str = "") -> bool:
        """Tell somebody; whether it arrived."""
        webhook = Webhook(self.settings.stack, self.settings.alerts.webhook_file)
        return webhook.send(Alert(severity, title, text, product or self.step.product, self.step.workflow))

    def watch(self, job_id: int | None) -> None:
        """Have a job of Zeta stopped where this process is killed; None: none any more."""
        if self.guard is not None:
            self.guard.watch(job_id)


def store(settings: TaskSettings, database: str) -> StarRocks:
    """A connection of the tasks' own user."""
    address = settings.starrocks
    return StarRocks(
        Address(address.host, address.port, USER, settings.password(USER), database), report=say, program="tasks"
    )


def step_record(settings: TaskSettings, step: Step) -> StepRecord:
    """The row of a step, by a connection of its own."""
    return StepRecord(store(settings, settings.platform_database), f"{settings.platform_database}.pipeline_steps", step)
