"""Objects that a person adds to a running stack: jobs, a user, a workflow, an access token."""

from machine import TestStack
from measurements import query
from scheduler import Scheduler

from infra.resources.http import Json
from seatunnel.client.zeta import STOPPED, JobStatus, Zeta
from tests.generated_job import generated
from tests.waiting import PATIENCE

JOBS = {1601: "by-hand", 1602: "ciapol-ingest"}
"""Names of the added jobs by id. The second one is also the name of a declared job."""
COPIED = "quality_hourly"


class Additions:
    """The objects, from their creation until `remove`."""

    def __init__(self, stack: TestStack) -> None:
        """Add the objects."""
        self._stack = stack
        self._zeta = Zeta(stack.url("seatunnel", "rest"))
        for identity, name in JOBS.items():
            self._zeta.submit(identity, name, generated("STREAMING", 36_000), restore=False)
        query(stack.name, "CREATE USER 'by_hand'@'%' IDENTIFIED BY 'by hand'")
        self._scheduler = Scheduler(stack)
        code = self._scheduler.workflow(COPIED).process.code
        project: Json = self._scheduler.code
        path = f"/projects/{project}/process-definition/batch-copy"
        self._scheduler.server.call("POST", path, codes=str(code), targetProjectCode=project)
        self._scheduler.server.call(
            "POST", "/access-tokens", userId=1, token="by-hand", expireTime="2099-01-01 00:00:00"
        )

    @property
    def workflow(self) -> str:
        """The name of the added workflow."""
        [name] = [each for each in self._processes() if each.startswith(f"{COPIED}_copy")]
        return name

    def kept(self) -> bool:
        """Whether all objects still exist."""
        users = query(self._stack.name, "SHOW USERS")
        running = all(self._zeta.status(each) == JobStatus.RUNNING for each in JOBS)
        return running and ("'by_hand'@'%'",) in users and self.workflow in self._processes()

    def remove(self) -> None:
        """Remove the objects."""
        for identity in JOBS:
            self._zeta.stop(identity, savepoint=False)
            self._zeta.wait(identity, STOPPED, within=PATIENCE)
        query(self._stack.name, "DROP USER 'by_hand'@'%'")
        code = self._processes()[self.workflow]
        self._scheduler.server.call("DELETE", f"/projects/{self._scheduler.code}/process-definition/{code}")

    def _processes(self) -> dict[str, int]:
        found = self._scheduler.server.processes(self._scheduler.code)
        return {name: process.code for name, process in found.items()}
