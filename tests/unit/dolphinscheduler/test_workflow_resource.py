"""The resources on a strict fake server: create, change, drift, repair, delete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.resources import connections
from infra.resources.dolphinscheduler import workflow as workflow_module
from infra.resources.dolphinscheduler.client import Refused
from infra.resources.dolphinscheduler.project import ProjectInputs, ProjectProvider
from infra.resources.dolphinscheduler.workflow import WorkflowInputs, WorkflowProvider
from infra.resources.http import ServiceError
from tests.unit.dolphinscheduler import conftest
from tests.unit.dolphinscheduler.conftest import Make, task
from tests.unit.dolphinscheduler.fake_forms import StartForm
from tests.unit.dolphinscheduler.fake_http import FakeDolphinScheduler
from tests.unit.dolphinscheduler.fake_server import Run, Server

NAME = "quality_hourly"


@pytest.fixture
def workflows() -> WorkflowProvider:
    return WorkflowProvider()


def test_a_new_workflow_is_online_and_scheduled(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    workflows.apply(make(), None)
    assert server.process(NAME).online
    assert server.schedule(NAME).state == "ONLINE"
    assert server.tenants == {"nobody"}
    assert workflows.find_drift(make()) == []


def test_a_second_apply_changes_nothing(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    workflows.apply(make(), None)
    server.requests.clear()
    workflows.apply(make(), make())
    assert server.writes() == []


def test_a_workflow_is_sent_again_until_the_task_plugins_are_loaded(
    workflows: WorkflowProvider, server: Server, make: Make
) -> None:
    server.refusals_before_plugins = 2
    workflows.apply(make(), None)
    assert server.process(NAME).online
    assert sum(line.endswith("/process-definition") for line in server.writes()) == 3


def test_a_task_that_stays_unknown_is_an_error(
    workflows: WorkflowProvider, server: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow_module, "_PLUGINS_WITHIN", 0.0)
    server.refusals_before_plugins = 1_000
    with pytest.raises(ServiceError, match=f"accept workflow {NAME}.*process node quality parameter invalid"):
        workflows.apply(make(), None)
    assert server.processes == {}


def script(inputs: WorkflowInputs) -> str:
    return inputs.workflow.tasks["quality"].script


def test_a_change_keeps_codes_and_raises_versions(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    workflows.apply(make(), None)
    before = server.process(NAME).code, server.process(NAME).task("quality").code, server.process(NAME).task("alerts")
    changed = make(tasks=[task("quality", retries=5), task("alerts", needs=["quality"]), task("more")])
    assert workflows.find_drift(changed) == [
        f"workflow {NAME}: task more is missing",
        f"workflow {NAME}: task quality: script is {script(make())!r} instead of {script(changed)!r}",
        f"workflow {NAME}: task quality: timeout is 22 instead of 40",
    ]
    workflows.apply(changed, make())
    process = server.process(NAME)
    assert (process.code, process.task("quality").code, process.task("alerts")) == before
    assert process.version == 2
    assert process.task("quality").version == 2
    assert process.online
    assert server.schedule(NAME).state == "ONLINE"
    assert workflows.find_drift(changed) == []


def test_a_changed_schedule_does_not_change_the_workflow(
    workflows: WorkflowProvider, server: Server, make: Make
) -> None:
    workflows.apply(make(), None)
    moved = make(schedule={"cron": "0 20 * * * ? *", "time_zone": "Africa/Abidjan"})
    workflows.apply(moved, make())
    assert server.process(NAME).version == 1
    assert server.schedule(NAME).form.schedule.crontab == "0 20 * * * ? *"
    assert workflows.find_drift(moved) == []
    by_hand = make(schedule=None)
    workflows.apply(by_hand, moved)
    assert server.process(NAME).schedule is None
    assert workflows.find_drift(by_hand) == []


def test_manual_changes_are_found_and_reverted(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    want = make()
    workflows.apply(want, None)

    def drift_is_repaired(*lines: str) -> None:
        assert workflows.find_drift(want) == [f"workflow {NAME}: {line}" for line in lines]
        workflows.apply(want, want)
        assert workflows.find_drift(want) == []

    server.schedule(NAME).state = "OFFLINE"
    drift_is_repaired("the schedule is paused")
    server.process(NAME).online = False
    server.schedule(NAME).state = "OFFLINE"
    drift_is_repaired("it is offline: it does not run")
    server.schedule(NAME).form.schedule.crontab = "0 0 0 1 1 ? *"
    drift_is_repaired("schedule: cron is '0 0 0 1 1 ? *' instead of '0 10 * * * ? *'")
    server.process(NAME).schedule = None
    drift_is_repaired("the schedule is missing")
    server.process(NAME).form.taskDefinitionJson[0].failRetryTimes = 2
    drift_is_repaired("task quality: retries is 2 instead of 0")
    server.process(NAME).form.taskDefinitionJson[0].flag = "NO"
    drift_is_repaired("task quality: flag is NO")
    server.process(NAME).form.taskRelationJson[1].preTaskCode = 0
    drift_is_repaired("task alerts: needs is [] instead of ['quality']")
    del server.process(NAME).form.globalParams[0]
    drift_is_repaired("parameter from is missing")


def test_a_deleted_workflow_is_recreated(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    workflows.apply(make(), None)
    server.processes.clear()
    assert workflows.find_drift(make()) == [f"workflow {NAME} is missing"]
    workflows.apply(make(), make())
    assert workflows.find_drift(make()) == []
    server.projects.clear()
    assert workflows.find_drift(make()) == ["project ciapol is missing"]


def test_an_interrupted_change_is_completed(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    """After an interruption between the PUT request and the release, the workflow is up to date but offline."""
    workflows.apply(make(), None)
    changed = make(timeout="1h")
    workflows.apply(changed, make())
    server.process(NAME).online = False
    server.schedule(NAME).state = "OFFLINE"
    server.requests.clear()
    workflows.apply(changed, make())
    assert server.process(NAME).version == 2
    assert not any(line.startswith("PUT /projects/1/process-definition") for line in server.writes())
    assert workflows.find_drift(changed) == []


def test_a_wait_for_task_uses_the_code_of_the_workflow(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    waiting = {"name": "wait", "type": "wait_for", "workflow": NAME, "in_the_same": "hour", "timeout": "9m"}
    want = make(name="predict_hourly", tasks=[waiting])
    with pytest.raises(ServiceError, match="task wait of workflow predict_hourly waits for workflow quality_hourly"):
        workflows.apply(want, None)
    workflows.apply(make(), None)
    workflows.apply(want, None)
    assert workflows.find_drift(want) == []
    # A recreated workflow has another code. The same deployment therefore updates the workflow that waits for it.
    del server.processes[server.process(NAME).code]
    workflows.apply(make(), make())
    assert workflows.find_drift(want) != []
    workflows.apply(want, want)
    assert workflows.find_drift(want) == []


def test_the_alert_group_of_a_schedule(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    server.groups["ciapol"] = 7
    workflows.apply(make(), None)
    assert server.schedule(NAME).form.warningType == "NONE"
    alerting = make(alert_group="ciapol")
    assert workflows.find_drift(alerting) == [f"workflow {NAME}: schedule: alert group is '' instead of 'ciapol'"]
    workflows.apply(alerting, make())
    assert (server.schedule(NAME).form.warningType, server.schedule(NAME).form.warningGroupId) == ("FAILURE", 7)
    quiet = make(alert_group="ciapol", alert="never")
    assert quiet == make()


@pytest.mark.parametrize("has_master", [True, False])
def test_removing_a_workflow_stops_its_runs(
    workflows: WorkflowProvider, server: Server, make: Make, *, has_master: bool
) -> None:
    workflows.apply(make(), None)
    process = server.process(NAME)
    form = StartForm.of(process.code)
    server.runs[1] = Run(1, process, form, has_master=has_master)
    # More ended runs than a page has.
    server.runs |= {number: Run(number, process, form, state="SUCCESS") for number in range(2, 150)}
    workflows.remove(make())
    assert server.processes == {}
    assert server.runs[1].state == "STOP"
    assert server.requests.count("POST /projects/1/executors/execute") == 1
    workflows.remove(make())
    server.projects.clear()
    workflows.remove(make())


def test_a_run_that_begins_during_the_removal_is_stopped(
    workflows: WorkflowProvider, server: Server, make: Make
) -> None:
    workflows.apply(make(), None)
    server.starts_before_deletion = 2
    workflows.remove(make())
    assert server.processes == {}
    assert [run.state for run in server.runs.values()] == ["STOP", "STOP"]


def test_an_unreachable_server_counts_as_drift(
    workflows: WorkflowProvider, fake: FakeDolphinScheduler, make: Make, tmp_path: Path
) -> None:
    conftest.write_connections(tmp_path / "state", 1)
    [line] = workflows.find_drift(make())
    assert line.startswith("DolphinScheduler does not respond at http://127.0.0.1:1/dolphinscheduler")
    conftest.write_connections(tmp_path / "state", fake.port, token="old")
    assert workflows.find_drift(make()) == ["DolphinScheduler responded with 401 to GET /projects: "]


def test_a_stack_that_is_not_running_counts_as_drift(
    workflows: WorkflowProvider, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    load = connections.load
    monkeypatch.setattr(connections, "load", lambda stack: load(stack, wait=0))
    [line] = workflows.find_drift(make())
    assert line.endswith("is missing: run `make up STACK=test-workflows`")


def test_workflows_are_read_from_all_pages_of_the_list(workflows: WorkflowProvider, server: Server, make: Make) -> None:
    workflows.apply(make(name="first"), None)
    first = server.process("first")
    for number in range(120):
        server.processes[number] = type(first)(number, 1, first.form.model_copy(update={"name": f"other_{number}"}))
    workflows.apply(make(name="last"), None)
    assert workflows.find_drift(make(name="last")) == []


def test_projects(server: Server, make: Make) -> None:
    projects = ProjectProvider()
    inputs = ProjectInputs(stack=conftest.STACK, service="dolphinscheduler", project="liontrack")
    assert projects.find_drift(inputs) == ["project liontrack is missing"]
    projects.apply(inputs, None)
    projects.apply(inputs, inputs)
    assert sorted(server.projects.values()) == ["ciapol", "liontrack"]
    assert projects.find_drift(inputs) == []
    projects.remove(inputs)
    projects.remove(inputs)
    assert list(server.projects.values()) == ["ciapol"]
    ciapol = inputs.model_copy(update={"project": "ciapol"})
    WorkflowProvider().apply(make(), None)
    with pytest.raises(Refused, match="please delete the process definitions"):
        projects.remove(ciapol)


def test_a_workflow_that_a_person_created_is_reported_and_kept(server: Server, make: Make) -> None:
    projects, workflows = ProjectProvider(), WorkflowProvider()
    inputs = ProjectInputs(stack=conftest.STACK, service="dolphinscheduler", project="ciapol", workflows=[NAME])
    workflows.apply(make(), None)
    assert projects.find_drift(inputs) == []
    workflows.apply(make(name="by_hand"), None)
    assert projects.find_drift(inputs) == ["workflow by_hand is not declared"]
    projects.apply(inputs, inputs)
    assert projects.find_drift(inputs) == ["workflow by_hand is not declared"]
    # The state of older revisions has no names.
    assert projects.find_drift(inputs.model_copy(update={"workflows": None})) == []


class Statements:
    """A StarRocks session that only records statements."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, tuple[str, ...]]] = []

    def execute(self, statement: str, arguments: tuple[str, ...]) -> None:
        self.sent.append((statement, arguments))


