"""Facts about workflows and the tasks program in the documentation are equal to the workflow files and the code."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from apps.tasks import keeper
from apps.tasks.lease import LEASE_SECONDS
from infra.resources.dolphinscheduler.model import desired_meaning
from infra.resources.dolphinscheduler.workflow_definition import Command, Task, WaitFor, WorkflowDefinition
from infra.resources.dolphinscheduler.workflow_files import WorkflowError, WorkflowFile, read_workflow
from infra.settings import ROOT

ORCHESTRATION = ROOT / "docs" / "orchestration.md"
WORKFLOWS = ROOT / "docs" / "workflows.md"
FILES = sorted((ROOT / "dolphinscheduler").glob("*/*.yaml"))


def in_words(cron: str) -> str:
    """A cron expression of Quartz, without seconds and years, in the words of the table."""
    _, minute, hour, day, month, weekday, year = cron.split()
    assert (month, year) == ("*", "*"), f"the table has no words for {cron!r}"
    if hour == "*":
        return "every minute" if minute == "*" else f":{int(minute):02}"
    assert weekday == "?", f"the table has no words for {cron!r}"
    when = "every day" if day == "*" else f"day {day} of the month"
    return f"{when}, {int(hour):02}:{int(minute):02}"


def schedule(definition: WorkflowDefinition) -> str:
    """The schedule of a workflow, in the words of the table."""
    if definition.schedule is None:
        return "by hand"
    assert definition.schedule.time_zone == "UTC", "docs/orchestration.md: 'Times are UTC'"
    waits = [f"after `{workflow}`" for workflow in definition.waits_for]
    return ", ".join([in_words(definition.schedule.cron), *waits])


def commands(definition: WorkflowDefinition) -> str:
    """The commands of the tasks program that a workflow runs."""
    programs = [task for task in definition.tasks if isinstance(task, Command)]
    return ", ".join(f"`{' '.join(task.command(False))}`" for task in programs)


def read() -> list[WorkflowFile]:
    return [read_workflow(path) for path in FILES]


def test_the_table_of_schedules_has_every_workflow_with_its_schedule_and_commands() -> None:
    text = ORCHESTRATION.read_text()
    listed = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    right = {file.definition.name: (schedule(file.definition), commands(file.definition)) for file in read()}
    assert right
    assert {name: (when, what) for name, when, what in listed} == right, "docs/orchestration.md: table of schedules"


def test_the_distance_of_the_forecast_from_the_index_is_right() -> None:
    crons = {file.definition.name: file.definition.schedule for file in read()}
    index, forecast = crons["aqi_hourly"], crons["predict_hourly"]
    assert index is not None
    assert forecast is not None
    minutes = int(forecast.cron.split()[1]) - int(index.cron.split()[1])
    number = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}[minutes]
    record = ROOT / "docs/decisions/041-wait-for-by-dependent.md"
    assert f"starts {number} minutes after that of `aqi_hourly`" in ORCHESTRATION.read_text()
    assert (
        f"its own schedule, {number} minutes after `aqi_hourly` ({in_words(forecast.cron)} and {in_words(index.cron)})"
        in " ".join(record.read_text().split())
    )


def test_the_example_is_the_workflow_that_it_shows() -> None:
    [example] = re.findall(r"^```yaml\n(.*?)^```", WORKFLOWS.read_text(), re.DOTALL | re.MULTILINE)
    shown = WorkflowDefinition.model_validate(yaml.safe_load(example))
    [file] = [file for file in read() if file.definition.name == shown.name]
    without = {"tasks": {"__all__": {"description"}}}
    assert shown.model_dump(exclude=without) == file.definition.model_dump(exclude=without)


def test_the_table_of_types_has_every_type_with_its_keys() -> None:
    common = {"type", "name", "description", "needs", "timeout", "retries", "retry_interval"}
    union, *_ = get_args(Task)
    right = {
        get_args(model.model_fields["type"].annotation)[0]: set(model.model_fields) - common
        for model in get_args(union)
    }
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|[^|]+\|$", WORKFLOWS.read_text(), re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", keys)) for name, keys in rows} == right, (
        "docs/workflows.md: table of types"
    )
    assert issubclass(WaitFor, get_args(union))


@pytest.mark.parametrize(
    ("old", "new"), [("0 10 * * * ? *", "10 * * * *"), ("[quality]", "[qualty]")], ids=["cron", "needs"]
)
def test_the_errors_shown_are_those_of_the_program(tmp_path: Path, old: str, new: str) -> None:
    [source] = [path for path in FILES if path.name == "quality_hourly.yaml"]
    wrong = tmp_path / source.relative_to(ROOT)
    wrong.parent.mkdir(parents=True)
    text = source.read_text()
    assert old in text
    wrong.write_text(text.replace(old, new))
    with pytest.raises(WorkflowError) as raised:
        read_workflow(wrong)
    assert str(raised.value).replace(f"{tmp_path}/", "") in WORKFLOWS.read_text(), (
        "docs/workflows.md: Adding a workflow"
    )


def test_the_time_limits_in_the_examples_are_right() -> None:
    limits: dict[tuple[str, str], int] = {}
    for file in read():
        meaning = desired_meaning(file.definition, product=file.product, tenant="somebody", alert_group="")
        limits |= {(file.definition.name, name): task.timeout for name, task in meaning.tasks.items()}
    text = WORKFLOWS.read_text()
    assert re.findall(r"tasks\.quality\.timeout: (\d+) =>", text) == [str(limits["quality_hourly", "quality"])]
    assert re.findall(r"task aqi: timeout is \d+ instead of (\d+)", text) == [str(limits["aqi_hourly", "aqi"])]


def test_limits_of_keeper_and_archive_are_right() -> None:
    text = " ".join(ORCHESTRATION.read_text().split())
    assert f"failed {keeper.FAILURES} times in a row" in text
    assert f"its lease expires after at most {LEASE_SECONDS} seconds" in text
    assert f"{24 * 60:,} runs per day" in text
