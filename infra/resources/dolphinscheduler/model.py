"""The canonical form of a workflow, into which the file and the server's definition are converted for comparison.

It contains nothing that only the server defines, such as codes, versions and positions on the canvas.
"""

import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict

from infra.resources.dolphinscheduler.client import FoundSchedule, FoundTask, FoundWorkflow
from infra.resources.dolphinscheduler.quartz import CronError, check_cron
from infra.resources.dolphinscheduler.quartz_period import longest_pause
from infra.resources.dolphinscheduler.workflow_definition import (
    Alert,
    Command,
    Overlap,
    Task,
    WaitFor,
    WorkflowDefinition,
    minutes,
)
from infra.resources.http import Json

START_MARK = "kappastack_start"
"""Parameter of a manual run. It identifies the started run and marks it as manual for the tasks."""

SHELL = "SHELL"
DEPENDENT = "DEPENDENT"
# Schedules never expire.
LAST_DAY = "2099-12-31 23:59:59"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_EXECUTION = {Overlap.ALLOW: "PARALLEL", Overlap.SKIP: "SERIAL_DISCARD", Overlap.WAIT: "SERIAL_WAIT"}
GRACE = 5
"""Minutes by which the server's time limit exceeds the task's own."""
# Cycle and date value of a DEPENDENT task.
PERIODS = {"hour": ("hour", "currentHour"), "day": ("day", "today")}


class TaskMeaning(BaseModel):
    """The canonical form of a task; times are in minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = ""
    script: str = ""
    """Script that the worker runs; empty for a task that waits for a workflow."""
    waits_for: str = ""
    in_the_same: str = ""
    needs: list[str] = []
    timeout: int
    retries: int
    retry_interval: int
    unmanaged_changes: list[str] = []
    """Settings that this project does not manage and that were changed manually."""


class ScheduleMeaning(BaseModel):
    """The canonical form of an active schedule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: str
    time_zone: str
    alert_group: str = ""
    """Alert group for failed runs; empty for none."""
    unmanaged_changes: list[str] = []


