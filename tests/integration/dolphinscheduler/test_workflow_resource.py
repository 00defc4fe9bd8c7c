"""The resources on a real server: create, change under the same codes, repair manual edits, remove."""

import time

import pytest

from infra.resources.dolphinscheduler.client import DolphinScheduler, FoundWorkflow, Refused, read
from infra.resources.dolphinscheduler.model import desired_meaning
from infra.resources.dolphinscheduler.payload import process_form
from infra.resources.dolphinscheduler.project import ProjectInputs, ProjectProvider
from infra.resources.dolphinscheduler.runs import last_runs, start, wait
from infra.resources.dolphinscheduler.workflow import WorkflowInputs, WorkflowProvider
from infra.resources.dolphinscheduler.workflow_files import read_workflows
from infra.resources.http import Json
from infra.settings import ROOT
from tests.integration.dolphinscheduler.conftest import PROJECT, Put, task, workflow
from tests.integration.dolphinscheduler.servers import SERVICE, STACK, TENANT, Servers, StandIn
from tests.waiting import is_busy

pytestmark = pytest.mark.integration

HOURLY = {"cron": "0 5 * * * ? *", "time_zone": "Africa/Abidjan"}


@pytest.fixture
def workflows() -> WorkflowProvider:
    return WorkflowProvider()


def found_workflow(client: DolphinScheduler, name: str) -> FoundWorkflow:
    found = client.workflow(client.project_code(PROJECT), name)
    assert found is not None
    return found


def test_a_change_keeps_codes_and_history(client: DolphinScheduler, put: Put, workflows: WorkflowProvider) -> None:
    tasks = [task("first"), task("second", needs=["first"])]
    put("changing", *tasks, schedule=HOURLY)
    run = wait(client, PROJECT, start(client, PROJECT, "changing").id, within=300)
    before = found_workflow(client, "changing")
    put("changing", *tasks, schedule=HOURLY)
    assert found_workflow(client, "changing") == before
    put("changing", task("first", retries=3), tasks[1], task("third", needs=["first"]), schedule=HOURLY)
    after = found_workflow(client, "changing")
    assert (after.process.code, after.process.version) == (before.process.code, before.process.version + 1)
    codes = {each.name: (each.code, each.version) for each in before.tasks}
    assert {each.name: (each.code, each.version) for each in after.tasks if each.name != "third"} == {
        "first": (codes["first"][0], 2),
        "second": codes["second"],
    }
    project = client.project_code(PROJECT)
    assert [each.id for each in last_runs(client, project, after.process.code)] == [run.id]
    run = wait(client, PROJECT, start(client, PROJECT, "changing").id, within=300)
    assert (run.state, run.version) == ("SUCCESS", 2)


def test_manual_changes_are_reported_and_reverted(
    client: DolphinScheduler, put: Put, workflows: WorkflowProvider
) -> None:
    tasks = [task("first", description="The first"), task("second", needs=["first"])]
    want = put("edited", *tasks, schedule=HOURLY, parameters={"from": "", "to": ""})
    project = client.project_code(PROJECT)

    def is_repaired(*lines: str) -> None:
        assert workflows.find_drift(want) == [f"workflow edited: {line}" for line in lines]
        workflows.apply(want, want)
        assert workflows.find_drift(want) == []

    assert workflows.find_drift(want) == []
    code = found_workflow(client, "edited").process.code
    [schedule] = client.schedules(project, code)
    client.release_schedule(project, schedule.id, online=False)
    is_repaired("the schedule is paused")
    client.release(project, code, online=False)
    is_repaired("it is offline: it does not run")
    client.release_schedule(project, schedule.id, online=False)
    client.call(
        "PUT",
        f"/projects/{project}/schedules/{schedule.id}",
        schedule={
            "startTime": "2020-01-01 00:00:00",
            "endTime": "2021-01-01 00:00:00",
            "crontab": "0 0 0 ? * MON *",
            "timezoneId": "UTC",
        },
        warningType="ALL",
        warningGroupId=1,
        failureStrategy="END",
        workerGroup="default",
        processInstancePriority="MEDIUM",
    )
    is_repaired(
        "schedule: cron is '0 0 0 ? * MON *' instead of '0 5 * * * ? *'",
        "schedule: time zone is 'UTC' instead of 'Africa/Abidjan'",
        "schedule: end is 2021-01-01 00:00:00",
        "schedule: failure strategy is END",
        "schedule: alerts is ALL",
        "the schedule is paused",
    )
    client.release_schedule(project, schedule.id, online=False)
    client.call("DELETE", f"/projects/{project}/schedules/{schedule.id}")
    is_repaired("the schedule is missing")
    _edit(client, project, workflow("edited", task("first"), task("stranger"), parameters={"more": "x"}))
    is_repaired(
        "parameter from is missing",
        "parameter more was added",
        "parameter to is missing",
        "task first: description is '' instead of 'The first'",
        f"task first: script is 'echo edited' instead of {want.workflow.tasks['first'].script!r}",
        "task second is missing",
        "task stranger was added",
        "it is offline: it does not run",
    )
    client.release(project, code, online=False)
    client.call("DELETE", f"/projects/{project}/process-definition/{code}")
    assert workflows.find_drift(want) == ["workflow edited is missing"]
    workflows.apply(want, want)
    assert workflows.find_drift(want) == []


