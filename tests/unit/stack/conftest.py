"""A separate stack file in the checkout, and state folders for it."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.settings import ROOT
from tools.stack.pulumi import Stack


@pytest.fixture
def stack_name() -> Iterator[str]:
    """Name of a stack with a configuration file."""
    name = f"test-{secrets.token_hex(4)}"
    file = ROOT / f"Pulumi.{name}.yaml"
    file.write_text("config:\n  kappastack:target: host\n")
    yield name
    file.unlink()


@pytest.fixture
def stack_in(stack_name: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Stack]:
    """The stack with a state folder."""
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME"):
        monkeypatch.delenv(name, raising=False)

    def make(folder: Path) -> Stack:
        monkeypatch.setenv("KAPPASTACK_STATE", str(folder))
        return Stack(stack_name)

    return make
