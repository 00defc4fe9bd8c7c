"""The times of planned starts, which Prometheus compares with the start times of processes."""

import re
from pathlib import Path

import pytest

from infra.state import StackState
from infra.targets.host import planned_starts
from infra.targets.host.provider import MachineInputs, MachineProvider
from infra.targets.host.supervisor import Supervisor

STACK = "test"


@pytest.fixture(autouse=True)
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Methods that were called on a supervisor that accepts every call."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    found: list[str] = []
    monkeypatch.setattr(Supervisor, "_call", lambda _self, method, *_arguments: found.append(method))
    return found


def recorded(service: str) -> float:
    """The recorded time of a service's last planned start."""
    text = (StackState(STACK).planned_starts / f"{service}.prom").read_text()
    found = re.search(rf'^kappastack_planned_start_timestamp_seconds{{started="{service}"}} ([0-9.]+)$', text, re.M)
    assert found is not None, text
    return float(found[1])


def test_a_start_is_recorded_before_the_process_starts(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1234.5)
    Supervisor(STACK).start("api")
    assert recorded("api") == 1234.5
    assert calls[-1] == "startProcess"
    monkeypatch.setattr("time.time", lambda: 2345.5)
    Supervisor(STACK).start("api")
    assert recorded("api") == 2345.5


def test_a_stop_is_not_recorded() -> None:
    Supervisor(STACK).stop("api")
    assert not StackState(STACK).planned_starts.exists()


def test_programs_that_start_with_the_supervisor_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    alive = iter([False, True])
    monkeypatch.setattr(Supervisor, "alive", lambda _self: next(alive))
    monkeypatch.setattr("infra.targets.host.provider.run_deploy", lambda *_arguments: None)
    programs = StackState(STACK).supervisor / "programs"
    programs.mkdir(parents=True)
    (programs / "api.conf").touch()
    MachineProvider().apply(MachineInputs(stack=STACK), None)
    assert recorded("api") > 0


def test_a_removed_service_has_no_record() -> None:
    planned_starts.record(STACK, "api")
    planned_starts.delete(STACK, "api")
    assert list(StackState(STACK).planned_starts.iterdir()) == []
