"""Forwarded ports of a real cluster, with the real `kubectl`."""

import asyncio
import json

import pytest

from infra.targets.kubernetes.serving_pods import ServingPods
from infra.targets.kubernetes.tunnels import Tunnels
from tests.cluster.kubernetes import Cluster
from tests.cluster.probes import pod

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

_PORT = 8080
_NAMESPACE = "tests-forwarding"
_SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "server"},
    "spec": {"selector": {"app": "server"}, "ports": [{"port": _PORT}]},
}


def _server(text: str) -> str:
    document = json.loads(pod("server", "serve", f":{_PORT}", "/data", text, data={"emptyDir": {}}))
    probe = {"tcpSocket": {"port": _PORT}, "periodSeconds": 1}
    document["spec"]["containers"][0]["readinessProbe"] = probe
    return json.dumps(document)


async def _first_and_later_answers(cluster: Cluster, count: int) -> list[bytes]:
    pods = ServingPods("", _NAMESPACE)
    tunnels = Tunnels(pods, "", _NAMESPACE, "server", [_PORT])

    async def answer() -> bytes:
        reader, writer = await tunnels.connect(_PORT)
        received = await reader.read()
        writer.close()
        return received

    try:
        answers = [await answer()]
        for number in range(2, count + 1):
            await asyncio.to_thread(
                cluster.kubectl, "delete", "pod", "-n", _NAMESPACE, "server", "--grace-period=0", "--force"
            )
            await asyncio.to_thread(
                cluster.kubectl, "apply", "-n", _NAMESPACE, "-f", "-", text=_server(f"server {number}")
            )
            answers.append(await answer())
        return answers
    finally:
        await tunnels.stop()
        await pods.stop()


def test_the_first_connection_after_a_replacement_reaches_the_new_pod(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATH", "KUBECONFIG"):
        monkeypatch.setenv(name, cluster.environment[name])
    cluster.kubectl("create", "namespace", _NAMESPACE)
    try:
        for text in (json.dumps(_SERVICE), _server("server 1")):
            cluster.kubectl("apply", "-n", _NAMESPACE, "-f", "-", text=text)
        answers = asyncio.run(_first_and_later_answers(cluster, 4))
        assert answers == [f"server {number}".encode() for number in range(1, 5)]
    finally:
        cluster.kubectl("delete", "namespace", _NAMESPACE)
