"""Stopping the streaming jobs with a savepoint before a service that they need is replaced.

The target creates this resource before a container and changes its `instance` whenever the container is replaced. So
`pulumi preview` shows it beside the replacement, and its update, which stops the jobs, comes first. The jobs (`job.py`)
have the same instances among their inputs and continue afterwards.
"""

from pulumi import Input, ResourceOptions

from apps.shared.starrocks import StarRocksError
from apps.shared.streaming_jobs import StreamingJobs
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, Zeta

_SAVEPOINT_SECONDS = 60


class DrainInputs(Inputs):
    """The service that is replaced, and where the jobs are found."""

    stack: str
    service: str
    instance: str
    seatunnel: str
    starrocks: str
    database: str


class DrainProvider(Provider[DrainInputs]):
    """Stops the jobs when the instance changes."""

    model = DrainInputs
    replace_on = ("stack", "service")

    def identity(self, inputs: DrainInputs) -> str:
        """One a service."""
        return f"{inputs.stack}/{inputs.service}"

    def apply(self, inputs: DrainInputs, previous: DrainInputs | None) -> None:
        """Stop the running jobs. Where a service does not answer, they continue from their last checkpoint."""
        if previous is None:
            return
        try:
            known = connections.load(inputs.stack)
            zeta = Zeta(known.endpoint(inputs.seatunnel, "rest").url, timeout=15)
            with session(inputs.stack, inputs.starrocks, "root") as root:
                jobs = StreamingJobs(root, f"{inputs.database}.streaming_jobs")
                for job in jobs.find():
                    # The keeper leaves it stopped; the deployment starts it when the service is back.
                    jobs.want_stopped(job.job_id)
                    if zeta.status(job.job_id) in ACTIVE:
                        zeta.stop(job.job_id, savepoint=True)
                        zeta.wait(job.job_id, STOPPED, within=_SAVEPOINT_SECONDS)
        except (ZetaError, StarRocksError, JobFailed, TimeoutError, connections.ConnectionsMissing) as error:
            print(f"the jobs were not stopped before {inputs.service} is replaced: {error}")  # noqa: T201 # for people

    def find_drift(self, inputs: DrainInputs) -> list[str]:
        """None: a stopped job is drift of the job itself."""
        return []

    def remove(self, inputs: DrainInputs) -> None:
        """There is nothing to delete."""


class SeaTunnelDrain(DynamicResource, module="kappastack", name="SeaTunnelDrain"):
    """The streaming jobs stop before a service is replaced."""

    provider = DrainProvider

    def __init__(
        self,
        service: str,
        *,
        stack: str,
        instance: Input[str],
        seatunnel: str,
        starrocks: str,
        database: str,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`service` is replaced when `instance` changes; the others name the services and the platform's database."""
        super().__init__(
            f"{service}-drain",
            {
                "stack": stack,
                "service": service,
                "instance": instance,
                "seatunnel": seatunnel,
                "starrocks": starrocks,
                "database": database,
            },
            opts,
        )
