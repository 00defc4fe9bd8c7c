"""The format of workflow files: valid files are read, and all errors are reported with file and line."""

from pathlib import Path

import pytest

from infra.resources.dolphinscheduler.workflow_files import WorkflowError, read_workflow, read_workflows
from infra.resources.dolphinscheduler.workflow_schema import PATH, schema_text
from infra.settings import ROOT

GOOD = """\
name: example
description: An example
schedule:
  cron: "0 5 * * * ? *"
  time_zone: Africa/Abidjan
timeout: 30m
parameters:
  from: ""
  to: ""
tasks:
  - name: first
    type: zeta_job
    job: aqi_hourly
    window: 48h
    timeout: 1h
  - name: second
    type: archive
    needs: [first]
    timeout: 5m
    retries: 3
    retry_interval: 2m
    table: live
    archive: old
    time_column: at
    version_column: published_at
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    job = tmp_path / "seatunnel/example/aqi_hourly.conf"
    job.parent.mkdir(parents=True)
    job.touch()
    (tmp_path / "dolphinscheduler/example").mkdir(parents=True)
    return tmp_path


def write(root: Path, text: str, name: str = "example") -> Path:
    path = root / f"dolphinscheduler/example/{name}.yaml"
    path.write_text(text)
    return path


def problems(root: Path, text: str) -> list[str]:
    path = write(root, text)
    with pytest.raises(WorkflowError) as error:
        read_workflow(path, root)
    return [line.removeprefix(f"{path}:") for line in str(error.value).splitlines()]


def test_a_valid_file_is_read(root: Path) -> None:
    file = read_workflow(write(root, GOOD), root)
    assert file.product == "example"
    assert [task.name for task in file.definition.tasks] == ["first", "second"]
    assert file.definition.schedule is not None
    assert file.definition.schedule.time_zone == "Africa/Abidjan"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('cron: "0 5 * * * ? *"', 'cron: "5 * * * *"', 4, "schedule.cron: '5 * * * *' has 5 fields"),
        ("Africa/Abidjan", "Abidjan", 5, "schedule.time_zone: 'Abidjan' is not a time zone"),
        ("timeout: 30m", "timeout: 90s", 6, "timeout: '90s' is not a duration"),
        ("timeout: 30m", "timeout: 30", 6, "timeout: Input should be a valid string; it is 30"),
        ("timeout: 30m", "timeout: 0m", 6, "timeout: '0m' is not a duration"),
        ("timeout: 30m", "time_out: 30m", 6, "time_out: unknown key"),
        ("type: zeta_job", "type: spark_job", 11, "tasks.0: Input tag 'spark_job' found using 'type' does not match"),
        ("window: 48h", "window: 90m", 14, "tasks.0.window: '90m' is not the length of a data range"),
        ("    type: zeta_job\n", "", 11, "tasks.0: Unable to extract tag using discriminator 'type'"),
        ("job: aqi_hourly", "jobs: aqi_hourly", 13, "tasks.0.jobs: unknown key"),
        ("job: aqi_hourly", "job: aqi_daily", 13, "tasks.0.job: there is no seatunnel/example/aqi_daily.conf"),
        ("needs: [first]", "needs: [frist]", 18, "tasks.1.needs.0: there is no task 'frist'; there are first, second"),
        ("needs: [first]", "needs: [second]", 18, "tasks.1.needs: tasks depend on each other: second → second"),
        ("retries: 3", "retries: -1", 20, "tasks.1.retries: Input should be greater than or equal to 0; it is -1"),
        ("retries: 3", "retries: many", 20, "tasks.1.retries: Input should be a valid integer"),
        ("name: second", "name: first", 16, "tasks.1.name: another task is named 'first'"),
        ("name: second", "name: Second one", 16, "tasks.1.name: String should match pattern"),
        ("    archive: old\n", "", 16, "tasks.1.archive: missing"),
        ("name: example", "name: other", 1, "name: must be the file's name, 'example'"),
        ('  to: ""\n', "", 1, "workflow: parameters: from and to must be declared together"),
        ("    retries: 3\n", "", 16, "tasks.1: retry_interval 2m has no effect without retries; leave it out"),
        (
            GOOD[GOOD.index("schedule:") : GOOD.index("timeout:")],
            "alert: never\n",
            1,
            "workflow: alert never has no effect",
        ),
        ("timeout: 30m", "timeout: 30m\ntimeout: 31m", 7, "not YAML: 'timeout' is given twice"),
        ("timeout: 30m", "timeout: [30m", 7, "not YAML: expected ',' or ']'"),
    ],
)
def test_each_error_is_reported_with_its_line(root: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD
    found = problems(root, GOOD.replace(old, new, 1))
    assert any(each.startswith(f"{line}: {message}") for each in found), found


def test_all_errors_are_reported_together(root: Path) -> None:
    text = GOOD.replace("timeout: 30m", "timeout: soon").replace("retries: 3", "retries: 99")
    assert [line.split(":")[0] for line in problems(root, text)] == ["6", "20"]


def test_the_error_for_a_cycle_lists_its_tasks(root: Path) -> None:
    text = GOOD.replace("    job: aqi_hourly\n", "    job: aqi_hourly\n    needs: [second]\n")
    assert problems(root, text) == ["14: tasks.0.needs: tasks depend on each other: first → second → first"]


def test_an_empty_file(root: Path) -> None:
    assert problems(root, "")[0].startswith("1: workflow: Input should be a valid dictionary")


WAITING = """\
name: {name}
description: Waits
timeout: 5m
tasks:
  - name: wait
    type: wait_for
    workflow: {other}
    in_the_same: hour
    timeout: 5m