@pytest.fixture
def starrocks(monkeypatch: pytest.MonkeyPatch) -> Statements:
    statements = Statements()

    @contextmanager
    def session(stack: str, service: str, user: str) -> Iterator[Statements]:
        assert (stack, service, user) == (conftest.STACK, "starrocks", "root")
        yield statements

    monkeypatch.setattr(workflow_module, "session", session)
    return statements


def test_the_steps_of_a_removed_workflow_are_deleted(
    workflows: WorkflowProvider, server: Server, make: Make, starrocks: Statements
) -> None:
    """Remaining rows would be reported as late permanently."""
    workflows.apply(make(), None)
    assert starrocks.sent == []
    workflows.remove(make())
    [(statement, arguments)] = starrocks.sent
    assert statement.startswith("DELETE FROM kappastack.pipeline_steps WHERE product = %s AND workflow = %s")
    assert arguments == ("ciapol", NAME, "quality", "alerts")


def test_the_steps_of_a_removed_task_are_deleted(
    workflows: WorkflowProvider, server: Server, make: Make, starrocks: Statements
) -> None:
    before, after = make(), make(tasks=[task("quality"), task("other")])
    workflows.apply(before, None)
    workflows.apply(after, before)
    assert [arguments for _, arguments in starrocks.sent] == [("ciapol", NAME, "alerts")]
    workflows.apply(after, after)
    assert len(starrocks.sent) == 1


def test_the_state_of_an_older_revision_contains_no_database(make: Make) -> None:
    """In older revisions the keeper was a product's workflow. Its rows are deleted when the old workflow is removed."""
    old = make().model_dump(exclude={"starrocks", "database"})
    assert WorkflowProvider()._inputs(old).database == "kappastack"


def test_a_workflow_is_removed_even_if_starrocks_is_unreachable(
    workflows: WorkflowProvider, server: Server, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    workflows.apply(make(), None)
    workflows.remove(make())
    assert server.processes == {}
    assert "the steps of workflow quality_hourly remain" in capsys.readouterr().out
