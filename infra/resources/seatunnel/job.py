"""Streaming jobs of SeaTunnel Zeta.

The engine loses its jobs when all of its nodes restart. Definition and id are therefore kept in the stack's state and
in the platform's table `streaming_jobs`, from which the keeper restarts failed jobs. A job with a changed definition is
stopped with a savepoint and resumes from it under the same id. A job that the engine has lost resumes from its last
checkpoint.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pulumi import Input, ResourceOptions
from pydantic import Field

from apps.shared.polling import wait_until
from apps.shared.starrocks_errors import StarRocksError
from apps.shared.streaming_jobs import StreamingJob, StreamingJobs
from infra.products.fields import JobFields
from infra.resources import connections
from infra.resources.http import Json
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.seatunnel.placeholders import placeholders
from infra.resources.starrocks.client import session, wait_for
from infra.settings import ROOT
from seatunnel.client.definition import DefinitionError, fill, job_id, read_definition
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import ACTIVE, STOPPED, JobStatus, Zeta

_RUNNING = frozenset({JobStatus.RUNNING})
_LEASE_SECONDS = 900
"""Longer than any lease, so that a lease is released or expires within this time."""


class JobInputs(Inputs):
    """A job: its definition, in which settings are filled in and placeholders of addresses are kept."""

    stack: str
    service: str
    starrocks: str
    database: str
    product: str
    name: str
    definition: dict[str, Json]
    instances: dict[str, str] = Field(default_factory=dict)


class JobProvider(Provider[JobInputs]):
    """Starts a job, and restarts it after a change or a failure."""

    model = JobInputs
    replace_on = ("stack", "service", "name")

    def identity(self, inputs: JobInputs) -> str:
        """The job's id in the engine."""
        return str(job_id(inputs.stack, inputs.name))

    def apply(self, inputs: JobInputs, previous: JobInputs | None) -> None:
        """Run the job with this definition.

        Raises:
            JobFailed: the job failed immediately; the message contains the engine's reason.
            ZetaError: the engine refused the job.
            TimeoutError: another process holds the lease on the job.
        """
        known = connections.load(inputs.stack)
        zeta = _zeta(inputs, known)
        zeta.wait_until_up()
        wait_for(inputs.stack, inputs.starrocks)
        identity = job_id(inputs.stack, inputs.name)
        definition = fill(inputs.definition, placeholders(known))
        with _jobs(inputs) as jobs:
            row = _alone(jobs, identity)
            try:
                status = zeta.status(identity)
                same = previous is not None and previous.definition == inputs.definition
                if status in ACTIVE and same and row is not None and row.definition == definition:
                    return
                if status not in STOPPED:
                    # This also stops a job of an interrupted run, whose definition was not recorded.
                    if status in ACTIVE:
                        zeta.stop(identity, savepoint=True)
                    zeta.wait(identity, STOPPED, within=600)
                zeta.submit(identity, inputs.name, definition, restore=True)
                zeta.wait(identity, _RUNNING, within=600)
            finally:
                # The job is recorded even after a failure, so that the keeper restarts it, and sends an alert when it
                # stops doing so.
                jobs.put(identity, product=inputs.product, name=inputs.name, definition=definition)

    def find_drift(self, inputs: JobInputs) -> list[str]:
        """Report a job that does not run although no lease stops it, and one that the keeper would not restart."""
        identity = job_id(inputs.stack, inputs.name)
        try:
            known = connections.load(inputs.stack)
            with _jobs(inputs) as jobs:
                row = next(iter(jobs.find(job_id=identity)), None)
            if row is not None and row.held:
                return []
            status = _zeta(inputs, known, timeout=5).status(identity)
            definition = fill(inputs.definition, placeholders(known))
        # The recorded definition may name a secret that a later revision has renamed.
        except (DefinitionError, ZetaError, StarRocksError, connections.ConnectionsMissing) as error:
            return [str(error)]
        drift = _drift(status, row, definition)
        return [f"job {inputs.name} {drift}"] if drift else []

    def remove(self, inputs: JobInputs) -> None:
        """Stop the job."""
        zeta = _zeta(inputs, connections.load(inputs.stack))
        identity = job_id(inputs.stack, inputs.name)
        with _jobs(inputs) as jobs:
            _alone(jobs, identity)
            if zeta.status(identity) in ACTIVE:
                zeta.stop(identity, savepoint=False)
                zeta.wait(identity, STOPPED, within=600)
            jobs.remove(identity)


@contextmanager
def _jobs(inputs: JobInputs) -> Iterator[StreamingJobs]:
    with session(inputs.stack, inputs.starrocks, "root") as root:
        yield StreamingJobs(root, f"{inputs.database}.streaming_jobs")


def _alone(jobs: StreamingJobs, identity: int) -> StreamingJob | None:
    """Exclude the job from the keeper's restarts, and wait until no other process holds or restarts it.

    If the wait fails, the exclusion ends, unless the job was excluded before.
    """
    before = next(iter(jobs.find(job_id=identity)), None)
    jobs.want_stopped(identity)
    found: list[StreamingJob] = []

    def problem() -> str:
        found[:] = jobs.find(job_id=identity)
        if found and found[0].held:
            row = found[0]
            return f"{row.held_by} keeps the job stopped; its lease ends in {row.hold_left} s unless it is renewed"
        return "the keeper is restarting the job" if found and found[0].being_restarted else ""

    try:
        wait_until(problem, within=_LEASE_SECONDS, what=f"job {identity}")
    except BaseException:
        if before is not None and before.wanted_running:
            jobs.want_running(identity)
        raise
    return found[0] if found else None


def _drift(status: JobStatus, row: StreamingJob | None, definition: dict[str, Json]) -> str:
    if status == JobStatus.UNKNOWN:
        return "does not exist in the engine: it will continue from its last checkpoint"
    if status not in ACTIVE:
        return f"is {status}: it will continue from its last checkpoint"
    if row is None or not row.wanted_running:
        return "runs, but is not recorded in streaming_jobs, so the keeper would not restart it: it will be recorded"
    if row.definition != definition:
        return "is recorded with other addresses: it will be restarted"
    return ""


def _zeta(inputs: JobInputs, known: connections.Connections, timeout: float = 60) -> Zeta:
    return Zeta(known.endpoint(inputs.service, "rest").url, timeout=timeout)


class SeaTunnelJob(DynamicResource, module="kappastack", name="SeaTunnelJob"):
    """A streaming job that runs as long as the stack exists."""

    provider = JobProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        starrocks: str,
        database: str,
        product: str,
        definition: Path,
        settings: dict[str, str],
        instances: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the job. It depends on the platform's schema, because a row in a table of that schema records it.

        Args:
            name: name of the job.
            stack: name of the stack.
            service: name of the engine's service.
            starrocks: name of StarRocks' service.
            database: the platform's database in StarRocks.
            product: data product of the job.
            definition: path of a `.conf` file.
            settings: values of its placeholders.
            instances: instances of the services that the job needs. After a change, the job resumes from the savepoint
                that was taken before the service was replaced.
            opts: resource options.
        """
        super().__init__(
            name,
            {
                "stack": stack,
                "service": service,
                "starrocks": starrocks,
                "database": database,
                "product": product,
                "name": name,
                "definition": read_definition(
                    definition, settings, files=ROOT, fields=JobFields(ROOT / "topics" / product)
                ),
                "instances": dict(instances),
            },
            opts,
        )
