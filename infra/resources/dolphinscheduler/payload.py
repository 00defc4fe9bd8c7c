"""The forms that are sent to DolphinScheduler for a workflow. Existing tasks keep their codes."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from infra.resources.dolphinscheduler.client import FoundTask
from infra.resources.dolphinscheduler.model import (
    DEPENDENT,
    LAST_DAY,
    PERIODS,
    SHELL,
    TIME_FORMAT,
    ScheduleMeaning,
    TaskMeaning,
    WorkflowMeaning,
)
from infra.resources.http import Json

_COLUMN, _ROW, _MARGIN = 260, 110, 80


def process_form(
    name: str,
    workflow: WorkflowMeaning,
    *,
    codes: Mapping[str, int],
    known: Mapping[str, FoundTask],
    project: int,
    workflow_codes: Mapping[str, int],
) -> dict[str, Json]:
    """The form that creates or changes a workflow.

    Args:
        name: name of the workflow.
        workflow: the desired workflow.
        codes: code of each task, by name.
        known: tasks that exist on the server. Their versions are sent, so that the server updates them.
        project: code of the project.
        workflow_codes: codes of the project's workflows by name, for tasks that wait for a workflow.
    """
    depths = _depths(workflow.tasks)
    rows: dict[int, int] = {}
    definitions: list[Json] = []
    relations: list[Json] = []
    locations: list[Json] = []
    for task_name, task in workflow.tasks.items():
        code = codes[task_name]
        version = known[task_name].version if task_name in known else 1
        parameters: dict[str, Json] = (
            _waiting(task, project, workflow_codes) if task.waits_for else {"rawScript": task.script}
        )
        definitions.append(_task(task_name, task, code, version, parameters))
        relations += [_relation(codes[need], code) for need in task.needs] or [_relation(0, code)]
        depth = depths[task_name]
        row = rows[depth] = rows.get(depth, -1) + 1
        locations.append({"taskCode": code, "x": _MARGIN + depth * _COLUMN, "y": _MARGIN + row * _ROW})
    return {
        "name": name,
        "description": workflow.description,
        "tenantCode": workflow.tenant,
        "timeout": workflow.timeout,
        "executionType": workflow.execution,
        "globalParams": [
            {"prop": parameter, "direct": "IN", "type": "VARCHAR", "value": value}
            for parameter, value in workflow.parameters.items()
        ],
        "taskDefinitionJson": definitions,
        "taskRelationJson": relations,
        "locations": locations,
    }


def _waiting(task: TaskMeaning, project: int, workflow_codes: Mapping[str, int]) -> dict[str, Json]:
    cycle, value = PERIODS[task.in_the_same]
    item: Json = {
        "projectCode": project,
        "definitionCode": workflow_codes[task.waits_for],
        "depTaskCode": 0,
        "cycle": cycle,
        "dateValue": value,
    }
    return {"dependence": {"relation": "AND", "dependTaskList": [{"relation": "AND", "dependItemList": [item]}]}}


def _task(name: str, task: TaskMeaning, code: int, version: int, parameters: dict[str, Json]) -> Json:
    return {
        "code": code,
        "name": name,
        "version": version,
        "description": task.description,
        "taskType": DEPENDENT if task.waits_for else SHELL,
        "taskParams": {"localParams": [], "resourceList": [], **parameters},
        "flag": "YES",
        "taskPriority": "MEDIUM",
        "workerGroup": "default",
        "environmentCode": -1,
        "failRetryTimes": task.retries,
        "failRetryInterval": task.retry_interval,
        "timeoutFlag": "OPEN",
        "timeoutNotifyStrategy": "FAILED",
        "timeout": task.timeout,
        "delayTime": 0,
        "taskExecuteType": "BATCH",
        "cpuQuota": -1,
        "memoryMax": -1,
    }


def _relation(before: int, after: int) -> Json:
    return {
        "name": "",
        "preTaskCode": before,
        "preTaskVersion": 0,
        "postTaskCode": after,
        "postTaskVersion": 0,
        "conditionType": "NONE",
        "conditionParams": {},
    }


def _depths(tasks: Mapping[str, TaskMeaning]) -> dict[str, int]:
    """Number of tasks on the longest path to each task. The graph has no cycles."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 1 + max((depth(need) for need in tasks[name].needs), default=-1)
        return depths[name]

    for name in tasks:
        depth(name)
    return depths


def schedule_form(schedule: ScheduleMeaning, alert_groups: Mapping[str, int], now: datetime) -> dict[str, Json]:
    """The form that creates or changes a schedule.

    Args:
        schedule: the desired schedule.
        alert_groups: ids of alert groups by name.
        now: start of the schedule. A start in the past counts as a missed run, and Quartz delays a schedule with missed
            runs until its check for them, which runs once a minute.
    """
    begin = now.astimezone(ZoneInfo(schedule.time_zone))
    return {
        "schedule": {
            "startTime": begin.strftime(TIME_FORMAT),
            "endTime": LAST_DAY,
            "crontab": schedule.cron,
            "timezoneId": schedule.time_zone,
        },
        "warningType": "FAILURE" if schedule.alert_group else "NONE",
        "warningGroupId": alert_groups[schedule.alert_group] if schedule.alert_group else 0,
        "failureStrategy": "CONTINUE",
        "workerGroup": "default",
        "processInstancePriority": "MEDIUM",
    }