class WorkflowMeaning(BaseModel):
    """The canonical form of a workflow; the timeout is in minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str
    tenant: str
    timeout: int
    execution: str
    parameters: dict[str, str] = {}
    tasks: dict[str, TaskMeaning]
    schedule: ScheduleMeaning | None = None


def desired_meaning(definition: WorkflowDefinition, *, product: str, tenant: str, alert_group: str) -> WorkflowMeaning:
    """The canonical form of a workflow file.

    Args:
        definition: the file's content.
        product: the data product.
        tenant: the OS user that the tasks run as.
        alert_group: alert group of failed runs; empty for none.
    """
    schedule = definition.schedule
    return WorkflowMeaning(
        description=definition.description,
        tenant=tenant,
        timeout=minutes(definition.timeout),
        execution=_EXECUTION[definition.overlap],
        parameters=dict(definition.parameters),
        tasks={task.name: _desired_task(definition, task, product) for task in definition.tasks},
        schedule=ScheduleMeaning(
            cron=schedule.cron,
            time_zone=schedule.time_zone,
            alert_group=alert_group if definition.alert is Alert.ON_FAILURE else "",
        )
        if schedule
        else None,
    )


def _desired_task(definition: WorkflowDefinition, task: Task, product: str) -> TaskMeaning:
    waiting = isinstance(task, WaitFor)
    return TaskMeaning(
        description=task.description,
        script="" if isinstance(task, WaitFor) else _script(definition, task, product),
        waits_for=task.workflow if isinstance(task, WaitFor) else "",
        in_the_same=task.in_the_same if isinstance(task, WaitFor) else "",
        needs=sorted(task.needs),
        timeout=minutes(task.timeout) if waiting else _longest(task) + GRACE,
        # The tasks program retries, not DolphinScheduler: docs/decisions/073.
        retries=0,
        retry_interval=1,
    )


def _longest(task: Command | Task) -> int:
    """Time limit of all attempts of a task together, in minutes."""
    return (task.retries + 1) * minutes(task.timeout) + task.retries * minutes(task.retry_interval)


def _script(definition: WorkflowDefinition, task: Command, product: str) -> str:
    command, *arguments = task.command({"from", "to"} <= definition.parameters.keys())
    who = ["--product", product, "--workflow", definition.name, "--task", task.name]
    every = longest_pause(definition.schedule.cron) if definition.schedule else None
    if every is not None:
        who += ["--every", str(every)]
    # DolphinScheduler 3.1.1 has no parameter for the run's id, but the working directory of a task is <run>/<task run>.
    if task.retries:
        who += ["--try-timeout", str(60 * minutes(task.timeout))]
        who += ["--retries", str(task.retries), "--retry-interval", str(60 * minutes(task.retry_interval))]
    run = '--run "$(basename "$(dirname "$PWD")")"'
    # In a scheduled run the parameters have no value. 3.1.1 then keeps the placeholder, which the shell expands to
    # nothing.
    run += f' --manual "${{{START_MARK}}}"'
    # 3.1.1 needs sudo to kill a task at its time limit. Without sudo it marks the task as failed, but its process
    # continues.
    limit = f"timeout --verbose --kill-after=60 {_longest(task)}m"
    client = '"$KAPPASTACK_PYTHON" -m apps.tasks'
    return f"exec {limit} {client} {command} {shlex.join(who)} {run} {shlex.join(arguments)}".rstrip()


def actual_meaning(
    workflow: FoundWorkflow,
    schedule: FoundSchedule | None,
    *,
    workflow_names: Mapping[int, str],
    group_names: Mapping[int, str],
) -> WorkflowMeaning:
    """The canonical form of a workflow of the server.

    Args:
        workflow: the server's definition.
        schedule: schedule of the workflow, if it has one.
        workflow_names: names of the project's workflows by code.
        group_names: names of the alert groups by id.
    """
    names = {task.code: task.name for task in workflow.tasks}
    needs: dict[int, list[str]] = {}
    for relation in workflow.relations:
        if relation.pre_task_code:
            needs.setdefault(relation.post_task_code, []).append(names.get(relation.pre_task_code, "?"))
    process = workflow.process
    return WorkflowMeaning(
        description=process.description or "",
        tenant=process.tenant_code or "",
        timeout=process.timeout,
        execution=process.execution_type,
        parameters={each.prop: each.value or "" for each in process.global_param_list or []},
        tasks={
            task.name: _actual_task(task, sorted(needs.get(task.code, [])), workflow_names) for task in workflow.tasks
        },
        schedule=_actual_schedule(schedule, group_names) if schedule else None,
    )


def _actual_task(task: FoundTask, needs: list[str], workflow_names: Mapping[int, str]) -> TaskMeaning:
    parameters = task.task_params
    waits_for, in_the_same = "", ""
    if task.task_type == DEPENDENT:
        waits_for, in_the_same = _actual_wait(parameters.get("dependence"), workflow_names)
    return TaskMeaning(
        description=task.description or "",
        script=str(parameters.get("rawScript") or "").strip(),
        waits_for=waits_for,
        in_the_same=in_the_same,
        needs=needs,
        timeout=task.timeout if task.timeout_flag == "OPEN" else 0,
        retries=task.fail_retry_times,
        retry_interval=task.fail_retry_interval,
        unmanaged_changes=list(_unmanaged_changes_of_task(task)),
    )


def _unmanaged_changes_of_task(task: FoundTask) -> Iterator[str]:
    expected = {
        "type": (task.task_type, (SHELL, DEPENDENT)),
        "flag": (task.flag, ("YES",)),
        "worker group": (task.worker_group, ("default",)),
        "environment": (task.environment_code, (-1,)),
        "delay": (task.delay_time, (0,)),
        "on timeout": (task.timeout_notify_strategy, ("FAILED",)),
    }
    for name, (value, right) in expected.items():
        if value not in right:
            yield f"{name} is {value}"
    for name in ("localParams", "resourceList"):
        if task.task_params.get(name):
            yield f"it has {name}"


def _actual_wait(dependence: Json, workflow_names: Mapping[int, str]) -> tuple[str, str]:
    """The workflow and the period of a DEPENDENT task, if it has the form that this project writes."""
    other = ("something else", "")
    match dependence:
        case {"relation": "AND", "dependTaskList": [{"relation": "AND", "dependItemList": [dict(item)]}]}:
            code, whole = item.get("definitionCode"), item.get("depTaskCode") == 0
            period = next((name for name, (_, value) in PERIODS.items() if value == item.get("dateValue")), "")
            name = workflow_names.get(code, "") if isinstance(code, int) else ""
            return (name, period) if name and period and whole else other
        case _:
            return other


def _actual_schedule(schedule: FoundSchedule, group_names: Mapping[int, str]) -> ScheduleMeaning:
    try:
        cron = check_cron(schedule.crontab)
    except CronError:
        cron = schedule.crontab
    group = group_names.get(schedule.warning_group_id, "?") if schedule.warning_type == "FAILURE" else ""
    expected = {
        "end": (schedule.end_time, LAST_DAY),
        "failure strategy": (schedule.failure_strategy, "CONTINUE"),
        "worker group": (schedule.worker_group or "default", "default"),
        "alerts": (schedule.warning_type, "FAILURE" if group else "NONE"),
    }
    changes = [f"{name} is {value}" for name, (value, right) in expected.items() if value != right]
    if is_after(schedule.start_time, schedule.timezone_id, datetime.now(UTC)):
        changes.append(f"begin is {schedule.start_time}")
    return ScheduleMeaning(cron=cron, time_zone=schedule.timezone_id, alert_group=group, unmanaged_changes=changes)


def is_after(time: str, zone: str, now: datetime) -> bool:
    """Whether a local time is after `now`. If a clock change repeats the local time, the first occurrence counts."""
    try:
        begin = datetime.strptime(time, TIME_FORMAT).replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        # An unknown zone; `schedule_differences` reports it.
        return False
    return begin.astimezone(UTC) > now


def differences(desired: WorkflowMeaning, actual: WorkflowMeaning) -> list[str]:
    """Differences between the actual and the desired workflow, one line each, without the schedule."""
    lines = [
        f"{field.replace('_', ' ')} is {getattr(actual, field)!r} instead of {getattr(desired, field)!r}"
        for field in ("description", "tenant", "timeout", "execution")
        if getattr(actual, field) != getattr(desired, field)
    ]
    for name in sorted(desired.parameters.keys() | actual.parameters.keys()):
        if name not in actual.parameters:
            lines.append(f"parameter {name} is missing")
        elif name not in desired.parameters:
            lines.append(f"parameter {name} was added")
        elif desired.parameters[name] != actual.parameters[name]:
            lines.append(f"parameter {name} is {actual.parameters[name]!r} instead of {desired.parameters[name]!r}")
    for name in sorted(desired.tasks.keys() | actual.tasks.keys()):
        if name not in actual.tasks:
            lines.append(f"task {name} is missing")
        elif name not in desired.tasks:
            lines.append(f"task {name} was added")
        else:
            lines += [f"task {name}: {line}" for line in _changed(desired.tasks[name], actual.tasks[name])]
    return lines


def schedule_differences(desired: ScheduleMeaning | None, actual: ScheduleMeaning | None) -> list[str]:
    """Differences between the actual and the desired schedule, one line each."""
    if desired is None or actual is None:
        if desired is actual:
            return []
        return ["the schedule is missing" if actual is None else f"a schedule was added: {actual.cron}"]
    return [f"schedule: {line}" for line in _changed(desired, actual)]


def _changed(desired: TaskMeaning | ScheduleMeaning, actual: TaskMeaning | ScheduleMeaning) -> Iterator[str]:
    unmanaged = {"unmanaged_changes"}
    values = actual.model_dump(exclude=unmanaged)
    for field, value in desired.model_dump(exclude=unmanaged).items():
        if values[field] != value:
            yield f"{field.replace('_', ' ')} is {values[field]!r} instead of {value!r}"
    yield from actual.unmanaged_changes
