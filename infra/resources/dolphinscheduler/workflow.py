"""Workflows of DolphinScheduler.

A changed workflow keeps its code, the codes of its tasks and its history; the server creates a new version. Refresh
compares workflows by meaning and reports manual edits, pauses and deletions; the next `up` reverts them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pulumi import ResourceOptions

from apps.shared.polling import Pending, poll, wait_until
from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.dolphinscheduler.client import (
    ONLINE,
    DolphinScheduler,
    FoundSchedule,
    FoundWorkflow,
    Refused,
    connect,
)
from infra.resources.dolphinscheduler.model import (
    ScheduleMeaning,
    TaskMeaning,
    WorkflowMeaning,
    actual_meaning,
    desired_meaning,
    differences,
    schedule_differences,
)
from infra.resources.dolphinscheduler.payload import process_form, schedule_form
from infra.resources.dolphinscheduler.project import ensure_tenant
from infra.resources.dolphinscheduler.runs import RunState, runs_in_progress, stop
from infra.resources.dolphinscheduler.workflow_files import read_workflow
from infra.resources.http import Json, ServiceError
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session

_STOP_WITHIN = 300.0
# The API server is healthy before it has loaded its task plugins. Until then it refuses valid tasks.
_PLUGINS_WITHIN = 120.0
_UNKNOWN_TASK = re.compile(r"process node .* parameter invalid")
_RUNS_IN_PROGRESS = 10163
"""DolphinScheduler's `DELETE_PROCESS_DEFINITION_EXECUTING_FAIL`."""
# Missing in the state of older revisions.
STARROCKS = "starrocks"
PLATFORM_DATABASE = "kappastack"


class WorkflowInputs(Inputs):
    """A workflow, its server, and the database with the table of its steps."""

    stack: str
    service: str
    project: str
    name: str
    workflow: WorkflowMeaning
    starrocks: str = STARROCKS
    database: str = PLATFORM_DATABASE


class WorkflowProvider(Provider[WorkflowInputs]):
    """Manages a workflow and its schedule by REST."""

    model = WorkflowInputs
    replace_on = ("stack", "service", "project", "name")

    def identity(self, inputs: WorkflowInputs) -> str:
        """The workflow's name; each operation looks up its code on the server."""
        return f"{inputs.stack}/{inputs.project}/{inputs.name}"

    def apply(self, inputs: WorkflowInputs, previous: WorkflowInputs | None) -> None:
        """Create or change the workflow, release it and its schedule, and delete the rows of removed steps."""
        server = connect(inputs.stack, inputs.service)
        server.wait_until_up()
        ensure_tenant(server, inputs.workflow.tenant)
        project = server.project_code(inputs.project)
        current = _look(server, project, inputs.name)
        if current is None or differences(inputs.workflow, current.meaning):
            _write(server, project, inputs, current)
            current = _look(server, project, inputs.name)
            if current is None:
                raise ServiceError(f"DolphinScheduler accepted workflow {inputs.name} but does not list it")
        if not current.online:
            server.release(project, current.code, online=True)
        _write_schedule(server, project, inputs.workflow.schedule, current)
        if previous is not None:
            gone = previous.workflow.tasks.keys() - inputs.workflow.tasks.keys()
            delete_steps(inputs, [*gone])

    def find_drift(self, inputs: WorkflowInputs) -> list[str]:
        """Report manual changes."""
        desired = inputs.workflow
        try:
            server = connect(inputs.stack, inputs.service, timeout=5)
            project = server.project(inputs.project)
            if project is None:
                return [f"project {inputs.project} is missing"]
            current = _look(server, project.code, inputs.name)
        except (ServiceError, connections.ConnectionsMissing) as error:
            return [str(error)]
        if current is None:
            return [f"workflow {inputs.name} is missing"]
        lines = differences(desired, current.meaning)
        lines += schedule_differences(desired.schedule, current.meaning.schedule)
        if not current.online:
            lines.append("it is offline: it does not run")
        elif desired.schedule and any(each.release_state != ONLINE for each in current.schedules):
            lines.append("the schedule is paused")
        return [f"workflow {inputs.name}: {line}" for line in lines]

    def remove(self, inputs: WorkflowInputs) -> None:
        """Stop the workflow's runs, and delete its schedule, the workflow and the rows of its steps."""
        server = connect(inputs.stack, inputs.service)
        project = server.project(inputs.project)
        current = _look(server, project.code, inputs.name) if project else None
        if project is not None and current is not None:
            server.release(project.code, current.code, online=False)
            for schedule in current.schedules:
                server.call("DELETE", f"/projects/{project.code}/schedules/{schedule.id}")
            _delete(server, project.code, current.code, inputs.name)
        delete_steps(inputs, list(inputs.workflow.tasks))


