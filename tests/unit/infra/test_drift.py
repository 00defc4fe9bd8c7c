"""Every kind of dynamic resource reports drift if its object is missing, for example after its service was stopped."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockResourceArgs

from infra.configuration import load_settings
from infra.resources.provider import resource_types
from infra.state import StackState
from tests.mocking import run
from tools.stack.configuration import stack_configuration

STACK = "test"
WITHOUT = {"RandomSecret", "Connections", "Secrets", "SeaTunnelDrain"}
"""A value, files of this machine, which a refresh restores, and the drain, which has no object."""
CASES = {
    "DolphinSchedulerAlerts": "DolphinScheduler does not respond",
    "DolphinSchedulerDatabase": "connection to server at",
    "DolphinSchedulerProject": "DolphinScheduler does not respond",
    "DolphinSchedulerWorkflow": "DolphinScheduler does not respond",
    "HostService": "was changed by hand",
    "Machine": "the supervisor is stopped",
    "PlatformHealthy": "Connection refused",
    "PulsarTopics": "Pulsar",
    "SeaTunnelJob": "StarRocks at 127.0.0.1:1 does not respond",
    "SeaTunnelOtherJobs": "SeaTunnel does not respond",
    "StarRocksRows": "StarRocks at 127.0.0.1:1 does not respond",
    "StarRocksSchema": "StarRocks at 127.0.0.1:1 does not respond",
    "StarRocksUsers": "StarRocks at 127.0.0.1:1 does not respond",
}
"""Words of the drift by kind of resource."""
CLOSED = {"scheme": "http", "host": "127.0.0.1", "port": 1}


def kind(token: str) -> str:
    return token.rpartition(":")[2]


def plain(value: object) -> object:
    """A value without Pulumi's mark of secrets."""
    return value["value"] if isinstance(value, dict) and rpc._special_sig_key in value else value


@pytest.fixture(scope="module")
def resources() -> Iterator[dict[str, MockResourceArgs]]:
    """One resource of each kind that the stack `local` has, with an alert webhook."""
    config = stack_configuration("local") | {"kappastack:alertWebhook": "https://chat.example/hook"}
    found: dict[str, MockResourceArgs] = {}
    for monitoring in ("true", "false"):
        changed = config | {"kappastack:monitoring": json.dumps({"enabled": monitoring == "true"})}
        recorder = run(load_settings(changed, {}), STACK)
        found |= {kind(each.typ): each for each in recorder.resources if each.typ in resource_types()}
    yield found
    asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resources: dict[str, MockResourceArgs]) -> None:
    """A deployed stack whose services do not listen."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    state = StackState(STACK)
    state.folder.mkdir(parents=True)
    endpoints = {
        service: dict.fromkeys(ports, CLOSED) for service, ports in resources["Connections"].inputs["endpoints"].items()
    }
    secrets = dict.fromkeys(resources["Secrets"].inputs["created"], "secret") | {"pulsar-admin": "token"}
    document = {"endpoints": endpoints, "secret_files": {}, "health": {}, "secrets": secrets}
    state.connections.write_text(json.dumps(document))


def test_the_kinds_of_a_stack_on_this_machine(resources: dict[str, MockResourceArgs]) -> None:
    elsewhere = {"PlannedRestarts", "SeaTunnelDrain", "StarRocksNodes", "StarRocksMembers"}
    assert resources.keys() | elsewhere == {kind(token) for token in resource_types()} - {"Resource", "Thing"}


@pytest.mark.parametrize(("name", "words"), CASES.items())
def test_missing_objects_are_drift(resources: dict[str, MockResourceArgs], name: str, words: str) -> None:
    declared = resources[name]
    provider = resource_types()[declared.typ].provider()
    recorded = {key: plain(value) for key, value in declared.inputs.items()}
    if name == "PlatformHealthy":
        closed = {"url": "http://127.0.0.1:1/", "contains": "", "start_within": 1, "description": ""}
        recorded["services"] = {"pulsar": closed}
    found = provider.read("id", recorded).outs
    assert found is not None
    assert found["drift"]
    assert words in found["drift"][0], found["drift"]
    # The next deployment repairs it.
    assert provider.diff("id", found, recorded).changes is True


def test_every_kind_has_a_case(resources: dict[str, MockResourceArgs]) -> None:
    assert resources.keys() - WITHOUT == CASES.keys()
