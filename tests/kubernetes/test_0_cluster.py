"""The tests' Kubernetes itself: pods, names, volumes, admission and network policies."""

import json
from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from tests.cluster.kubernetes import Cluster
from tests.cluster.probes import connect, pod
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

PORT = 8080
ANSWER = "served from a volume"


CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "server"},
    "spec": {"selector": {"app": "server"}, "ports": [{"port": PORT}]},
}


def policy(name: str, **spec: JsonValue) -> str:
    """A NetworkPolicy as JSON."""
    document = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}
    return json.dumps(document)


@pytest.fixture(scope="module")
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace with a server and two clients, and another one with the same client."""
    for name in ("tests-a", "tests-b"):
        cluster.kubectl("create", "namespace", name)
        label = "pod-security.kubernetes.io/enforce=restricted"
        cluster.kubectl("label", "namespace", name, label)
        cluster.kubectl("apply", "-n", name, "-f", "-", text=pod("client", "wait"))
    claim: JsonValue = {"persistentVolumeClaim": {"claimName": "data"}}
    server = pod("server", "serve", f":{PORT}", "/data", ANSWER, data=claim)
    for text in (json.dumps(CLAIM), json.dumps(SERVICE), pod("stranger", "wait"), server):
        cluster.kubectl("apply", "-n", "tests-a", "-f", "-", text=text)
    for name in ("tests-a", "tests-b"):
        cluster.kubectl("wait", "-n", name, "--for=condition=Ready", "pod", "--all", "--timeout=300s")
    yield "tests-a"
    cluster.kubectl("delete", "namespace", "tests-a", "tests-b")


def reaches(cluster: Cluster, namespace: str, client: str) -> bool:
    """Whether a client gets the server's response.

    Args:
        cluster: the cluster.
        namespace: namespace of the client.
        client: name of its pod.
    """
    [answer] = connect(cluster, namespace, client, [f"server.tests-a:{PORT}"]).values()
    return ANSWER in answer


def test_pods_have_volumes_and_find_each_other_by_name(cluster: Cluster, namespace: str) -> None:
    for where, client in ((namespace, "client"), (namespace, "stranger"), ("tests-b", "client")):
        wait_until(lambda where=where, client=client: reaches(cluster, where, client), f"{client} of {where}")  # type: ignore[misc]


def test_the_restricted_standard_is_enforced(cluster: Cluster, namespace: str) -> None:
    document = json.loads(pod("root", "wait"))
    document["spec"]["securityContext"] = {}
    done = cluster.try_kubectl("apply", "-n", namespace, "-f", "-", text=json.dumps(document))
    assert done.returncode != 0
    assert 'violates PodSecurity "restricted' in done.stderr


def test_network_policies_are_enforced_within_and_between_namespaces(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("apply", "-n", namespace, "-f", "-", text=policy("deny", podSelector={}, policyTypes=["Ingress"]))
    allowed = policy(
        "allow",
        podSelector={"matchLabels": {"app": "server"}},
        ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "client"}}}], "ports": [{"port": PORT}]}],
    )
    wait_until(lambda: not reaches(cluster, namespace, "client"), "the end of all connections")
    cluster.kubectl("apply", "-n", namespace, "-f", "-", text=allowed)
    wait_until(lambda: reaches(cluster, namespace, "client"), "the permitted connection")
    assert not reaches(cluster, namespace, "stranger")
    assert not reaches(cluster, "tests-b", "client")
    cluster.kubectl("delete", "-n", namespace, "networkpolicy", "deny", "allow")
    wait_until(lambda: cluster.policies() == [], lambda: f"the end of {cluster.policies()[:3]}")
    assert reaches(cluster, "tests-b", "client")
