"""Starts, lists and stops runs of workflows, waits for their end and reads their logs."""

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum

from pydantic import Field

from apps.shared.polling import Pending, poll, wait_until
from apps.shared.time_ranges import check_range
from infra.resources.dolphinscheduler.client import DolphinScheduler, Found, FoundWorkflow, read
from infra.resources.dolphinscheduler.model import DEPENDENT, START_MARK
from infra.resources.http import Json, ServiceError

_LOG_LINES = 1000
# The worker writes a task's output up to a second after the task's end, followed by this line.
_LOG_END = "FINALIZE_SESSION"
_LOG_END_WITHIN = 5.0
_BEGIN_WITHIN = 60.0
_TASK_ENDED = frozenset({"SUCCESS", "FAILURE", "KILL", "FORCED_SUCCESS"})


class InvalidRange(ServiceError):
    """The range of a manual run is wrong; nothing was started."""


class RunState(StrEnum):
    """States of a run, as the server names them."""

    SUBMITTED_SUCCESS = "SUBMITTED_SUCCESS"
    RUNNING_EXECUTION = "RUNNING_EXECUTION"
    READY_PAUSE = "READY_PAUSE"
    PAUSE = "PAUSE"
    READY_STOP = "READY_STOP"
    STOP = "STOP"
    FAILURE = "FAILURE"
    SUCCESS = "SUCCESS"
    DELAY_EXECUTION = "DELAY_EXECUTION"
    SERIAL_WAIT = "SERIAL_WAIT"
    READY_BLOCK = "READY_BLOCK"
    BLOCK = "BLOCK"


ENDED = frozenset({RunState.PAUSE, RunState.STOP, RunState.FAILURE, RunState.SUCCESS, RunState.BLOCK})


class Run(Found):
    """A run of a workflow. Times are the server's, as text."""

    id: int
    name: str
    workflow: int = Field(alias="processDefinitionCode")
    version: int = Field(alias="processDefinitionVersion")
    state: RunState
    started_by: str = Field(alias="commandType")
    scheduled_at: str | None = Field(alias="scheduleTime", default=None)
    started_at: str | None = Field(alias="startTime", default=None)
    ended_at: str | None = Field(alias="endTime", default=None)
    duration: str | None = None
    command: str | None = Field(alias="commandParam", default=None)


class TaskRun(Found):
    """One attempt of a task within a run."""

    id: int
    name: str
    state: str
    started_at: str | None = Field(alias="startTime", default=None)
    ended_at: str | None = Field(alias="endTime", default=None)
    retry: int = Field(alias="retryTimes", default=0)
    host: str | None = None


class _TaskRuns(Found):
    task_list: list[TaskRun]


class _Log(Found):
    line_num: int = 0
    message: str | None = None


def check_parameters(parameters: Mapping[str, str]) -> None:
    """Check the parameters of a manual run without contacting the server.

    Raises:
        InvalidRange: `from` or `to` is not a time, or `from` is not before `to`.
    """
    try:
        check_range(parameters.get("from", ""), parameters.get("to", ""))
    except ValueError as error:
        raise InvalidRange(str(error)) from None


def start(server: DolphinScheduler, project: str, workflow: str, parameters: Mapping[str, str] | None = None) -> Run:
    """Start a manual run of a workflow. Tasks that wait for other workflows are left out.

    Args:
        server: the server.
        project: name of the data product.
        workflow: name of the workflow.
        parameters: values for some of the workflow's parameters, such as `from` and `to`.

    Raises:
        InvalidRange: see `check_parameters`.
        ServiceError: the workflow or a parameter does not exist, or the workflow is offline.
        TimeoutError: the server accepted the request but started no run.
    """
    code = server.project_code(project)
    found = server.workflow(code, workflow)
    if found is None:
        known = ", ".join(sorted(server.processes(code)))
        raise ServiceError(f"project {project} has no workflow {workflow!r}; it has {known}")
    declared = {each.prop for each in found.process.global_param_list or []}
    given = dict(parameters or {})
    check_parameters(given)
    if unknown := given.keys() - declared:
        known = ", ".join(sorted(declared)) or "none"
        raise ServiceError(f"workflow {workflow} has no parameter {sorted(unknown)[0]!r}; it has {known}")
    # The response does not contain the run's id, so the run is found by its marker.
    mark = uuid.uuid4().hex
    server.call(
        "POST",
        f"/projects/{code}/executors/start-process-instance",
        processDefinitionCode=found.process.code,
        scheduleTime="",
        failureStrategy="CONTINUE",
        startParams={**given, START_MARK: mark},
        **_alert_settings(server, code, found),
        **_without_waiting(found),
    )

    def look() -> Run | Pending:
        for run in last_runs(server, code, found.process.code, limit=10):
            if mark in (run_details(server, code, run.id).command or ""):
                return run
        return Pending("DolphinScheduler did not start it; check that the master is running")

    return poll(look, within=_BEGIN_WITHIN, what=f"the run of workflow {workflow}", pause=0.2)


