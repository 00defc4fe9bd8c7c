"""The replacement for the plugin of pulumi-docker is as strict as the original."""

import asyncio
from pathlib import Path

import pytest
from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.provider.experimental.provider import CheckRequest, DiffRequest, PropertyDiffKind

from tests.providers.docker_engine.container import as_go_writes, nanoseconds
from tests.providers.docker_engine.install import VERSION, install
from tests.providers.docker_engine.plugin import DockerPlugin
from tests.providers.docker_engine.rules import Plain
from tests.providers.docker_engine.values import wrapped

URN = "urn:pulumi:test::kappastack::kappastack:services:Pulsar$docker:index/container:Container::pulsar"
INPUTS: dict[str, Plain] = {
    "name": "x-pulsar",
    "image": "sha256:1",
    "memory": 512,
    "memorySwap": 512,
    "ports": [{"internal": 1, "external": 2, "ip": "127.0.0.1", "protocol": "tcp"}],
    "healthcheck": {"tests": ["CMD", "x"], "interval": "10s"},
    "labels": [{"label": "a", "value": "1"}, {"label": "b", "value": "2"}],
    "capabilities": {"drops": ["ALL"]},
}


def check(**inputs: Plain) -> tuple[dict[str, PropertyValue], list[str]]:
    request = CheckRequest(URN, {}, {name: wrapped(value) for name, value in inputs.items()}, b"seed")
    answer = asyncio.run(DockerPlugin().check(request))
    assert answer.inputs is not None
    return answer.inputs, [f"{failure.property}: {failure.reason}" for failure in answer.failures or []]


def diff(state: dict[str, Plain], **changes: Plain) -> tuple[list[str], list[str]]:
    """The changed inputs, and those of them that replace the container."""
    inputs, failures = check(**{**INPUTS, **changes})
    assert failures == []
    old = {name: wrapped(value) for name, value in state.items()}
    answer = asyncio.run(DockerPlugin().diff(DiffRequest(URN, "id", old, inputs, [])))
    assert answer.delete_before_replace == bool(answer.replaces)
    kinds = {name for name, each in answer.detailed_diff.items() if each.kind == PropertyDiffKind.UPDATE_REPLACE}
    assert kinds == set(answer.replaces)
    return answer.diffs, answer.replaces


@pytest.fixture
def state() -> dict[str, Plain]:
    """The state as read after creation, in the engine's order and with the engine's defaults."""
    return {
        **INPUTS,
        "mustRun": True,
        "start": True,
        "restart": "no",
        "networkMode": "bridge",
        "removeVolumes": True,
        "containerReadRefreshTimeoutMilliseconds": 15000,
        "waitTimeout": 60,
        "user": "10001:0",
        "logDriver": "json-file",
        "labels": [{"label": "b", "value": "2"}, {"label": "a", "value": "1"}],
        "capabilities": {"adds": None, "drops": ["ALL"]},
        "healthcheck": {
            "tests": ["CMD", "x"],
            "interval": "10s",
            "timeout": "0s",
            "startPeriod": "0s",
            "startInterval": "0s",
            "retries": 0,
        },
    }


def test_an_unknown_input_is_rejected_at_any_depth() -> None:
    assert check(**INPUTS, colour="red")[1][0].startswith("colour: unknown; there are attach, ")
    ports: list[Plain] = [{"internal": 1, "extern": 2}]
    assert check(**{**INPUTS, "ports": ports})[1] == [
        "ports[0].extern: unknown; there are external, internal, ip, protocol"
    ]


def test_an_input_of_a_wrong_type_is_rejected() -> None:
    assert check(**{**INPUTS, "memory": "512m"})[1] == ["memory: int is expected, this is str"]
    assert check(**{**INPUTS, "command": "true"})[1] == ["command: a list is expected, this is str"]
    assert check(**{**INPUTS, "healthcheck": "x"})[1] == ["healthcheck: an object is expected, this is str"]


def test_the_state_that_is_read_back_is_not_a_change(state: dict[str, Plain]) -> None:
    assert diff(state) == ([], [])


@pytest.mark.parametrize(
    ("name", "value", "replaces"),
    [
        ("image", "sha256:2", True),
        ("envs", ["A=1"], True),
        ("labels", [{"label": "a", "value": "2"}], True),
        ("memory", 1024, False),
        ("restart", "always", False),
        ("healthcheck", {"tests": ["CMD", "y"]}, False),
        ("tmpfs", {"/tmp": ""}, False),
    ],
)
def test_most_inputs_replace_the_container(state: dict[str, Plain], name: str, value: Plain, replaces: bool) -> None:
    # An empty tmpfs option also counts as a change.
    assert diff(state, **{name: value}) == ([name], [name] if replaces else [])


def test_default_ulimits_of_the_engine_are_a_change_as_in_the_provider(state: dict[str, Plain]) -> None:
    assert diff({**state, "ulimits": [{"name": "nofile", "soft": 1, "hard": 1}]}) == (["ulimits"], ["ulimits"])


def test_a_renamed_volume_is_deleted_before_its_replacement_is_created() -> None:
    urn = "urn:pulumi:test::kappastack::docker:index/volume:Volume::x"
    old, new = ({"name": wrapped(name)} for name in ("x-1", "x-2"))
    answer = asyncio.run(DockerPlugin().diff(DiffRequest(urn, "x-1", old, new, [])))
    assert answer.replaces == ["name"]
    assert answer.delete_before_replace


def test_a_stopped_container_is_started_and_not_replaced(state: dict[str, Plain]) -> None:
    assert diff({**state, "mustRun": False}) == (["mustRun"], [])


def test_memory_without_swap_shows_the_engines_default(state: dict[str, Plain]) -> None:
    inputs = {name: value for name, value in INPUTS.items() if name != "memorySwap"}
    checked, _ = check(**inputs)
    old = {name: wrapped(value) for name, value in {**state, "memorySwap": 1024}.items()}
    assert asyncio.run(DockerPlugin().diff(DiffRequest(URN, "id", old, checked, []))).diffs == ["memorySwap"]


def test_an_unknown_value_is_a_change(state: dict[str, Plain]) -> None:
    checked, _ = check(**INPUTS)
    old = {name: wrapped(value) for name, value in state.items()}
    new = {**checked, "image": PropertyValue(Computed())}
    assert asyncio.run(DockerPlugin().diff(DiffRequest(URN, "id", old, new, []))).replaces == ["image"]


@pytest.mark.parametrize(
    ("text", "number"), [("10s", 10e9), ("1m30s", 90e9), ("1h0m5s", 3605e9), ("0s", 0), ("1.5s", 1.5e9)]
)
def test_durations_are_formatted_like_in_go(text: str, number: float) -> None:
    assert nanoseconds(text) == number
    assert as_go_writes(round(number)) == text


def test_the_plugin_is_installed_where_the_cli_looks(tmp_path: Path) -> None:
    install(tmp_path)
    program = tmp_path / "plugins" / f"resource-docker-v{VERSION}" / "pulumi-resource-docker"
    assert program.stat().st_mode & 0o111
    assert "tests.providers.docker_engine" in program.read_text()