def delete_steps(inputs: WorkflowInputs, tasks: list[str]) -> None:
    """Delete the rows of steps that no run will update again; otherwise they would count as late forever.

    An unreachable StarRocks is logged and does not prevent the deletion of the workflow.
    """
    if not tasks:
        return
    try:
        with session(inputs.stack, inputs.starrocks, "root") as root:
            marks = ", ".join(["%s"] * len(tasks))
            root.execute(
                f"DELETE FROM {inputs.database}.pipeline_steps WHERE product = %s AND workflow = %s "
                f"AND task IN ({marks})",
                (inputs.project, inputs.name, *tasks),
            )
    except (StarRocksError, connections.ConnectionsMissing, KeyError) as error:
        print(f"the steps of workflow {inputs.name} remain in {inputs.database}.pipeline_steps: {error}")  # noqa: T201 # progress for users


@dataclass(frozen=True)
class _Actual:
    """The server's definition of a workflow, and its meaning."""

    found: FoundWorkflow
    schedules: list[FoundSchedule]
    meaning: WorkflowMeaning

    @property
    def code(self) -> int:
        return self.found.process.code

    @property
    def online(self) -> bool:
        return self.found.process.release_state == ONLINE


def _look(server: DolphinScheduler, project: int, name: str) -> _Actual | None:
    have = server.workflow(project, name)
    if have is None:
        return None
    schedules = server.schedules(project, have.process.code)
    meaning = actual_meaning(
        have,
        schedules[0] if schedules else None,
        workflow_names={process.code: each for each, process in server.processes(project).items()},
        group_names={identity: each for each, identity in server.alert_groups().items()},
    )
    return _Actual(have, schedules, meaning)


def _write(server: DolphinScheduler, project: int, inputs: WorkflowInputs, current: _Actual | None) -> None:
    """Create the workflow or a new version of it; it is offline afterwards."""
    workflow = inputs.workflow
    known = {task.name: task for task in current.found.tasks} if current else {}
    new = [name for name in workflow.tasks if name not in known]
    codes = {name: task.code for name, task in known.items()}
    codes.update(zip(new, server.task_codes(project, len(new)), strict=True))
    workflow_codes = {name: process.code for name, process in server.processes(project).items()}
    for name, task in workflow.tasks.items():
        _check_waited_for(inputs.name, name, task, workflow_codes)
    form = process_form(inputs.name, workflow, codes=codes, known=known, project=project, workflow_codes=workflow_codes)
    path = f"/projects/{project}/process-definition"
    if current is None:
        _send(server, "POST", path, form, inputs.name)
        return
    # The server refuses to change a workflow that is online.
    if current.online:
        server.release(project, current.code, online=False)
    _send(server, "PUT", f"{path}/{current.code}", form, inputs.name)


def _send(server: DolphinScheduler, method: str, path: str, form: dict[str, Json], name: str) -> None:
    """Send a definition, and retry while the server has not loaded its task plugins."""

    def attempt() -> bool | Pending:
        try:
            server.call(method, path, **form)
        except Refused as error:
            if _UNKNOWN_TASK.search(str(error)):
                return Pending(str(error))
            raise
        return True

    try:
        poll(attempt, within=_PLUGINS_WITHIN, what=f"DolphinScheduler to accept workflow {name}", pause=1.0)
    except TimeoutError as error:
        raise ServiceError(str(error)) from error