def _alert_settings(server: DolphinScheduler, project: int, found: FoundWorkflow) -> dict[str, Json]:
    """Manual runs notify the same alert group as scheduled runs."""
    for schedule in server.schedules(project, found.process.code):
        return {"warningType": schedule.warning_type, "warningGroupId": schedule.warning_group_id}
    return {"warningType": "NONE", "warningGroupId": 0}


def _without_waiting(found: FoundWorkflow) -> dict[str, Json]:
    others = [str(task.code) for task in found.tasks if task.task_type != DEPENDENT]
    if len(others) in (0, len(found.tasks)):
        return {}
    return {"startNodeList": ",".join(others), "taskDependType": "TASK_ONLY"}


def wait(server: DolphinScheduler, project: str, run: int, *, within: float) -> Run:
    """Wait until a run has ended.

    Args:
        server: the server.
        project: name of the data product.
        run: id of the run.
        within: time limit in seconds.

    Returns:
        The ended run, whether it succeeded or not.

    Raises:
        TimeoutError: the run has not ended in time.
    """
    code = server.project_code(project)

    def look() -> Run | Pending:
        found = run_details(server, code, run)
        return found if found.state in ENDED else Pending(f"{found.name} is {found.state}")

    return poll(look, within=within, what=f"the end of run {run}", pause=0.25)


def run_details(server: DolphinScheduler, project: int, run: int) -> Run:
    """A run by its id."""
    return read(Run, server.call("GET", f"/projects/{project}/process-instances/{run}"))


def last_runs(
    server: DolphinScheduler, project: int, workflow: int = 0, *, state: RunState | None = None, limit: int = 20
) -> list[Run]:
    """The last runs, the newest first.

    Args:
        server: the server.
        project: the project's code.
        workflow: the workflow's code; 0 for all workflows.
        state: state of the runs; None for all states.
        limit: maximum number of runs.
    """
    filters: dict[str, Json] = {"stateType": state} if state else {}
    page = server.call(
        "GET",
        f"/projects/{project}/process-instances",
        processDefineCode=workflow,
        pageNo=1,
        pageSize=limit,
        **filters,
    )
    runs = read(list[Run], page.get("totalList") if isinstance(page, dict) else None)
    return sorted(runs, key=lambda run: run.id, reverse=True)


def runs_in_progress(server: DolphinScheduler, project: int, workflow: int) -> list[Run]:
    """All runs of a workflow that have not ended, however old, at most 100 of each state."""
    states = [state for state in RunState if state not in ENDED]
    return [run for state in states for run in last_runs(server, project, workflow, state=state, limit=100)]


def task_runs(server: DolphinScheduler, project: int, run: int) -> list[TaskRun]:
    """The attempts of all tasks of a run, in the order of their start."""
    found = read(_TaskRuns, server.call("GET", f"/projects/{project}/process-instances/{run}/tasks"))
    return sorted(found.task_list, key=lambda task: task.id)


def run_log(server: DolphinScheduler, project: int, run: int) -> str:
    """The logs of a run's tasks, each under a heading; complete for tasks that have ended."""
    parts = []
    for task in task_runs(server, project, run):
        log = _whole_log(server, task) if task.host else "(it has no log)"
        parts += [f"--- {task.name} (try {task.retry + 1}): {task.state}", log]
    return "\n".join(parts)


def _whole_log(server: DolphinScheduler, task: TaskRun) -> str:
    """The log of an attempt; for an ended attempt, with the lines that the worker writes after the end."""
    log = ""

    def problem() -> str:
        nonlocal log
        log = task_log(server, task.id)
        return "" if task.state not in _TASK_ENDED or _LOG_END in log else "the end is missing"

    with suppress(TimeoutError):
        wait_until(problem, within=_LOG_END_WITHIN, what=f"the log of {task.name}", pause=0.2)
    return log


def task_log(server: DolphinScheduler, task_run: int) -> str:
    """The whole log of an attempt of a task."""
    parts: list[str] = []
    skip = 0
    while True:
        answer = server.call("GET", "/log/detail", taskInstanceId=task_run, skipLineNum=skip, limit=_LOG_LINES)
        text = (read(_Log, answer).message or "") if answer else ""
        parts.append(text)
        # The response's line count includes a heading, so the lines are counted here.
        if text.count("\n") < _LOG_LINES:
            return "".join(parts)
        skip += _LOG_LINES


def stop(server: DolphinScheduler, project: int, run: int) -> None:
    """Stop a run; its tasks are killed."""
    server.call("POST", f"/projects/{project}/executors/execute", processInstanceId=run, executeType="STOP")


def parameters_of(run: Run) -> dict[str, str]:
    """The parameters of a manual run."""
    command = json.loads(run.command or "{}")
    given = json.loads(command.get("StartParams") or "{}")
    return {str(key): str(value) for key, value in given.items() if key != START_MARK}
