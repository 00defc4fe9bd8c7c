"""A fake server, a stack that is connected to it, and workflows to apply."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.resources.dolphinscheduler.model import desired_meaning
from infra.resources.dolphinscheduler.workflow import WorkflowInputs
from infra.resources.dolphinscheduler.workflow_definition import WorkflowDefinition
from tests.unit.dolphinscheduler.fake_http import TOKEN, FakeDolphinScheduler
from tests.unit.dolphinscheduler.fake_server import Server

STACK = "test-workflows"
PROJECT = "ciapol"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDolphinScheduler]:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    fake = FakeDolphinScheduler()
    write_connections(tmp_path / "state", fake.port)
    yield fake
    fake.stop()


@pytest.fixture
def server(fake: FakeDolphinScheduler) -> Server:
    fake.has.projects[1] = PROJECT
    return fake.has


def write_connections(state: Path, port: int, token: str = TOKEN) -> None:
    folder = state / STACK
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "endpoints": {"dolphinscheduler": {"rest": {"scheme": "http", "host": "127.0.0.1", "port": port}}},
        "secrets": {"dolphinscheduler-token": token, "alert-webhook": "https://chat.example/hook?key=planted"},
        "secret_files": {},
        "health": {},
    }
    (folder / "connections.json").write_text(json.dumps(document))


Make = Callable[..., WorkflowInputs]


@pytest.fixture
def make() -> Make:
    """A workflow of two tasks with a schedule.

    Keyword arguments change the definition; `alert_group` receives the alerts.
    """

    def build(alert_group: str = "", **changes: object) -> WorkflowInputs:
        document = {
            "name": "quality_hourly",
            "description": "How good the data are",
            "schedule": {"cron": "0 10 * * * ? *"},
            "timeout": "30m",
            "parameters": {"from": "", "to": ""},
            "tasks": [task("quality"), task("alerts", needs=["quality"])],
            **changes,
        }
        definition = WorkflowDefinition.model_validate(document)
        return WorkflowInputs(
            stack=STACK,
            service="dolphinscheduler",
            project=PROJECT,
            name=definition.name,
            workflow=desired_meaning(definition, product=PROJECT, tenant="nobody", alert_group=alert_group),
        )

    return build


def task(name: str, **changes: object) -> dict[str, object]:
    return {"name": name, "type": "keep_running", "timeout": "5m", "retries": 2, "retry_interval": "1m", **changes}
