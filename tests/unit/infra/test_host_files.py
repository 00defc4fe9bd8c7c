"""Changed and removed files of a host service: which ones restart it."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.resources.provider import Properties
from infra.state import StackState
from infra.targets.host import provider
from infra.targets.host.description import Description
from infra.targets.host.paths import ServicePaths
from infra.targets.host.provider import HostServiceProvider
from infra.targets.host.supervisor import Process

STACK = "test"


@dataclass
class FakeSupervisor:
    """A supervisor with one running process."""

    calls: list[str] = field(default_factory=list)

    def __call__(self, _stack: str) -> "FakeSupervisor":
        return self

    def process(self, _name: str) -> Process:
        return Process(name="api", state="RUNNING", pid=1, start=0, now=0, description="")

    def stop(self, name: str) -> None:
        self.calls.append(f"stop {name}")

    def start(self, name: str) -> None:
        self.calls.append(f"start {name}")


def inputs(**secrets: str) -> Properties:
    return {
        "stack": STACK,
        "service": "api",
        "distribution": "api-1",
        "command": ["@{python}"],
        "environment": {},
        "files": {},
        "ports": {"http": 1},
        "volumes": [],
        "secret_names": sorted(secrets),
        "secrets": secrets,
        "rereads": ["password"],
        "health": {"port": "http", "path": "/", "contains": "", "start_within": 1},
        "stop_grace": 1,
        "keep_data": False,
    }


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSupervisor:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    made = FakeSupervisor()
    monkeypatch.setattr(provider, "Supervisor", made)
    monkeypatch.setattr(provider, "_ensure_assembled", lambda _names: None)
    monkeypatch.setattr(provider, "refuse_taken", lambda _ports: None)
    monkeypatch.setattr("infra.targets.host.starts.watch", lambda _description: None)
    monkeypatch.setattr(provider, "run_deploy", lambda *_arguments: None)
    paths = ServicePaths(Description.model_validate(inputs(password="old", other="old")))
    paths.secrets.mkdir(parents=True)
    for name in ("password", "other"):
        (paths.secrets / name).write_text("old")
    for path, text in paths.rendered_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return made


def apply(**secrets: str) -> None:
    description = Description.model_validate(inputs(**secrets))
    HostServiceProvider().apply(description, None)


def test_a_secret_that_is_read_again_is_written_without_a_restart(supervisor: FakeSupervisor) -> None:
    apply(password="new\nold", other="old")
    path = StackState(STACK).service("api") / "secrets" / "password"
    assert path.read_text() == "new\nold"
    assert path.stat().st_mode & 0o777 == 0o600
    assert supervisor.calls == []


def test_another_secret_restarts_the_service(supervisor: FakeSupervisor) -> None:
    apply(password="new", other="new")
    assert supervisor.calls == ["stop api", "start api"]


def test_a_secret_that_a_service_no_longer_has_is_deleted_without_a_restart(supervisor: FakeSupervisor) -> None:
    apply(password="old")
    folder = StackState(STACK).service("api") / "secrets"
    assert [path.name for path in folder.iterdir()] == ["password"]
    assert supervisor.calls == []


def test_configuration_that_a_service_no_longer_has_is_deleted_with_a_restart(supervisor: FakeSupervisor) -> None:
    rules = StackState(STACK).service("api") / "conf" / "rules.yml"
    rules.parent.mkdir(exist_ok=True)
    rules.touch()
    apply(password="old", other="old")
    assert not rules.exists()
    assert supervisor.calls == ["stop api", "start api"]


def test_files_that_were_added_by_hand_are_drift(supervisor: FakeSupervisor) -> None:
    folder = StackState(STACK).service("api")
    (folder / "conf").mkdir(exist_ok=True)
    for file in ("conf/more.yml", "secrets/more"):
        (folder / file).write_text("by hand")
    recorded = HostServiceProvider().state(inputs(password="old", other="old"))
    found = HostServiceProvider().read("id", recorded).outs
    assert found is not None
    assert [line for line in found["drift"] if "more" in line] == [
        "services/api/conf/more.yml was added by hand",
        "services/api/secrets/more was added by hand",
    ]
    apply(password="old", other="old")
    assert not (folder / "conf/more.yml").exists()
    assert supervisor.calls == ["stop api", "start api"]


def test_a_secret_that_was_changed_by_hand_is_drift(supervisor: FakeSupervisor) -> None:
    assert supervisor.calls == []
    recorded = HostServiceProvider().state(inputs(password="old", other="old"))
    (StackState(STACK).service("api") / "secrets" / "other").write_text("by hand")
    found = HostServiceProvider().read("id", recorded).outs
    assert found is not None
    assert [line for line in found["drift"] if "secrets" in line] == ["services/api/secrets/other was changed by hand"]
