"""Conversion of workflow files into requests, and of the server's workflows into differences."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.resources.dolphinscheduler.client import FoundSchedule, FoundTask, FoundWorkflow, read
from infra.resources.dolphinscheduler.model import (
    ScheduleMeaning,
    WorkflowMeaning,
    actual_meaning,
    desired_meaning,
    differences,
    is_after,
    schedule_differences,
)
from infra.resources.dolphinscheduler.payload import process_form, schedule_form
from infra.resources.dolphinscheduler.workflow import WorkflowInputs
from infra.resources.dolphinscheduler.workflow_files import read_workflow
from infra.resources.provider import whole_numbers
from infra.settings import ROOT
from tests.unit.dolphinscheduler.conftest import Make, task

NOW = datetime(2026, 1, 31, 23, 30, 15, tzinfo=UTC)


def test_a_schedule_begins_now_in_its_own_time_zone() -> None:
    """3.1.1 interprets the time in the time zone of the schedule."""
    form = schedule_form(ScheduleMeaning(cron="0 5 * * * ? *", time_zone="Asia/Shanghai"), {}, NOW)
    assert isinstance(form["schedule"], dict)
    assert form["schedule"]["startTime"] == "2026-02-01 07:30:15"


def script(name: str, product: str = "ciapol") -> dict[str, str]:
    file = read_workflow(ROOT / f"dolphinscheduler/{product}/{name}.yaml")
    workflow = desired_meaning(file.definition, product=file.product, tenant="nobody", alert_group="")
    return {each: meaning.script for each, meaning in workflow.tasks.items()}


def test_the_scripts_run_the_tasks_program() -> None:
    run = '--run "$(basename "$(dirname "$PWD")")" --manual "${kappastack_start}"'
    assert script("aqi_hourly") == {
        # Four attempts of six hours, with two minutes between them.
        "aqi": 'exec timeout --verbose --kill-after=60 1446m "$KAPPASTACK_PYTHON" -m apps.tasks zeta-job '
        "--product ciapol --workflow aqi_hourly --task aqi --every 3600 "
        f"--try-timeout 21600 --retries 3 --retry-interval 120 {run} "
        "--job aqi_hourly --window 48h --from '${from}' --to '${to}' --chunk 31d"
    }
    assert script("archive_monthly")["archive"].endswith(
        "archive --product ciapol --workflow archive_monthly --task archive --every 2678400 "
        f"--try-timeout 43200 --retries 20 --retry-interval 60 {run} "
        "--table sensor_measurements_zeta --archive sensor_measurements_archive_zeta --time-column measured_at "
        "--version-column published_at"
    )
    assert script("jobs_keep_running", "platform")["keep_running"].endswith(
        "-m apps.tasks keep-running --product platform --workflow jobs_keep_running --task keep_running --every 60 "
        f"--try-timeout 300 --retries 9 --retry-interval 60 {run} --watch 50"
    )


def test_a_sent_workflow_is_read_back_without_differences(make: Make) -> None:
    want = make(tasks=[task("quality"), task("alerts", needs=["quality"], description="Tells")]).workflow
    assert differences(want, echo(want)) == []
    assert schedule_differences(want.schedule, echo(want).schedule) == []


def test_a_wait_for_task_is_read_back_without_differences(make: Make) -> None:
    waiting = {"name": "wait", "type": "wait_for", "workflow": "aqi_hourly", "in_the_same": "day", "timeout": "9m"}
    want = make(tasks=[waiting]).workflow
    assert want.tasks["wait"].timeout == 9
    assert differences(want, echo(want)) == []
    # Another workflow of this name, or a deleted and recreated one, has another code.
    assert differences(want, echo(want, {6: "aqi_hourly"})) == [
        "task wait: waits for is 'something else' instead of 'aqi_hourly'",
        "task wait: in the same is '' instead of 'day'",
    ]


def test_each_difference_is_one_line(make: Make) -> None:
    want = make().workflow
    have = make(
        description="Other",
        timeout="1h",
        overlap="skip",
        parameters={"from": "2020", "to": "", "more": "x"},
        tasks=[task("quality", retries=5, timeout="6m"), task("extra", needs=["quality"])],
    ).workflow
    assert differences(want, have) == [
        "description is 'Other' instead of 'How good the data are'",
        "timeout is 60 instead of 30",
        "execution is 'SERIAL_DISCARD' instead of 'PARALLEL'",
        "parameter from is '2020' instead of ''",
        "parameter more was added",
        "task alerts is missing",
        "task extra was added",
        f"task quality: script is {have.tasks['quality'].script!r} instead of {want.tasks['quality'].script!r}",
        "task quality: timeout is 46 instead of 22",
    ]


def test_settings_without_a_key_in_the_format_are_found() -> None:
    edited = FoundTask.model_validate(
        {
            "code": 1,
            "name": "a",
            "version": 1,
            "taskType": "SHELL",
            "taskParams": {"rawScript": "x", "localParams": [{"prop": "y"}]},
            "flag": "NO",
            "workerGroup": "gpu",
            "delayTime": 3,
            "timeoutFlag": "CLOSE",
        }
    )
    workflow = FoundWorkflow.model_validate(
        {
            "processDefinition": {"code": 1, "name": "w", "version": 1, "releaseState": "ONLINE"},
            "processTaskRelationList": [],
            "taskDefinitionList": [edited.model_dump(by_alias=True)],
        }
    )
    meaning = actual_meaning(workflow, None, workflow_names={}, group_names={})
    assert meaning.tasks["a"].unmanaged_changes == [
        "flag is NO",
        "worker group is gpu",
        "delay is 3",
        "on timeout is None",
        "it has localParams",
    ]
    assert meaning.tasks["a"].timeout == 0


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Paris", "2026-10-25T01:10:00+00:00"),  # 2:10 for the second time
        ("Europe/Paris", "2026-10-25T00:50:00+00:00"),
        ("America/New_York", "2026-11-01T06:10:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:10:00+00:00"),
        ("Africa/Abidjan", "2026-10-25T01:10:00+00:00"),
    ],
)
def test_a_schedule_that_begins_now_does_not_begin_later(zone: str, now: str) -> None:
    moment = datetime.fromisoformat(now)
    period = schedule_form(ScheduleMeaning(cron="0 5 * * * ? *", time_zone=zone), {}, moment)["schedule"]
    assert isinstance(period, dict)
    begin = str(period["startTime"])
    for minutes in (0, 5, 45, 90):
        assert not is_after(begin, zone, moment + timedelta(minutes=minutes))
    assert is_after(begin, zone, moment - timedelta(hours=2))


def test_a_schedule_is_compared_by_meaning() -> None:
    want = ScheduleMeaning(cron="0 0 12 ? * MON-FRI *", time_zone="UTC", alert_group="ciapol")
    form = {**schedule_form(want, {"ciapol": 7}, NOW), "id": 1, "releaseState": "ONLINE"}
    period = form.pop("schedule")
    assert isinstance(period, dict)
    have = read(FoundSchedule, {**form, **period, "crontab": "0  0 12 ? * mon-fri *"})
    meaning = found_schedule(have, {7: "ciapol"})
    assert schedule_differences(want, meaning) == []
    assert schedule_differences(want, found_schedule(have, {8: "ciapol"})) == [
        "schedule: alert group is '?' instead of 'ciapol'"
    ]
    ended = have.model_copy(update={"end_time": "2021-01-01 00:00:00", "crontab": "not cron"})
    assert schedule_differences(want, found_schedule(ended, {7: "ciapol"})) == [
        "schedule: cron is 'not cron' instead of '0 0 12 ? * MON-FRI *'",
        "schedule: end is 2021-01-01 00:00:00",
    ]
    later = have.model_copy(update={"start_time": "2098-01-01 00:00:00"})
    assert schedule_differences(want, found_schedule(later, {7: "ciapol"})) == [
        "schedule: begin is 2098-01-01 00:00:00"
    ]
    assert schedule_differences(None, None) == []
    assert schedule_differences(want, None) == ["the schedule is missing"]
    assert schedule_differences(None, want) == ["a schedule was added: 0 0 12 ? * MON-FRI *"]


def found_schedule(schedule: FoundSchedule, groups: dict[int, str]) -> ScheduleMeaning | None:
    empty = {
        "processDefinition": {"code": 1, "name": "w", "version": 1, "releaseState": "ONLINE"},
        "processTaskRelationList": [],
        "taskDefinitionList": [],
    }
    return actual_meaning(FoundWorkflow.model_validate(empty), schedule, workflow_names={}, group_names=groups).schedule


def test_inputs_are_equal_after_they_passed_through_the_engine(make: Make) -> None:
    """Pulumi drops nulls and returns numbers as floats; empty defaults are omitted."""
    inputs = make(schedule=None)
    sent = inputs.workflow.model_dump(exclude_defaults=True)
    assert "schedule" not in sent
    floats = {**sent, "timeout": float(sent["timeout"])}
    back = whole_numbers({**inputs.model_dump(), "workflow": floats})
    assert WorkflowInputs.model_validate(back) == inputs


def test_tasks_keep_their_codes_and_send_the_version_that_they_change(make: Make) -> None:
    want = make().workflow
    known = {"quality": FoundTask(code=11, name="quality", version=4, task_type="SHELL", task_params={})}
    form = process_form("w", want, codes={"quality": 11, "alerts": 12}, known=known, project=1, workflow_codes={})
    tasks = read(list[FoundTask], form["taskDefinitionJson"])
    assert [(each.name, each.code, each.version) for each in tasks] == [("quality", 11, 4), ("alerts", 12, 1)]
    relations = form["taskRelationJson"]
    assert isinstance(relations, list)
    assert [(each["preTaskCode"], each["postTaskCode"]) for each in relations if isinstance(each, dict)] == [
        (0, 11),
        (11, 12),
    ]


def echo(want: WorkflowMeaning, workflows: dict[int, str] | None = None) -> WorkflowMeaning:
    """The server's response for a workflow as it was sent."""
    codes = {name: number for number, name in enumerate(want.tasks, 100)}
    form = process_form("w", want, codes=codes, known={}, project=1, workflow_codes={"aqi_hourly": 5})
    process = {
        "code": 1,
        "name": "w",
        "version": 1,
        "releaseState": "ONLINE",
        "globalParamList": form["globalParams"],
        **{key: form[key] for key in ("description", "timeout", "tenantCode", "executionType")},
    }
    workflow = FoundWorkflow.model_validate(
        {
            "processDefinition": process,
            "processTaskRelationList": form["taskRelationJson"],
            "taskDefinitionList": form["taskDefinitionJson"],
        }
    )
    schedule = None
    if want.schedule:
        sent = schedule_form(want.schedule, {}, NOW)
        period = sent.pop("schedule")
        assert isinstance(period, dict)
        schedule = read(FoundSchedule, {"id": 1, "releaseState": "ONLINE", **sent, **period})
    return actual_meaning(workflow, schedule, workflow_names=workflows or {5: "aqi_hourly"}, group_names={})
