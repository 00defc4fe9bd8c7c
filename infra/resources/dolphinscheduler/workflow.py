"""Workflows of DolphinScheduler.

A changed workflow keeps its code, the codes of its tasks and its history: the server gives it a new version. Refresh
compares by meaning and names what was edited by hand, what is paused and what is gone; the next `up` puts it back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pulumi import ResourceOptions

from apps.shared.polling import wait_until
from infra.resources import connections
from infra.resources.dolphinscheduler.client import ONLINE, DolphinScheduler, FoundSchedule, FoundWorkflow, connect
from infra.resources.dolphinscheduler.model import (
    ScheduleMeaning,
    TaskMeaning,
    WorkflowMeaning,
    differences,
    found,
    schedule_differences,
    wanted,
)
from infra.resources.dolphinscheduler.payload import process_form, schedule_form
from infra.resources.dolphinscheduler.project import ensure_tenant
from infra.resources.dolphinscheduler.runs import ENDED, last_runs, stop
from infra.resources.dolphinscheduler.workflow_files import read_workflow
from infra.resources.http import ServiceError
from infra.resources.provider import DynamicResource, Inputs, Provider

_STOP_WITHIN = 60.0


class WorkflowInputs(Inputs):
    """A workflow and where it is."""

    stack: str
    service: str
    project: str
    name: str
    workflow: WorkflowMeaning


class WorkflowProvider(Provider[WorkflowInputs]):
    """Keeps a workflow and its schedule by REST."""

    model = WorkflowInputs
    replace_on = ("stack", "service", "project", "name")

    def identity(self, inputs: WorkflowInputs) -> str:
        """Its name; the server's code of it is looked up."""
        return f"{inputs.stack}/{inputs.project}/{inputs.name}"

    def apply(self, inputs: WorkflowInputs, previous: WorkflowInputs | None) -> None:
        """Create or change what differs, and have it online and scheduled."""
        server = connect(inputs.stack, inputs.service)
        server.wait_until_up()
        ensure_tenant(server, inputs.workflow.tenant)
        project = server.project_code(inputs.project)
        there = _look(server, project, inputs.name)
        if there is None or differences(inputs.workflow, there.meaning):
            _write(server, project, inputs, there)
            there = _look(server, project, inputs.name)
            if there is None:
                raise ServiceError(f"DolphinScheduler took workflow {inputs.name} and does not have it")
        if not there.online:
            server.release(project, there.code, online=True)
        _write_schedule(server, project, inputs.workflow.schedule, there)

    def find_drift(self, inputs: WorkflowInputs) -> list[str]:
        """What was changed by hand."""
        want = inputs.workflow
        try:
            server = connect(inputs.stack, inputs.service, timeout=5)
            project = server.project(inputs.project)
            if project is None:
                return [f"project {inputs.project} is missing"]
            there = _look(server, project.code, inputs.name)
        except (ServiceError, connections.ConnectionsMissing) as error:
            return [str(error)]
        if there is None:
            return [f"workflow {inputs.name} is missing"]
        lines = differences(want, there.meaning)
        lines += schedule_differences(want.schedule, there.meaning.schedule)
        if not there.online:
            lines.append("it is offline: it does not run")
        elif want.schedule and any(each.release_state != ONLINE for each in there.schedules):
            lines.append("the schedule is paused")
        return [f"workflow {inputs.name}: {line}" for line in lines]

    def remove(self, inputs: WorkflowInputs) -> None:
        """Stop what runs, take schedule and workflow away."""
        server = connect(inputs.stack, inputs.service)
        project = server.project(inputs.project)
        there = _look(server, project.code, inputs.name) if project else None
        if project is None or there is None:
            return
        server.release(project.code, there.code, online=False)
        _stop_runs(server, project.code, there.code, inputs.name)
        for schedule in there.schedules:
            server.call("DELETE", f"/projects/{project.code}/schedules/{schedule.id}")
        server.call("DELETE", f"/projects/{project.code}/process-definition/{there.code}")


@dataclass(frozen=True)
class _There:
    """A workflow as the server has it, and what that means."""

    found: FoundWorkflow
    schedules: list[FoundSchedule]
    meaning: WorkflowMeaning

    @property
    def code(self) -> int:
        return self.found.process.code

    @property
    def online(self) -> bool:
        return self.found.process.release_state == ONLINE


