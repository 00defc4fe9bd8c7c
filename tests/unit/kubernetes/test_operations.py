"""Operations on a stack in a cluster, with a script in place of `kubectl`."""

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from infra.targets.kubernetes import cluster
from infra.targets.kubernetes.cluster import RENDERED, ClusterError, workload_problem, workload_url
from infra.targets.kubernetes.operations import KubernetesOperations
from infra.targets.operations import OperationsError
from tests.unit.kubernetes.rendered import CLUSTER, settings

URL = workload_url("", "team", "statefulset", "pulsar")


def operations() -> KubernetesOperations:
    return KubernetesOperations(settings(kubernetes={**CLUSTER, "namespace": "team", "context": "here"}), "prod")


def workload(*, desired: int = 2, observed: int = 2, replicas: int = 2, updated: int = 2, ready: int = 2) -> str:
    status = {"observedGeneration": observed, "replicas": replicas, "updatedReplicas": updated, "readyReplicas": ready}
    return json.dumps({"metadata": {"generation": 2}, "spec": {"replicas": desired}, "status": status})


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (workload(), ""),
        (workload(observed=1), "has not yet processed its newest revision"),
        (workload(updated=1), "1 of 2 pods are of the newest revision"),
        (workload(ready=1), "1 of 2 pods are ready"),
        (workload(replicas=3), "2 of 2 pods are of the newest revision"),
        (workload(desired=0, replicas=0, updated=0, ready=0), "is scaled to zero pods; `make up` starts it again"),
    ],
)
def test_a_workload_is_healthy_once_all_pods_of_the_newest_revision_are_ready(
    kubectl: Path, found: str, problem: str
) -> None:
    kubectl.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "get statefulset pulsar" ] && echo \'{found}\'\n')
    assert workload_problem(URL).endswith(problem)
    assert bool(workload_problem(URL)) == bool(problem)


def test_the_error_of_a_cluster_is_reported_in_its_words(kubectl: Path) -> None:
    kubectl.write_text("#!/bin/sh\necho 'Unable to connect to the server' >&2; exit 1\n")
    assert "Unable to connect to the server" in workload_problem(URL)
    with pytest.raises(ClusterError, match=r"kubectl get pods -n: Unable to connect"):
        cluster.kubectl("", "get", "pods", "-n", "team")
    assert operations().kept_data().names == ()


def test_a_preview_without_a_cluster_renders_objects(kubectl: Path, tmp_path: Path) -> None:
    kubectl.write_text("#!/bin/sh\nexit 1\n")
    assert operations().preview_variables(tmp_path) == {RENDERED: str(tmp_path)}
    kubectl.write_text("#!/bin/sh\nexit 0\n")
    assert operations().preview_variables(tmp_path) == {}


PODS = {
    "items": [
        {
            "metadata": {"name": f"api-{number}", "namespace": "team", "labels": {"app.kubernetes.io/name": "api"}},
            "status": {
                "phase": "Running",
                "startTime": "2026-11-20T10:00:00Z",
                "containerStatuses": [{"ready": number == 0}],
            },
        }
        for number in range(2)
    ]
}
SCRIPT = """#!/bin/sh
shift 2
case "$1 $2" in
  "get pods") echo '{pods}' ;;
  "get statefulsets,deployments") echo '{workloads}' ;;
  "top pods") echo 'team api-0 5m 120Mi' ;;
  *) echo "$@" >>{calls} ;;
esac
"""


def script(calls: Path, *workloads: dict[str, JsonValue]) -> str:
    """A cluster with pods and workloads, which appends other calls to a file."""
    found = workloads or (scaled("Deployment", "api", 2), scaled("StatefulSet", "pulsar", 1))
    return SCRIPT.format(pods=json.dumps(PODS), workloads=json.dumps({"items": found}), calls=calls)


