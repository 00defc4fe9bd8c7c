"""The cluster that these tests share."""

import subprocess
from collections.abc import Iterator

import psutil
import pytest

from tests.cluster import kubernetes, namespaces, programs
from tests.cluster.kubernetes import Cluster


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
