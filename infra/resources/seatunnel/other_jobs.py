"""Jobs in SeaTunnel Zeta that the stack does not declare, such as one that a person submitted.

They are reported and keep running: only a person can decide whether their work may be lost.
"""

import re
from collections.abc import Sequence

from pulumi import ResourceOptions

from apps.shared.polling import NeverReady
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from seatunnel.client.definition import job_id
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import Zeta


class OtherJobsInputs(Inputs):
    """The engine, and the names of all jobs that the stack declares. Workflows run the batch jobs."""

    stack: str
    service: str
    streaming: list[str]
    batch: list[str]


class OtherJobsProvider(Provider[OtherJobsInputs]):
    """Reports the jobs that the stack does not declare."""

    model = OtherJobsInputs
    replace_on = ("stack", "service")

    def identity(self, inputs: OtherJobsInputs) -> str:
        """One list per engine."""
        return f"{inputs.stack}/{inputs.service}/jobs"

    def apply(self, inputs: OtherJobsInputs, previous: OtherJobsInputs | None) -> None:
        """Do nothing: other jobs keep running."""

    def find_drift(self, inputs: OtherJobsInputs) -> list[str]:
        """Report running jobs that are not declared, and further jobs with the name of a declared one."""
        try:
            address = connections.load(inputs.stack).endpoint(inputs.service, "rest").url
            # The engine collects the metrics of all jobs for this list.
            running = Zeta(address, timeout=15).running()
        except (ZetaError, TimeoutError, NeverReady, connections.ConnectionsMissing) as error:
            return [str(error)]
        declared = {job_id(inputs.stack, name) for name in inputs.streaming}
        # A workflow appends its run's number to the name.
        of_runs = re.compile(rf"(?:{'|'.join(map(re.escape, inputs.batch))})-\d+") if inputs.batch else None
        return [
            f"job {job.name} also runs with id {job.id}, which is not declared"
            if job.name in inputs.streaming
            else f"job {job.name} with id {job.id} runs, but is not declared"
            for job in running
            if job.id not in declared and not (of_runs and of_runs.fullmatch(job.name))
        ]

    def remove(self, inputs: OtherJobsInputs) -> None:
        """Do nothing: the stack is being removed with its engine, which ends the jobs."""


class SeaTunnelOtherJobs(DynamicResource, module="kappastack", name="SeaTunnelOtherJobs"):
    """The jobs in a stack's engine that the stack does not declare; there should be none."""

    provider = OtherJobsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        streaming: Sequence[str],
        batch: Sequence[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`streaming` and `batch` are the names of the declared jobs."""
        inputs = {"stack": stack, "service": service, "streaming": sorted(streaming), "batch": sorted(batch)}
        super().__init__(name, inputs, opts)
