"""Stops the streaming jobs with a savepoint before a service that they need is replaced.

The target creates this resource before a container and changes its `instance` whenever the container is replaced.
`pulumi preview` therefore shows it beside the replacement, and its update stops the jobs before the replacement. The
jobs (`job.py`) have the same instances among their inputs and resume afterwards.
"""

from pulumi import Input, ResourceOptions

from apps.shared.polling import NeverReady
from apps.shared.starrocks_errors import StarRocksError
from apps.shared.streaming_jobs import StreamingJobs
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, Zeta

_SAVEPOINT_SECONDS = 60


class DrainInputs(Inputs):
    """The service that is replaced, and the services that run and record the jobs."""

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
        """One drain per service."""
        return f"{inputs.stack}/{inputs.service}"

    def apply(self, inputs: DrainInputs, previous: DrainInputs | None) -> None:
        """Stop the running jobs. If a service does not respond, they later resume from their last checkpoint."""
        if previous is None:
            return
        try:
            known = connections.load(inputs.stack)
            zeta = Zeta(known.endpoint(inputs.seatunnel, "rest").url, timeout=15)
            with session(inputs.stack, inputs.starrocks, "root") as root:
                jobs = StreamingJobs(root, f"{inputs.database}.streaming_jobs")
                for job in jobs.find():
                    # The keeper must not restart the job. The deployment restarts it when the service is healthy again.
                    jobs.want_stopped(job.job_id)
                    if zeta.status(job.job_id) in ACTIVE:
                        zeta.stop(job.job_id, savepoint=True)
                        zeta.wait(job.job_id, STOPPED, within=_SAVEPOINT_SECONDS)
        except (
            ZetaError,
            StarRocksError,
            JobFailed,
            TimeoutError,
            NeverReady,
            connections.ConnectionsMissing,
        ) as error:
            print(f"the jobs could not be stopped before the replacement of {inputs.service}: {error}")  # noqa: T201 # progress for users

    def find_drift(self, inputs: DrainInputs) -> list[str]:
        """Report no drift: a stopped job is drift of the job's resource."""
        return []

    def remove(self, inputs: DrainInputs) -> None:
        """Do nothing: the drain has no object of its own."""


class SeaTunnelDrain(DynamicResource, module="kappastack", name="SeaTunnelDrain"):
    """Stops the streaming jobs before a service is replaced."""

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
        """`service` is replaced when `instance` changes; the others name services and the platform's database."""
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
