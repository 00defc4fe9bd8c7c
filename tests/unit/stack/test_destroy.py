"""`destroy` on a full disk, and with kept data."""

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from infra.settings import ROOT, Settings
from infra.state import StackState
from infra.targets.host.operations import HostOperations
from infra.targets.operations import KeptData, OperationsError, RunningService
from tools.stack import deployment, down
from tools.stack.backend import StateResource
from tools.stack.pulumi import Stack, StackError

HOST = Settings.model_validate({"target": "host"})
KEPT = Settings.model_validate({"target": "host", "keepData": True})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackState:
    """Files of a stack with a log and data."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    found = StackState("local")
    for path in (found.logs / "pulsar.log", found.logs / "pulsar.log.1", found.volume("pulsar", "data") / "ledger"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * 1000)
    return found


def free(monkeypatch: pytest.MonkeyPatch, *answers: bool) -> None:
    """Set the results of the successive checks for a full disk."""
    rest = list(answers)
    monkeypatch.setattr(down, "_is_full", lambda _state: rest.pop(0))


def test_nothing_is_removed_from_a_disk_with_free_space(state: StackState, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, False)
    down._free_disk("local", HOST)
    assert (state.logs / "pulsar.log").stat().st_size == 1000


def test_logs_are_removed_first(state: StackState, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, True, False)
    down._free_disk("local", HOST)
    assert [(path.name, path.stat().st_size) for path in state.logs.iterdir()] == [("pulsar.log", 0)]
    assert state.volume("pulsar", "data").is_dir()


def test_data_are_removed_after_the_logs_unless_they_are_kept(
    state: StackState, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, True, True)
    down._free_disk("local", KEPT)
    assert state.volume("pulsar", "data").is_dir()
    free(monkeypatch, True, True)
    down._free_disk("local", HOST)
    assert not state.volume("pulsar", "data").exists()


SCRIPT = """
set -eu
mount -t tmpfs -o size=24m tmpfs "$KAPPASTACK_STATE"
{python} -m tools.stack --stack {stack} env >/dev/null
mkdir -p "$KAPPASTACK_STATE/{stack}/data/pulsar/data"
mkdir -p "$KAPPASTACK_STATE/{stack}/logs"
head -c 1000000 /dev/zero >"$KAPPASTACK_STATE/{stack}/logs/pulsar.log"
cat /dev/zero >"$KAPPASTACK_STATE/{stack}/data/pulsar/data/ledger" 2>/dev/null || true
lock="$KAPPASTACK_STATE/pulumi/.pulumi/locks/organization/kappastack/{stack}"
mkdir -p "$lock" && : >"$lock/0a.json" || true
{python} -m tools.stack --stack {stack} destroy
find "$KAPPASTACK_STATE" -mindepth 1
"""


def test_a_full_file_system_is_emptied(stack_name: str, tmp_path: Path, stack_in: Callable[[Path], Stack]) -> None:
    assert stack_in(tmp_path).name == stack_name
    folder = tmp_path / "small"
    folder.mkdir()
    script = SCRIPT.format(python=sys.executable, stack=stack_name)
    namespace = ["--mount"] if os.getuid() == 0 else ["--user", "--map-root-user", "--mount"]
    done = subprocess.run(
        ["unshare", *namespace, "sh", "-c", script],
        cwd=ROOT,
        env={**os.environ, "KAPPASTACK_STATE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "removing the stack's logs" in lines[0]
    assert "stopping the services and removing their data" in lines[1]
    assert lines[-1] == f"Stack {stack_name} is gone."
    assert f"{folder} stays: it is a mount point" in lines


class _Recorded(Stack):
    """Records Pulumi's commands instead of running them."""

    commands: tuple[tuple[str, ...], ...] = ()

    def run(self, *arguments: str, quiet: bool = False, variables: Mapping[str, str] = MappingProxyType({})) -> int:
        del quiet, variables
        self.commands += (arguments,)
        return 0


