"""Connections to the pods of a Service, with a script in place of `kubectl`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import JsonValue

from infra.targets.kubernetes import tunnels as module
from infra.targets.kubernetes.serving_pods import Pod, ServingPods
from infra.targets.kubernetes.tunnels import StoppedError, Tunnels
from tests.unit.kubernetes.scripted_kubectl import ScriptedCluster, endpoint

_PORT = 6650


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


class _Client:
    def __init__(self) -> None:
        self.pods = ServingPods("here", "team")
        self.tunnels = Tunnels(self.pods, "here", "team", "pulsar", [_PORT])

    async def ask(self, text: bytes) -> bytes:
        reader, writer = await self.tunnels.connect(_PORT)
        writer.write(text)
        answer = await reader.read(100)
        writer.close()
        return answer

    async def lists(self, wanted: Callable[[set[Pod]], bool]) -> None:
        await _until(lambda: wanted(self.pods.listed("pulsar")))


@asynccontextmanager
async def _client() -> AsyncIterator[_Client]:
    client = _Client()
    try:
        yield client
    finally:
        await client.tunnels.stop()
        await client.pods.stop()


@pytest.mark.parametrize(
    "successor",
    [
        pytest.param(endpoint("pulsar-b", uid="2"), id="of a Deployment"),
        pytest.param(endpoint("pulsar-a", uid="2"), id="of a StatefulSet"),
        pytest.param(endpoint("pulsar-a", address="10.0.0.2"), id="with a new sandbox"),
    ],
)
def test_the_first_connection_after_a_replacement_reaches_the_new_pod(
    cluster: ScriptedCluster, successor: dict[str, JsonValue]
) -> None:
    async def scenario() -> None:
        async with _client() as client:
            cluster.lists(endpoint("pulsar-a"), kind="ADDED")
            assert await client.ask(b"one") == b"pulsar-a: one"
            [before] = client.pods.listed("pulsar")
            cluster.replace_pods()
            cluster.lists(successor)
            await client.lists(lambda pods: before not in pods)
            [after] = client.pods.listed("pulsar")
            assert await client.ask(b"two") == f"{after.name}: two".encode()

    asyncio.run(scenario())


def test_connections_wait_until_a_pod_is_ready(cluster: ScriptedCluster) -> None:
    async def scenario() -> None:
        async with _client() as client:
            ending = endpoint("pulsar-a", ready=True, serving=True, terminating=True)
            starting = endpoint("pulsar-b", ready=True, serving=False)
            cluster.lists(ending, starting, kind="ADDED")
            asked = asyncio.create_task(client.ask(b"hello"))
            await client.lists(lambda pods: len(pods) == 2)
            assert not asked.done()
            cluster.lists(ending, endpoint("pulsar-b", ready=True, serving=True, terminating=False))
            assert await asked == b"pulsar-b: hello"
        assert len(cluster.started("port-forward")) == 1

    asyncio.run(scenario())


def test_an_open_connection_to_a_pod_that_ends_stays_open(cluster: ScriptedCluster) -> None:
    async def scenario() -> None:
        async with _client() as client:
            cluster.lists(endpoint("pulsar-a"), kind="ADDED")
            reader, writer = await client.tunnels.connect(_PORT)
            cluster.lists(endpoint("pulsar-a", terminating=True), endpoint("pulsar-b"))
            await client.lists(lambda pods: len(pods) == 2)
            assert await client.ask(b"new") == b"pulsar-b: new"
            writer.write(b"old")
            assert await reader.read(100) == b"pulsar-a: old"
            writer.close()

    asyncio.run(scenario())


def test_slices_of_other_services_and_deleted_slices_do_not_count(cluster: ScriptedCluster) -> None:
    async def scenario() -> None:
        async with _client() as client:
            cluster.lists(endpoint("zookeeper-a"), name="zookeeper-1", kind="ADDED")
            cluster.lists(endpoint("pulsar-a"), name="pulsar-1", kind="ADDED")
            cluster.lists(endpoint("pulsar-b"), name="pulsar-2", kind="ADDED")
            cluster.lists(endpoint("pulsar-a"), name="pulsar-1", kind="DELETED")
            asked = asyncio.create_task(client.ask(b"hello"))
            await client.lists(lambda pods: [each.name for each in pods] == ["pulsar-b"])
            await asked
            assert await client.ask(b"hello") == b"pulsar-b: hello"

    asyncio.run(scenario())


def test_a_tunnel_that_ended_is_opened_again(cluster: ScriptedCluster) -> None:
    async def scenario() -> None:
        async with _client() as client:
            cluster.lists(endpoint("pulsar-a"), kind="ADDED")
            assert await client.ask(b"die") == b""
            assert await client.ask(b"again") == b"pulsar-a: again"
        assert len(cluster.started("port-forward")) == 2

    asyncio.run(scenario())


def test_a_watch_that_ended_starts_again_with_an_empty_list_of_pods(cluster: ScriptedCluster) -> None:
    async def scenario() -> None:
        async with _client() as client:
            cluster.lists(endpoint("pulsar-a"), kind="ADDED")
            assert await client.ask(b"one") == b"pulsar-a: one"
            cluster.end_watch()
            await client.lists(lambda pods: not pods)
            cluster.replace_pods()
            cluster.lists(endpoint("pulsar-a", uid="2"), kind="ADDED")
            assert await client.ask(b"two") == b"pulsar-a: two"
        assert len(cluster.started("--watch")) == 2

    asyncio.run(scenario())


def test_a_service_that_is_scaled_to_zero_refuses_connections(
    cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(module, "TRY_SECONDS", 600.0)
    cluster.scales(0)

    async def scenario() -> None:
        async with _client() as client:
            with pytest.raises(
                StoppedError, match=r"^pulsar is scaled to zero pods: `make up` for its stack starts it$"
            ):
                await client.tunnels.connect(_PORT)
            cluster.scales(1)
            cluster.lists(endpoint("pulsar-a"), kind="ADDED")
            # Until then, the last answer of the cluster may refuse connections.
            await client.lists(lambda pods: len(pods) == 1)
            assert await client.ask(b"hello") == b"pulsar-a: hello"

    asyncio.run(scenario())


def test_a_service_of_several_workloads_is_stopped_with_the_named_one(
    cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(module, "TRY_SECONDS", 600.0)
    cluster.scales(0)

    async def scenario() -> None:
        pods = ServingPods("here", "team")
        tunnels = Tunnels(pods, "here", "team", "seatunnel-any", [_PORT], workload="seatunnel")
        try:
            with pytest.raises(StoppedError, match=r"^seatunnel-any is scaled to zero pods"):
                await tunnels.connect(_PORT)
        finally:
            await pods.stop()
        assert cluster.started("metadata.name=seatunnel")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "replicas", [pytest.param([1], id="whose pod is replaced"), pytest.param([], id="of an operator")]
)
def test_connections_wait_for_a_service(
    cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch, replicas: list[int]
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    cluster.scales(*replicas)

    async def scenario() -> None:
        async with _client() as client:
            asked = asyncio.create_task(client.ask(b"hello"))
            # The client has looked, and looks again.
            await _until(lambda: len(cluster.started("deployments,statefulsets")) > 1)
            assert not asked.done()
            cluster.lists(endpoint("pulsar-b"), kind="ADDED")
            assert await asked == b"pulsar-b: hello"

    asyncio.run(scenario())


def test_the_wait_for_a_ready_pod_has_a_limit(cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRY_SECONDS", 1.0)

    async def scenario() -> None:
        async with _client() as client:
            with pytest.raises(TimeoutError, match=r"^no connection within 1 s: no pod is ready$"):
                await client.tunnels.connect(_PORT)

    asyncio.run(scenario())


def test_the_error_text_of_kubectl_is_logged(cluster: ScriptedCluster, capsys: pytest.CaptureFixture[str]) -> None:
    (cluster.folder / "kubectl").write_text('#!/bin/sh\necho "Error from server (Forbidden): no" >&2\nexit 1\n')

    async def scenario() -> str:
        async with _client() as client, asyncio.timeout(120):
            with pytest.raises(ConnectionError, match=r"^Error from server \(Forbidden\): no$"):
                await client.pods.usable("pulsar")
            connecting = asyncio.create_task(client.tunnels.connect(_PORT))
            while True:
                if text := capsys.readouterr().out:
                    connecting.cancel()
                    return text
                await asyncio.sleep(0.01)

    assert asyncio.run(scenario()) == "pulsar: Error from server (Forbidden): no\n"