def _write_schedule(server: DolphinScheduler, project: int, desired: ScheduleMeaning | None, current: _Actual) -> None:
    """Write the schedule if it differs, and release it. The workflow must be online."""
    path = f"/projects/{project}/schedules"
    schedules = server.schedules(project, current.code)
    same = not schedule_differences(desired, current.meaning.schedule)
    if same and all(each.release_state == ONLINE for each in schedules):
        return
    for each in schedules:
        if each.release_state == ONLINE:
            server.release_schedule(project, each.id, online=False)
        if desired is None:
            server.call("DELETE", f"{path}/{each.id}")
    if desired is None:
        return
    # A paused schedule is written too, so that it starts now.
    form = schedule_form(desired, server.alert_groups(), datetime.now(UTC))
    if schedules:
        server.call("PUT", f"{path}/{schedules[0].id}", **form)
    else:
        server.call("POST", path, processDefinitionCode=current.code, **form)
    for each in server.schedules(project, current.code):
        server.release_schedule(project, each.id, online=True)


def _check_waited_for(workflow: str, name: str, task: TaskMeaning, workflow_codes: dict[str, int]) -> None:
    if task.waits_for and task.waits_for not in workflow_codes:
        raise ServiceError(
            f"task {name} of workflow {workflow} waits for workflow {task.waits_for}, which has not been deployed: "
            f"deploy that workflow first"
        )


def _delete(server: DolphinScheduler, project: int, code: int, name: str) -> None:
    """Stop all runs of an offline workflow, and delete the workflow.

    A run that the schedule requested before it was deleted may begin between the last check and the deletion.
    The server then refuses the deletion, and this run is stopped too.

    Raises:
        TimeoutError: a run did not end in time.
    """
    requested: set[int] = set()

    def problem() -> str:
        running = runs_in_progress(server, project, code)
        reasons = [f"run {run.id} is {run.state}" for run in running]
        for number, run in enumerate(running):
            if run.id not in requested and run.state != RunState.READY_STOP:
                try:
                    stop(server, project, run.id)
                    requested.add(run.id)
                except ServiceError as error:
                    # After a restart of the server, no master executes a run until the failover has begun.
                    reasons[number] += f" ({error})"
        if reasons:
            return ", ".join(reasons)
        try:
            server.call("DELETE", f"/projects/{project}/process-definition/{code}")
        except Refused as error:
            if error.code != _RUNS_IN_PROGRESS:
                raise
            return str(error)
        return ""

    wait_until(problem, within=_STOP_WITHIN, what=f"the end of the runs of workflow {name}", pause=0.2)


class DolphinSchedulerWorkflow(DynamicResource, module="kappastack", name="DolphinSchedulerWorkflow"):
    """An online workflow with its schedule."""

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
        starrocks: str = STARROCKS,
        database: str = PLATFORM_DATABASE,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the workflow.

        Args:
            name: name of the resource.
            stack: name of the stack.
            service: name of the service.
            project: project in DolphinScheduler, which must be deployed before.
            tenant: the OS user that runs the worker.
            definition: path of `dolphinscheduler/<product>/<workflow>.yaml`. Workflows that it waits for must be
                deployed before.
            alert_group: alert group for failures (`DolphinSchedulerAlerts.group`); empty for none.
            starrocks: name of StarRocks' service.
            database: the platform's database in StarRocks.
            opts: resource options.

        Raises:
            WorkflowError: the file has errors.
        """
        file = read_workflow(definition)
        workflow = desired_meaning(file.definition, product=file.product, tenant=tenant, alert_group=alert_group)
        super().__init__(
            name,
            {
                "stack": stack,
                "service": service,
                "project": project,
                "name": file.definition.name,
                "workflow": workflow.model_dump(exclude_defaults=True),
                "starrocks": starrocks,
                "database": database,
            },
            opts,
        )