def test_kept_data_keep_the_secrets_in_the_state(
    stack_in: Callable[[Path], Stack],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = stack_in(tmp_path / "state")
    made.file.write_text("config:\n  kappastack:target: host\n  kappastack:keepData: true\n")
    made.ensure()
    data = StackState(made.name).volume("starrocks", "data") / "file"
    data.parent.mkdir(parents=True)
    data.touch()
    stack = _Recorded(made.name)
    assert down.destroy(stack) == 0
    assert stack.commands == (("destroy", "--yes", "--skip-preview", "--exclude", "**:RandomSecret::*"),)
    assert stack.exists()
    assert data.is_file()
    assert "the state contains the passwords of the data" in capsys.readouterr().out.replace("\n", " ")

    resource = {"urn": "urn", "type": "pulumi-python:dynamic/kappastack:HostService"}
    for inputs, deletes in (({}, True), ({"keep_data": False}, True), ({"keep_data": True}, False)):
        assert StateResource.model_validate({**resource, "inputs": inputs}).deletes_data is deletes
    volume = {"urn": "urn:pulumi:dev::kappastack::docker:index/volume:Volume::pulsar-data", "type": "docker:x:Volume"}
    assert StateResource.model_validate(volume).deletes_data
    assert not StateResource.model_validate({**volume, "retainOnDelete": True}).deletes_data
    assert not StateResource.model_validate({**volume, "urn": "urn::pulsar-configuration"}).deletes_data
    stack = _Recorded(made.name)
    monkeypatch.setattr(_Recorded, "resources", lambda _self: [StateResource.model_validate(resource)])
    with pytest.raises(StackError, match="was deployed without it, so its data would be deleted: run `make up"):
        down.destroy(stack)
    assert stack.commands == ()
    assert data.is_file()

    made.file.write_text("config:\n  kappastack:target: host\n  kappastack:keepData: false\n")
    stack = _Recorded(made.name)
    assert down.destroy(stack) == 0
    assert not data.exists()
    assert stack.commands[0] == ("destroy", "--yes", "--skip-preview")


class _Place(HostOperations):
    """A place where services run that another state has deployed."""

    runs_here = False

    def __init__(self) -> None:
        super().__init__(HOST, "other")
        self.calls: list[str] = []

    def services(self) -> dict[str, RunningService]:
        return {"pulsar": RunningService("pulsar", "running", None, timedelta())}

    def kept_data(self) -> KeptData:
        return KeptData(("other-pulsar-data",), "docker volume rm other-pulsar-data")

    def folders(self) -> list[Path]:
        return []

    def remove_unmanaged(self, *, keep: Collection[str], data: bool) -> list[str]:
        del keep, data
        self.calls.append("remove_unmanaged")
        return []


@pytest.mark.parametrize("empty", [False, True], ids=["no state", "an empty state"])
def test_a_stack_that_another_state_has_deployed_is_not_removed(
    stack_in: Callable[[Path], Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: bool
) -> None:
    place = _Place()
    monkeypatch.setattr(down, "operations", lambda *_: place)
    stack = stack_in(tmp_path / "state")
    if empty:
        # As after `make plan` or `make env`.
        stack.ensure()
    with pytest.raises(StackError, match=r"runs \(pulsar\), but the state .*state does not contain it"):
        down.destroy(stack)
    assert place.calls == []


def test_a_stack_that_was_never_deployed_is_removed_where_nothing_responds(
    stack_in: Callable[[Path], Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(_Place):
        def services(self) -> dict[str, RunningService]:
            raise OperationsError("no cluster responds")

    place = Silent()
    monkeypatch.setattr(down, "operations", lambda *_: place)
    stack = stack_in(tmp_path / "state")
    assert down.destroy(stack) == 0
    assert place.calls == []


def test_a_deployment_over_that_of_another_state_removes_nothing(
    stack_in: Callable[[Path], Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _Place()
    monkeypatch.setattr(deployment, "operations", lambda *_: place)
    stack = stack_in(tmp_path / "state")
    with pytest.raises(StackError, match=r"does not have their passwords"):
        deployment.prepare(stack)
    assert place.calls == []
