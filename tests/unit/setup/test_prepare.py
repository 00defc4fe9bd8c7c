"""The order of the set-up's steps: their dependencies, and which of them run concurrently."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.checkout.process import Report, SetupError
from tests.waiting import PATIENCE
from tools.setup import __main__ as setup
from tools.setup import environment, pulumi_cli
from tools.setup.__main__ import Step


class Steps:
    """Four steps and the distributions. Each records its end, and may wait for the end of another."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.events = {name: threading.Event() for name in ("packages", "python", "node", "cli", "distributions")}
        self.waits_for: dict[str, str] = {}

    def run(self, name: str) -> None:
        if name in self.waits_for:
            assert self.events[self.waits_for[name]].wait(PATIENCE), f"{name} waits for {self.waits_for[name]} in vain"
        self.done.append(name)
        self.events[name].set()

    def step(self, name: str) -> Step:
        def prepare(_report: Report) -> None:
            self.run(name)

        return Step(name, lambda: False, prepare)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()
    listed = [made.step(name) for name in ("packages", "python", "node", "cli")]
    monkeypatch.setattr(setup, "steps", lambda *, tests: listed)
    monkeypatch.setattr(setup, "assemble_distributions", lambda: made.run("distributions"))
    monkeypatch.setattr(environment, "write", lambda: None)
    monkeypatch.setattr(environment, "mark_ready", lambda *, tests: made.done.append("ready"))
    return made


def go(found: Path | None) -> Callable[[], Path | None]:
    return lambda: found


def test_the_cli_is_built_concurrently_with_all_other_steps(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi_cli, "go_on_path", go(Path("go")))
    steps.waits_for = {"python": "packages", "cli": "distributions"}
    setup.prepare(tests=False, distributions=True)
    assert steps.done == ["packages", "python", "node", "distributions", "cli", "ready"]


def test_the_build_starts_before_the_python_environment_if_go_is_installed(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulumi_cli, "go_on_path", go(Path("go")))
    steps.waits_for = {"python": "cli"}
    setup.prepare(tests=False, distributions=False)
    assert steps.done == ["packages", "cli", "python", "node", "ready"]


def test_a_pinned_go_needs_the_python_environment_first(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi_cli, "go_on_path", go(None))
    setup.prepare(tests=False, distributions=False)
    assert steps.done.index("python") < steps.done.index("cli")


@pytest.mark.parametrize("failing", ["python", "cli", "distributions"])
def test_the_set_up_is_incomplete_after_a_failed_step(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr(pulumi_cli, "go_on_path", go(Path("go")))
    run = steps.run

    def fail(name: str) -> None:
        if name == failing:
            raise SetupError(f"{name} failed")
        run(name)

    monkeypatch.setattr(steps, "run", fail)
    with pytest.raises(SetupError, match=f"{failing} failed"):
        setup.prepare(tests=False, distributions=True)
    assert "ready" not in steps.done


def test_tests_can_run_after_a_failed_distribution(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise SetupError("a distribution failed")

    monkeypatch.setattr(setup, "assemble_distributions", fail)
    setup.prepare(tests=True, distributions=True)
    assert steps.done[-1] == "ready"
