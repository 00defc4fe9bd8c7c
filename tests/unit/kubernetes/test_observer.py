"""Pods that start, keep exiting or cannot start, with a script in place of `kubectl`."""

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from infra.observing import Sample
from infra.targets.kubernetes import observer
from infra.targets.kubernetes.observer import MOST_RESTARTS, PodObserver

_RUNNING: JsonValue = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}


class Kubectl:
    """The answers of the script: pods, and the log of each pod."""

    def __init__(self, folder: Path) -> None:
        """Write the script."""
        self._folder = folder
        program = folder / "kubectl"
        program.write_text(
            "#!/bin/sh\n"
            f'echo "$*" >>{folder}/commands\n'
            'case "$*" in *--previous*) log=previous ;; *) log=log ;; esac\n'
            f'case "$*" in *logs*) cat {folder}/$log ;; *) cat {folder}/pods ;; esac\n'
        )
        program.chmod(0o755)
        self.logs()
        self.lists()

    def logs(self, text: str = "", previous: str = "") -> None:
        """Set the log of the current and of the previous container."""
        (self._folder / "log").write_text(text)
        (self._folder / "previous").write_text(previous)

    def lists(self, *pods: JsonValue) -> None:
        """Set the pods."""
        (self._folder / "pods").write_text(json.dumps({"items": list(pods)}))

    def fails(self) -> None:
        """Let all further commands fail."""
        (self._folder / "kubectl").write_text("#!/bin/sh\necho 'the server is gone' >&2\nexit 1\n")

    @property
    def commands(self) -> list[str]:
        """All command lines."""
        return (self._folder / "commands").read_text().splitlines()


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    """A script in place of `kubectl`. Each call of `sample` runs it."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(observer, "_LOOK_SECONDS", 0.0)
    return Kubectl(tmp_path)


def pod(
    name: str, *, restarts: int = 0, state: JsonValue = _RUNNING, last: JsonValue = None, conditions: JsonValue = None
) -> JsonValue:
    """A pod with one container."""
    container: JsonValue = {
        "name": "main",
        "ready": state == _RUNNING,
        "restartCount": restarts,
        "state": state,
        "lastState": last or {},
    }
    return {
        "metadata": {"name": name, "namespace": "team", "uid": name, "labels": {}},
        "status": {"phase": "Running", "containerStatuses": [container], "conditions": conditions or []},
    }


def sample(seen: PodObserver) -> Sample:
    """A sample of existing pods."""
    found = seen.sample()
    assert found is not None
    return found


def test_restarts_count_from_the_start_of_the_wait_for_each_pod(kubectl: Kubectl) -> None:
    seen = PodObserver("here", "test", "starrocks")
    waiting: JsonValue = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}}
    killed: JsonValue = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    kubectl.lists(pod("starrocks-0", restarts=7), pod("starrocks-1"))
    assert sample(seen) == Sample(0, MOST_RESTARTS, 0.0, running=True)
    kubectl.lists(pod("starrocks-0", restarts=8), pod("starrocks-1", restarts=5, state=waiting, last=killed))
    found = sample(seen)
    assert (found.exits, found.running) == (5, False)
    assert found.ended == "because it needed more than the memory limit of its container"
    error: JsonValue = {"terminated": {"reason": "Error", "exitCode": 3}}
    kubectl.lists(pod("starrocks-2", restarts=1, last=error))
    assert sample(seen) == Sample(1, MOST_RESTARTS, 0.0, running=True, ended="with exit code 3")
    assert kubectl.commands[0] == (
        "--context here get pods --all-namespaces "
        "--selector kappastack.io/stack=test,app.kubernetes.io/name=starrocks --output json"
    )


def test_new_log_lines_are_progress(kubectl: Kubectl) -> None:
    seen = PodObserver("", "test", "starrocks")
    kubectl.lists(pod("starrocks-0"))
    assert sample(seen).activity == 0.0
    kubectl.logs("loading\n")
    assert [sample(seen).activity for _ in range(2)] == [1.0, 2.0]
    kubectl.fails()
    assert sample(seen).activity == 2.0, "a cluster that does not respond changes nothing"


def test_without_pods_there_is_no_sample_and_no_log(kubectl: Kubectl) -> None:
    seen = PodObserver("", "test", "starrocks")
    assert (seen.sample(), seen.log(8)) == (None, "")
    kubectl.fails()
    assert seen.log(8) == "kubectl get pods --all-namespaces: the server is gone"


def test_the_log_is_that_of_the_pod_that_does_not_run_with_the_reasons(kubectl: Kubectl) -> None:
    seen = PodObserver("", "test", "starrocks")
    waiting: JsonValue = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}}
    unscheduled: JsonValue = [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}]
    kubectl.lists(
        pod("starrocks-0", restarts=9),
        pod("starrocks-1", restarts=2, state=waiting),
        {"metadata": {"name": "starrocks-2", "uid": "2"}, "status": {"conditions": unscheduled}},
    )
    kubectl.logs("", previous="one\ntwo\nthree\n")
    assert seen.log(4).splitlines() == [
        "two",
        "three",
        "pod starrocks-1: CrashLoopBackOff: back-off 40s",
        "pod starrocks-2 has no node: 0/3 nodes are available",
    ]
    assert kubectl.commands[-1] == "logs starrocks-1 -n team --all-containers --tail=4 --previous"
