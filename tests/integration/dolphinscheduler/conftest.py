"""One PostgreSQL and one DolphinScheduler for all tests in this folder, and workflows to apply."""

from collections.abc import Callable, Iterator

import pytest

from apps.shared.polling import wait_until
from infra.resources.dolphinscheduler.client import DolphinScheduler
from infra.resources.dolphinscheduler.model import desired_meaning
from infra.resources.dolphinscheduler.project import ProjectInputs, ProjectProvider
from infra.resources.dolphinscheduler.runs import Run, task_runs
from infra.resources.dolphinscheduler.workflow import WorkflowInputs, WorkflowProvider
from infra.resources.dolphinscheduler.workflow_definition import WorkflowDefinition
from tests.integration.dolphinscheduler.servers import SERVICE, STACK, TENANT, Servers, StandIn

PROJECT = "trial"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("dolphinscheduler")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAPPASTACK_STATE", str(folder / "state"))
        servers = Servers(folder)
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()


@pytest.fixture
def client(servers: Servers) -> DolphinScheduler:
    return servers.client()


@pytest.fixture
def tasks(servers: Servers) -> StandIn:
    servers.tasks.behave()
    return servers.tasks


Put = Callable[..., WorkflowInputs]


@pytest.fixture
def project(servers: Servers) -> str:
    ProjectProvider().apply(ProjectInputs(stack=STACK, service=SERVICE, project=PROJECT), None)
    return PROJECT


@pytest.fixture
def put(project: str, tasks: StandIn) -> Iterator[Put]:
    """Applies a workflow, by default one with a single task. It is removed after the test."""
    there: dict[str, WorkflowInputs] = {}

    def apply(name: str, *given: dict[str, object], alert_group: str = "", **changes: object) -> WorkflowInputs:
        inputs = workflow(name, *given, alert_group=alert_group, **changes)
        WorkflowProvider().apply(inputs, there.get(name))
        there[name] = inputs
        return inputs

    yield apply
    tasks.go_on()
    for inputs in reversed(there.values()):
        WorkflowProvider().remove(inputs)


def workflow(name: str, *given: dict[str, object], alert_group: str = "", **changes: object) -> WorkflowInputs:
    definition = WorkflowDefinition.model_validate(
        {"name": name, "description": "A trial", "timeout": "5m", "tasks": list(given) or [task("work")], **changes}
    )
    meaning = desired_meaning(definition, product=PROJECT, tenant=TENANT, alert_group=alert_group)
    return WorkflowInputs(stack=STACK, service=SERVICE, project=PROJECT, name=name, workflow=meaning)


def task(name: str, **changes: object) -> dict[str, object]:
    return {"name": name, "type": "keep_running", "timeout": "5m", **changes}


def until(condition: Callable[[], object], within: float = 300) -> None:
    wait_until(lambda: "" if condition() else "it is not yet so", within=within, what="the condition", pause=0.05)


def begun(client: DolphinScheduler, run: Run) -> None:
    """Wait until the master has registered the start of the first task. An earlier stop would not kill the task."""
    project = client.project_code(PROJECT)
    until(lambda: any(task.state == "RUNNING_EXECUTION" and task.host for task in task_runs(client, project, run.id)))
