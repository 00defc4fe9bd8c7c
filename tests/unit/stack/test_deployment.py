"""A deployment after `make down`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.resources import connections
from tools.stack import deployment
from tools.stack.pulumi import Stack


class Operations:
    """The operations that a deployment uses.

    Args:
        stopped: the workloads that were scaled to zero pods.
        done: the steps of the deployment.
        late: whether their pods are not ready in time.
    """

    def __init__(self, stopped: list[str], done: list[str], *, late: bool) -> None:
        self.stopped, self.done, self.late = stopped, done, late

    def resume(self) -> list[str]:
        return self.stopped

    def wait_until_resumed(self, within: float) -> None:
        self.done.append("ready" if not self.late else "late")
        if self.late:
            raise TimeoutError(f"the cluster was not ready within {within:.0f} s: api has 0 of 1 pods")


@pytest.fixture
def stack(stack_in: Callable[[Path], Stack], tmp_path: Path) -> Stack:
    return stack_in(tmp_path)


@pytest.mark.parametrize(
    ("stopped", "late", "steps"),
    [
        ([], False, ["up"]),
        (["api", "pulsar"], False, ["ready", "up", "healthy"]),
        (["api"], True, ["late", "up", "healthy"]),
    ],
)
def test_workloads_that_started_again_are_awaited_before_and_after_the_deployment(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, stopped: list[str], late: bool, steps: list[str]
) -> None:
    """For Pulumi, their number of pods has not changed."""
    done: list[str] = []

    def run(*arguments: str) -> int:
        done.append(arguments[0])
        return 0

    monkeypatch.setattr(stack, "run", run)
    monkeypatch.setattr(stack, "managed_ids", lambda: {"team/api"})
    monkeypatch.setattr(stack, "has_former_secrets", lambda: False)
    monkeypatch.setattr(deployment, "operations_of", lambda _stack: Operations(stopped, done, late=late))
    monkeypatch.setattr(deployment, "wait_until_healthy", lambda _stack: done.append("healthy"))
    monkeypatch.setattr(connections, "renew_token_files", lambda _stack: None)
    assert deployment.deploy(stack) == 0
    assert done == steps
