"""A deployment after `make down`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.resources import connections
from tools.stack import deployment
from tools.stack.pulumi import Stack


class Operations:
    """The operations that a deployment uses. `stopped` are the workloads that were scaled to zero pods."""

    def __init__(self, stopped: list[str]) -> None:
        self.stopped = stopped

    def resume(self) -> list[str]:
        return self.stopped


@pytest.fixture
def stack(stack_in: Callable[[Path], Stack], tmp_path: Path) -> Stack:
    return stack_in(tmp_path)


@pytest.mark.parametrize(("stopped", "steps"), [([], ["up"]), (["api", "pulsar"], ["up", "healthy"])])
def test_the_health_of_workloads_that_started_again_is_awaited(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, stopped: list[str], steps: list[str]
) -> None:
    """For Pulumi, their number of pods has not changed."""
    done: list[str] = []

    def run(*arguments: str) -> int:
        done.append(arguments[0])
        return 0

    monkeypatch.setattr(stack, "run", run)
    monkeypatch.setattr(stack, "managed_ids", lambda: {"team/api"})
    monkeypatch.setattr(stack, "has_former_secrets", lambda: False)
    monkeypatch.setattr(deployment, "operations_of", lambda _stack: Operations(stopped))
    monkeypatch.setattr(deployment, "wait_until_healthy", lambda _stack: done.append("healthy"))
    monkeypatch.setattr(connections, "renew_token_files", lambda _stack: None)
    assert deployment.deploy(stack) == 0
    assert done == steps