"""


def test_awaited_workflows_come_first(root: Path) -> None:
    write(root, WAITING.format(name="a_first", other="example"), "a_first")
    write(root, GOOD)
    assert [file.definition.name for file in read_workflows(root / "dolphinscheduler/example", root)] == [
        "example",
        "a_first",
    ]


def test_waiting_for_missing_workflows_and_for_each_other_is_an_error(root: Path) -> None:
    one = write(root, WAITING.format(name="one", other="two"), "one")
    with pytest.raises(WorkflowError, match=r"one\.yaml:7: tasks\.wait\.workflow: there is no workflow 'two'"):
        read_workflows(one.parent, root)
    write(root, WAITING.format(name="two", other="one"), "two")
    with pytest.raises(WorkflowError, match=r"one\.yaml:1: workflows wait for each other: one → two → one"):
        read_workflows(one.parent, root)


def test_the_schema_is_generated_from_the_models() -> None:
    assert PATH.read_text() == schema_text(), "run python -m infra.resources.dolphinscheduler.workflow_schema"


KEEPER = """\
name: example
description: Keeps
timeout: 5m
tasks:
  - name: keeper
    type: keep_running
    timeout: 5m
"""


def test_only_the_platform_runs_the_keeper_and_only_products_run_other_tasks(root: Path) -> None:
    assert problems(root, KEEPER) == ["6: tasks.0.type: keep_running belongs in dolphinscheduler/platform"]
    platform = root / "dolphinscheduler/platform/example.yaml"
    platform.parent.mkdir()
    platform.write_text(KEEPER)
    assert read_workflow(platform, root).product == "platform"
    platform.write_text(GOOD.replace("    needs: [first]\n", ""))
    with pytest.raises(WorkflowError, match=r"12: tasks\.0\.type: zeta_job must belong to a product"):
        read_workflow(platform, root)


def test_the_workflows_of_the_platform() -> None:
    [file] = read_workflows(ROOT / "dolphinscheduler/platform")
    assert (file.product, file.definition.name) == ("platform", "jobs_keep_running")


def test_the_workflows_of_ciapol() -> None:
    files = {file.definition.name: file.definition for file in read_workflows(ROOT / "dolphinscheduler/ciapol")}
    assert files.keys() == {"aqi_hourly", "predict_hourly", "quality_hourly", "archive_monthly"}
    assert list(files).index("aqi_hourly") < list(files).index("predict_hourly")
    assert all(definition.schedule for definition in files.values())
    for name in ("aqi_hourly", "quality_hourly"):
        assert files[name].parameters == {"from": "", "to": ""}


def test_a_range_that_no_task_uses_is_an_error(root: Path) -> None:
    begin, end = GOOD.index("  - name: first"), GOOD.index("  - name: second")
    [line] = problems(root, GOOD[:begin] + GOOD[end:].replace("    needs: [first]\n", ""))
    assert "no task uses from and to" in line


def test_a_watch_that_exceeds_the_timeout_is_an_error(root: Path) -> None:
    begin = GOOD.index("  - name: second")
    watch = "  - {name: watch, type: keep_running, timeout: 5m, watch_seconds: 300}\n"
    assert any(
        "watch_seconds 300 must be less than timeout 5m" in line for line in problems(root, GOOD[:begin] + watch)
    )