def scaled(kind: str, name: str, replicas: int, before: str = "") -> dict[str, JsonValue]:
    """A workload with a number of pods, and with the number that it had before `make down`."""
    annotations: JsonValue = {"kappastack.io/replicas": before} if before else {}
    return {"kind": kind, "metadata": {"name": name, "annotations": annotations}, "spec": {"replicas": replicas}}


def test_status_restart_and_stop(kubectl: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    web = scaled("Deployment", "web", 2)
    kubectl.write_text(script(calls, scaled("Deployment", "api", 2), scaled("StatefulSet", "pulsar", 1), web))
    [(name, found)] = operations().services().items()
    assert (name, found.state, found.memory) == ("api", "1 of 2 pods ready", 120 * 2**20)
    assert found.uptime.days > 0
    operations().restart("pulsar")
    assert calls.read_text() == "rollout restart statefulset/pulsar -n team\n"
    with pytest.raises(OperationsError, match=r"has no service nothing; the services are api, pulsar, web"):
        operations().restart("nothing")
    calls.unlink()
    assert operations().stop() == ["api", "pulsar", "web"]
    assert calls.read_text().splitlines() == [
        "annotate statefulset/pulsar kappastack.io/replicas=1 --overwrite -n team",
        "scale statefulset/pulsar --replicas 0 -n team",
        "annotate deployment/api deployment/web kappastack.io/replicas=2 --overwrite -n team",
        "scale deployment/api deployment/web --replicas 0 -n team",
    ]


def test_a_second_stop_keeps_the_numbers_of_pods(kubectl: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.touch()
    kubectl.write_text(script(calls, scaled("Deployment", "api", 0, before="2")))
    assert operations().stop() == []
    assert calls.read_text() == ""


def test_the_memory_is_unknown_without_a_metrics_server(kubectl: Path, tmp_path: Path) -> None:
    text = script(tmp_path / "calls")
    kubectl.write_text(text.replace("echo 'team api-0 5m 120Mi'", "echo 'Metrics API not available' >&2; exit 1"))
    [found] = operations().services().values()
    assert (found.state, found.memory) == ("1 of 2 pods ready", None)


def test_a_program_runs_in_the_pod_of_a_service(kubectl: Path, tmp_path: Path) -> None:
    kubectl.write_text(script(tmp_path / "calls"))
    command = operations().inside("pulsar", ["tar", "-cf", "-", "."])
    assert command == [
        *("kubectl", "--context", "here", "exec", "--stdin", "statefulset/pulsar", "-n", "team", "--"),
        *("tar", "-cf", "-", "."),
    ]
    assert operations().volume("pulsar", "data") == "/var/lib/kappastack/data"
    with pytest.raises(OperationsError, match="has no service nothing; the services are api, pulsar"):
        operations().inside("nothing", ["tar"])


OWNED = """#!/bin/sh
shift 2
case "$*" in
  "get namespaces -o name") printf 'namespace/team\\nnamespace/team-b\\nnamespace/team-starrocks\\n' ;;
  "get namespaces -l "*) printf '{owned}' ;;
  "get pvc -n team -o name") echo persistentvolumeclaim/pulsar-data ;;
  "get pvc -n team-starrocks -o name") ;;
  "get pvc "*) echo '{{"items": []}}' ;;
  "get hpa "*) echo '{hpa}' ;;
  "get statefulsets,deployments "*) echo '{workloads}' ;;
  *) echo "$@" >>{calls} ;;
esac
"""


def owned(kubectl: Path, *workloads: dict[str, JsonValue], namespaces: str = "namespace/team\\n") -> Path:
    """A cluster with a namespace, a claim and an autoscaler of `api`; return the file of its calls."""
    calls = kubectl.parent / "calls"
    calls.touch()
    autoscaler = {"items": [{"metadata": {"name": "api"}, "spec": {"minReplicas": 3}}]}
    texts = {"hpa": json.dumps(autoscaler), "workloads": json.dumps({"items": workloads})}
    kubectl.write_text(OWNED.format(owned=namespaces, calls=calls, **texts))
    return calls


def test_a_namespace_of_another_owner_is_not_taken_over(kubectl: Path) -> None:
    owned(kubectl, namespaces="namespace/team-b\\n")
    first, second = operations().obstacles()
    assert first.startswith("kappastack:kubernetes.namespace: team exists and does not belong to the stack")
    assert first.endswith("kubectl label namespace team kappastack.io/stack=prod")
    assert second.startswith("kappastack:kubernetes.namespace: team-starrocks exists")
    owned(kubectl, namespaces="namespace/team\\nnamespace/team-starrocks\\n")
    assert operations().obstacles() == []


def test_a_destroy_with_data_removes_the_namespaces_that_an_earlier_one_kept(kubectl: Path) -> None:
    # The namespace team-b is of another stack with the same name.
    calls = owned(kubectl, namespaces="namespace/team\\nnamespace/team-b\\nnamespace/team-starrocks\\n")
    assert operations().kept_data().names == ("team/pulsar-data",)
    assert operations().kept_data().removal == "kubectl delete namespace team team-starrocks"
    assert operations().remove_unmanaged(keep=frozenset(), data=False) == []
    assert operations().remove_unmanaged(keep={"team/postgres"}, data=True) == []
    assert calls.read_text() == ""
    assert operations().remove_unmanaged(keep=frozenset(), data=True) == [
        "removed namespace team with its volumes",
        "removed namespace team-starrocks with its volumes",
    ]
    assert calls.read_text().splitlines() == [
        "delete namespace team --ignore-not-found",
        "delete namespace team-starrocks --ignore-not-found",
    ]


def test_stopped_workloads_are_scaled_up_to_their_former_numbers_of_pods(kubectl: Path) -> None:
    stopped = [scaled("Deployment", name, 0, before="2") for name in ("api", "web")]
    calls = owned(kubectl, *stopped, scaled("StatefulSet", "pulsar", 1, before="3"))
    assert operations().resume() == ["api", "web"]
    assert calls.read_text() == "scale deployment/api deployment/web --replicas 2 -n team\n"
    owned(kubectl, *stopped, namespaces="")
    assert operations().resume() == []


def test_workloads_that_a_person_scaled_to_zero_start_only_if_pulumi_sets_no_number(kubectl: Path) -> None:
    calls = owned(kubectl, scaled("Deployment", "api", 0), scaled("StatefulSet", "pulsar", 0))
    assert operations().resume() == ["api"], "it has an autoscaler"
    assert calls.read_text() == "scale deployment/api --replicas 3 -n team\n"


def test_the_pods_of_resumed_workloads_are_awaited(kubectl: Path) -> None:
    started = scaled("StatefulSet", "pulsar", 1)
    owned(kubectl, scaled("Deployment", "api", 0), started)
    with pytest.raises(TimeoutError, match="pulsar has 0 of 1 pods"):
        operations().wait_until_resumed(0)
    owned(kubectl, scaled("Deployment", "api", 0), {**started, "status": {"readyReplicas": 1}})
    operations().wait_until_resumed(0)


def test_logs_of_more_than_five_pods_can_be_followed(kubectl: Path) -> None:
    pod = {"metadata": {"name": "x-0", "namespace": "team", "labels": {"app.kubernetes.io/name": "x"}}, "status": {}}
    kubectl.write_text(f"#!/bin/sh\necho '{json.dumps({'items': [pod]})}'\n")
    followed = operations().log_command("x", lines=10, follow=True)
    assert followed[-3:] == ["--follow", "--max-log-requests", "1000"]
    assert "--max-log-requests" not in operations().log_command("x", lines=10, follow=False)
    with pytest.raises(OperationsError, match="SERVICE=y has no pods any more"):
        operations().log_command("y", lines=10, follow=True)
