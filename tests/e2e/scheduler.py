"""Manual operations on the DolphinScheduler of the stack under test."""

import contextlib

from machine import TestStack

from infra.resources.dolphinscheduler.client import DolphinScheduler, FoundWorkflow, connect
from infra.resources.dolphinscheduler.runs import ENDED, Run, last_runs, run_details, run_log, start, task_runs
from infra.resources.http import ServiceError
from tests.waiting import PATIENCE, wait_until

PROJECT = "ciapol"


class Scheduler:
    """A project in DolphinScheduler, by default CIAPOL's."""

    def __init__(self, stack: TestStack, project: str = PROJECT) -> None:
        """Use the token of the stack."""
        self._stack = stack
        self._server = connect(stack.name, "dolphinscheduler")
        self._server.wait_until_up()
        self._name = project
        self._project = self._server.project_code(project)

    @property
    def server(self) -> DolphinScheduler:
        """The REST client."""
        return self._server

    @property
    def code(self) -> int:
        """The code of the project."""
        return self._project

    def workflow(self, name: str) -> FoundWorkflow:
        """A workflow, which must exist."""
        found = self._server.workflow(self._project, name)
        assert found is not None, name
        return found

    def pause(self, name: str) -> None:
        """Pause the schedule of a workflow, and wait for the end of a run that has begun."""
        [schedule] = self._server.schedules(self._project, self.workflow(name).process.code)
        self._server.call("POST", f"/projects/{self._project}/schedules/{schedule.id}/offline")
        workflow = self.workflow(name).process.code

        def idle() -> bool:
            return all(run.state in ENDED for run in last_runs(self._server, self._project, workflow, limit=5))

        wait_until(idle, f"the end of the run of {name}")

    def resume(self, name: str) -> None:
        """Release the paused schedule of a workflow."""
        [schedule] = self._server.schedules(self._project, self.workflow(name).process.code)
        self._server.release_schedule(self._project, schedule.id, online=True)

    def edit_task(self, name: str, task: str, **fields: int | str) -> None:
        """Change fields of a task by their names in the server's interface, such as `failRetryTimes`."""
        [code] = [each.code for each in self.workflow(name).tasks if each.name == task]
        workflow = self.workflow(name).process.code
        self._server.release(self._project, workflow, online=False)
        document = self._server.call("GET", f"/projects/{self._project}/task-definition/{code}")
        assert isinstance(document, dict)
        document |= fields
        self._server.call("PUT", f"/projects/{self._project}/task-definition/{code}", taskDefinitionJsonObj=document)
        self._server.release(self._project, workflow, online=True)

    def start(self, name: str, **parameters: str) -> Run:
        """Start a manual run of a workflow."""
        return start(self._server, self._name, name, parameters)

    def ended(self, run: Run, *, within: float = 2 * PATIENCE) -> Run:
        """Wait for the end of a run, even if the server is temporarily unreachable."""
        found = run

        def has_ended() -> bool:
            nonlocal found
            with contextlib.suppress(ServiceError):
                found = run_details(self._server, self._project, run.id)
            return found.state in ENDED

        wait_until(has_ended, lambda: f"the end of run {run.name}:\n{self.log(run)}", within=within, pause=0.3)
        return found

    def log(self, run: Run) -> str:
        """The logs of the tasks of a run."""
        return run_log(self._server, self._project, run.id)

    def wait_for_task(self, run: Run) -> str:
        """Wait until a task of the run is executing, and return the name of the service that executes it."""
        hosts: list[str] = []

        def begun() -> bool:
            hosts.extend(task.host for task in task_runs(self._server, self._project, run.id) if task.host)
            return bool(hosts)

        wait_until(begun, f"a task of run {run.name}", pause=0.05)
        return self._service_at(hosts[0])

    def _service_at(self, host: str) -> str:
        port = int(host.rsplit(":", 1)[1])
        known = self._stack.connections.endpoints
        return next(name for name, ports in known.items() if any(each.port == port for each in ports.values()))