def _edit(client: DolphinScheduler, project: int, edited: WorkflowInputs) -> None:
    """Change a workflow as the upstream interface does, which leaves the workflow offline."""
    found = found_workflow(client, edited.name)
    known = {each.name: each for each in found.tasks}
    [stranger] = client.task_codes(project, 1)
    codes = {**{each.name: each.code for each in found.tasks}, "stranger": stranger}
    form = process_form(edited.name, edited.workflow, codes=codes, known=known, project=project, workflow_codes={})
    sent = read(list[dict[str, Json]], form["taskDefinitionJson"])
    sent[0]["taskParams"] = {"localParams": [], "resourceList": [], "rawScript": "echo edited"}
    client.release(project, found.process.code, online=False)
    client.call("PUT", f"/projects/{project}/process-definition/{found.process.code}", **form | _tasks(sent))


def _tasks(tasks: list[dict[str, Json]]) -> dict[str, Json]:
    return {"taskDefinitionJson": [*tasks]}


def test_removing_an_online_workflow_with_an_active_run(
    client: DolphinScheduler, put: Put, tasks: StandIn, workflows: WorkflowProvider
) -> None:
    want = put("removed", schedule=HOURLY)
    tasks.behave(work={"seconds": 120})
    run = start(client, PROJECT, "removed")
    while not tasks.calls("work"):
        time.sleep(0.05)
    begin = time.monotonic()
    workflows.remove(want)
    assert time.monotonic() - begin < 20 or is_busy()
    project = client.project_code(PROJECT)
    assert client.workflow(project, "removed") is None
    assert wait(client, PROJECT, run.id, within=300).state == "STOP"
    workflows.remove(want)


def test_a_project_is_removed_after_its_workflows(servers: Servers, client: DolphinScheduler) -> None:
    projects, workflows = ProjectProvider(), WorkflowProvider()
    inputs = ProjectInputs(stack=STACK, service=SERVICE, project="passing")
    assert projects.find_drift(inputs) == ["project passing is missing"]
    projects.apply(inputs, None)
    assert projects.find_drift(inputs) == []
    inside = workflow("inside").model_copy(update={"project": "passing"})
    workflows.apply(inside, None)
    with pytest.raises(Refused, match="delete the process definitions"):
        projects.remove(inputs)
    workflows.remove(inside)
    projects.remove(inputs)
    assert client.project("passing") is None


def test_the_workflows_of_ciapol(servers: Servers, project: str) -> None:
    """The server accepts every workflow file of the product, and a refresh finds no differences."""
    workflows = WorkflowProvider()
    put: list[WorkflowInputs] = []
    for file in read_workflows(ROOT / "dolphinscheduler/ciapol"):
        meaning = desired_meaning(file.definition, product=file.product, tenant=TENANT, alert_group="")
        inputs = WorkflowInputs(
            stack=STACK, service=SERVICE, project=PROJECT, name=file.definition.name, workflow=meaning
        )
        workflows.apply(inputs, None)
        put.append(inputs)
    assert [line for inputs in put for line in workflows.find_drift(inputs)] == []
    for inputs in reversed(put):
        workflows.remove(inputs)