def _look(server: DolphinScheduler, project: int, name: str) -> _There | None:
    have = server.workflow(project, name)
    if have is None:
        return None
    schedules = server.schedules(project, have.process.code)
    meaning = found(
        have,
        schedules[0] if schedules else None,
        workflow_names={process.code: each for each, process in server.processes(project).items()},
        group_names={identity: each for each, identity in server.alert_groups().items()},
    )
    return _There(have, schedules, meaning)


def _write(server: DolphinScheduler, project: int, inputs: WorkflowInputs, there: _There | None) -> None:
    """Create the workflow, or give it a new version; it is offline afterwards."""
    workflow = inputs.workflow
    known = {task.name: task for task in there.found.tasks} if there else {}
    new = [name for name in workflow.tasks if name not in known]
    codes = {name: task.code for name, task in known.items()}
    codes.update(zip(new, server.task_codes(project, len(new)), strict=True))
    workflow_codes = {name: process.code for name, process in server.processes(project).items()}
    for name, task in workflow.tasks.items():
        _check_waited_for(inputs.name, name, task, workflow_codes)
    form = process_form(inputs.name, workflow, codes=codes, known=known, project=project, workflow_codes=workflow_codes)
    path = f"/projects/{project}/process-definition"
    if there is None:
        server.call("POST", path, **form)
        return
    # The server changes nothing that is online.
    if there.online:
        server.release(project, there.code, online=False)
    server.call("PUT", f"{path}/{there.code}", **form)


def _write_schedule(server: DolphinScheduler, project: int, want: ScheduleMeaning | None, there: _There) -> None:
    """Have the schedule as it is wanted, and not paused. The workflow is online."""
    path = f"/projects/{project}/schedules"
    schedules = server.schedules(project, there.code)
    as_wanted = not schedule_differences(want, there.meaning.schedule)
    if as_wanted and all(each.release_state == ONLINE for each in schedules):
        return
    for each in schedules:
        if each.release_state == ONLINE:
            server.release_schedule(project, each.id, online=False)
        if want is None:
            server.call("DELETE", f"{path}/{each.id}")
    if want is None:
        return
    # Also one that is only to be resumed is written: it begins now.
    form = schedule_form(want, server.alert_groups(), datetime.now(UTC))
    if schedules:
        server.call("PUT", f"{path}/{schedules[0].id}", **form)
    else:
        server.call("POST", path, processDefinitionCode=there.code, **form)
    for each in server.schedules(project, there.code):
        server.release_schedule(project, each.id, online=True)


def _check_waited_for(workflow: str, name: str, task: TaskMeaning, workflow_codes: dict[str, int]) -> None:
    if task.waits_for and task.waits_for not in workflow_codes:
        raise ServiceError(
            f"task {name} of workflow {workflow} waits for workflow {task.waits_for}, which is not there: "
            f"apply that one first"
        )


def _stop_runs(server: DolphinScheduler, project: int, code: int, name: str) -> None:
    """End every run of a workflow, which is offline.

    Raises:
        TimeoutError: one did not end.
    """
    asked: set[int] = set()

    def complaint() -> str:
        running = [run for run in last_runs(server, project, code, limit=100) if run.state not in ENDED]
        for run in running:
            if run.id not in asked:
                stop(server, project, run.id)
                asked.add(run.id)
        return f"run {running[0].id} is {running[0].state}" if running else ""

    wait_until(complaint, within=_STOP_WITHIN, what=f"the end of the runs of workflow {name}", pause=0.2)


class DolphinSchedulerWorkflow(DynamicResource, module="kappastack", name="DolphinSchedulerWorkflow"):
    """A workflow that is online, with its schedule."""

    provider = WorkflowProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        project: str,
        tenant: str,
        definition: Path,
        alert_group: str = "",
        opts: ResourceOptions | None = None,
    ) -> None:
        """Arguments beside the usual.

        Args:
            name: of the resource.
            stack: name of the stack.
            service: name of the service.
            project: of DolphinScheduler; it must be there.
            tenant: the OS user that runs the worker.
            definition: `dolphinscheduler/<product>/<workflow>.yaml`; those that it waits for must be there.
            alert_group: who is told of failures (`DolphinSchedulerAlerts.group`); empty for nobody.
            opts: options.

        Raises:
            WorkflowError: the file is wrong.
        """
        file = read_workflow(definition)
        workflow = wanted(file.definition, product=file.product, tenant=tenant, alert_group=alert_group)
        super().__init__(
            name,
            {
                "stack": stack,
                "service": service,
                "project": project,
                "name": file.definition.name,
                "workflow": workflow.model_dump(exclude_defaults=True),
            },
            opts,
        )
