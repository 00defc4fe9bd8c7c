"""Streaming jobs of SeaTunnel Zeta.

The engine forgets its jobs when all of its nodes restart, so definition and id are kept here. A changed definition is
stopped with a savepoint and goes on from it under the same id; a job that is gone goes on from its last checkpoint.
"""

from pathlib import Path

from pulumi import ResourceOptions

from infra.resources import connections
from infra.resources.http import Json, ServiceError
from infra.resources.job_definition import fill_addresses, job_id, read_definition
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.zeta import ACTIVE, JobStatus, Zeta

_RUNNING = frozenset({JobStatus.RUNNING})
_STOPPED = frozenset(
    {JobStatus.SAVEPOINT_DONE, JobStatus.FINISHED, JobStatus.CANCELED, JobStatus.FAILED, JobStatus.UNKNOWN}
)


class JobInputs(Inputs):
    """A job: its definition with the settings filled in, addresses left open."""

    stack: str
    service: str
    name: str
    definition: dict[str, Json]


class JobProvider(Provider[JobInputs]):
    """Starts a job, restarts it around changes, and puts it back."""

    model = JobInputs
    replace_on = ("stack", "service", "name")

    def identity(self, inputs: JobInputs) -> str:
        """The engine's id of the job."""
        return str(job_id(inputs.stack, inputs.name))

    def apply(self, inputs: JobInputs, previous: JobInputs | None) -> None:
        """Have the job run with this definition.

        Raises:
            JobFailed: it failed at once; the message has the engine's reason.
            ServiceError: the engine refused it.
        """
        known = connections.load(inputs.stack)
        zeta = _zeta(inputs, known)
        zeta.wait_until_up()
        identity = job_id(inputs.stack, inputs.name)
        status = zeta.status(identity)
        if status in ACTIVE:
            if previous is not None and previous.definition == inputs.definition:
                return
            # Also where an interrupted run left a job whose definition nobody recorded.
            zeta.stop(identity, savepoint=True)
            zeta.wait(identity, _STOPPED, within=120)
        definition = fill_addresses(inputs.definition, known, {})
        zeta.submit(identity, inputs.name, definition, restore=True)
        zeta.wait(identity, _RUNNING, within=120)

    def find_drift(self, inputs: JobInputs) -> list[str]:
        """Whether the job runs."""
        try:
            zeta = _zeta(inputs, connections.load(inputs.stack), timeout=5)
            status = zeta.status(job_id(inputs.stack, inputs.name))
        except (ServiceError, connections.ConnectionsMissing) as error:
            return [str(error)]
        if status in ACTIVE:
            return []
        if status == JobStatus.UNKNOWN:
            return [f"job {inputs.name} is not known to the engine: it will go on from its last checkpoint"]
        return [f"job {inputs.name} is {status}: it will go on from its last checkpoint"]

    def remove(self, inputs: JobInputs) -> None:
        """Stop the job."""
        zeta = _zeta(inputs, connections.load(inputs.stack))
        identity = job_id(inputs.stack, inputs.name)
        if zeta.status(identity) in ACTIVE:
            zeta.stop(identity, savepoint=False)
            zeta.wait(identity, _STOPPED, within=120)


def _zeta(inputs: JobInputs, known: connections.Connections, timeout: float = 60) -> Zeta:
    return Zeta(known.endpoint(inputs.service, "rest").url, timeout=timeout)


class SeaTunnelJob(DynamicResource, module="kappastack", name="SeaTunnelJob"):
    """A streaming job that runs as long as the stack is there."""

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        definition: Path,
        settings: dict[str, str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`definition` is a `.conf`; `settings` fill its placeholders."""
        super().__init__(
            JobProvider,
            name,
            {
                "stack": stack,
                "service": service,
                "name": name,
                "definition": read_definition(definition, settings),
            },
            opts,
        )
