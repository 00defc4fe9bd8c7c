"""The cluster and the stack that these tests share."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cluster import engine, kubernetes, namespaces, programs
from tests.cluster.kubernetes import Cluster
from tests.cluster.users import Users

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from tests.cluster.kubernetes_stack import (
    KubernetesStack,
    deployed,
)  # It imports `machine` of the end-to-end tests.


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running cluster of one node. After its end this machine is as before."""
    if reason := kubernetes.reason_to_skip():
        pytest.skip(reason)
    before = _filters()
    with kubernetes.cluster() as started:
        yield started
    assert namespaces.leftovers() == []
    assert [line for line in _filters() if line not in before and "KUBE-" in line] == []
    assert _processes() == []


@pytest.fixture(scope="session")
def stack(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubernetesStack]:
    """The deployed stack."""
    if reason := engine.reason_to_skip():
        pytest.skip(reason)
    with deployed(tmp_path_factory.mktemp("kubernetes") / "state", cluster) as made:
        yield made


@pytest.fixture(scope="module")
def users(stack: KubernetesStack) -> Iterator[Users]:
    """Requests of the page and the API, while the tests of a module run."""
    with stack.used() as found:
        yield found


def _filters() -> list[str]:
    """The rules and chains of iptables on this machine."""
    done = subprocess.run(["iptables-save"], env={"PATH": programs.path()}, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def _processes() -> list[str]:
    """Processes of a cluster's programs."""
    folder = str(programs.folder())
    return [
        f"{each.pid} {each.info['cmdline']}"
        for each in psutil.process_iter(["exe", "cmdline"])
        if (each.info["exe"] or "").startswith(folder)
    ]
