"""The stack `prod`, rendered once, and a script in place of `kubectl`."""

import os
from pathlib import Path

import pytest

from tests.unit.kubernetes.rendered import Rendered, prod, render
from tests.unit.kubernetes.scripted_kubectl import ScriptedCluster


@pytest.fixture(scope="session")
def rendered_prod() -> Rendered:
    """All objects of `prod`."""
    return render(prod(), "prod")


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedCluster:
    """A cluster whose `kubectl` is a script."""
    made = ScriptedCluster(tmp_path)
    made.install()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return made


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in place of `kubectl`."""
    path = tmp_path / "kubectl"
    path.touch(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    return path
