"""The replacement for the plugin of pulumi-docker is as strict as the original."""

import asyncio
import shlex
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from docker.errors import APIError, NotFound
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckRequest,
    CreateRequest,
    DiffRequest,
    PropertyDiffKind,
    UpdateRequest,
)
from pulumi.runtime import rpc

from infra.settings import ROOT
from tests.providers.docker_engine import resources
from tests.providers.docker_engine.durations import as_go_writes, nanoseconds
from tests.providers.docker_engine.found import found_inputs
from tests.providers.docker_engine.install import VERSION, install
from tests.providers.docker_engine.plugin import DockerPlugin
from tests.providers.docker_engine.request import configuration
from tests.providers.docker_engine.resources import registry_of, remove_unused
from tests.providers.docker_engine.rules import RULES, Plain
from tests.providers.docker_engine.settings import logins, setting_problems
from tests.providers.docker_engine.values import known, plain, unknown, wrapped
from tests.waiting import wait_until

CONTAINER = "docker:index/container:Container"
URN = f"urn:pulumi:test::kappastack::kappastack:services:Pulsar${CONTAINER}::pulsar"
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


def test_the_plugin_ends_when_the_cli_was_killed() -> None:
    command = f"{shlex.quote(sys.executable)} -m tests.providers.docker_engine 127.0.0.1:1"
    # The shell takes the place of the CLI: it starts the plugin and waits for it.
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{command} & echo $!; wait"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as cli:
        assert cli.stdout is not None
        plugin, port = int(cli.stdout.readline()), int(cli.stdout.readline())
        assert port > 0
        assert psutil.pid_exists(plugin)
        cli.kill()
    wait_until(lambda: not psutil.pid_exists(plugin), "the end of the plugin")


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
    new = {**checked, "image": unknown()}
    assert asyncio.run(DockerPlugin().diff(DiffRequest(URN, "id", old, new, []))).replaces == ["image"]


def received(values: dict[str, PropertyValue]) -> dict[str, PropertyValue]:
    """The values as the other side of the protocol receives them."""
    return PropertyValue.unmarshal_map(PropertyValue.marshal_map(values))


def test_a_preview_of_a_new_resource_has_unknown_outputs() -> None:
    inputs, _ = check(**INPUTS)
    answer = asyncio.run(DockerPlugin().create(CreateRequest(URN, {**inputs, "image": unknown()}, 0, preview=True)))
    outputs = received(answer.properties)
    assert answer.resource_id is None
    assert {name for name, each in outputs.items() if each.value == rpc.UNKNOWN} >= {"image", "command", "exitCode"}
    assert plain(outputs["name"]) == "x-pulsar"


def test_a_preview_of_an_update_has_the_planned_values(state: dict[str, Plain]) -> None:
    inputs, _ = check(**{**INPUTS, "memory": 1024})
    old = {name: wrapped(value) for name, value in {**state, "hostname": "chosen", "memorySwap": 2048}.items()}
    del inputs["memorySwap"]
    request = UpdateRequest(URN, "id", old, inputs, timeout=0, ignore_changes=[], preview=True)
    planned = known(received(asyncio.run(DockerPlugin().update(request)).properties))
    assert planned["memory"] == 1024
    assert planned["hostname"] == "chosen"
    # An input that the program omits and the provider does not compute becomes empty.
    assert "memorySwap" not in planned


def test_unknown_inputs_of_every_type_pass_the_check() -> None:
    inputs = {name: wrapped(value) for name, value in INPUTS.items()}
    later = {name: unknown() for name in ("image", "memory", "readOnly", "ports", "healthcheck", "logOpts")}
    request = CheckRequest(URN, {}, received({**inputs, **later}), b"seed")
    assert asyncio.run(DockerPlugin().check(request)).failures == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("healthcheck", {"interval": "10 sec"}, "healthcheck.interval: '10 sec' is not a valid duration"),
        ("healthcheck", {"timeout": "-1s"}, "healthcheck.timeout: '-1s' duration must not be negative"),
        ("healthcheck", {"retries": -1}, "healthcheck.retries: '-1' cannot be lower than 0"),
        ("healthcheck", {"startPeriod": "soon"}, "healthcheck.startPeriod: 'soon' is not a valid duration"),
        ("memory", -1, "memory: '-1' cannot be lower than 0"),
        ("memoryReservation", -1, "memoryReservation: '-1' cannot be lower than 0"),
        ("memorySwap", -2, "memorySwap: '-2' cannot be lower than -1"),
        (
            "restart",
            "sometimes",
            "restart: 'sometimes' doesn't match the pattern '^(no|on-failure|always|unless-stopped)$'",
        ),
        (
            "uploads",
            [{"file": "/f", "content": "x", "permissions": "440"}],
            "uploads[0].permissions: '440' doesn't match the pattern '^0[0-7]{3}$'",
        ),
        (
            "uploads",
            [{"file": "/f", "contentBase64": "#"}],
            "uploads[0].contentBase64: '#' is not base64 decodeable",
        ),
        ("privileged", True, "privileged: this replacement plugin does not implement this input"),
        (
            "volumes",
            [{"hostPath": "/etc", "containerPath": "/etc"}],
            "volumes[0].hostPath: this replacement plugin does not implement this input",
        ),
    ],
)
def test_a_wrong_value_is_rejected_before_the_deployment(name: str, value: Plain, message: str) -> None:
    assert check(**{**INPUTS, name: value})[1] == [message]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memorySwap", -1),
        ("memory", 0),
        ("restart", "on-failure"),
        ("healthcheck", {"tests": ["CMD", "x"], "interval": "1m30s", "startPeriod": "0"}),
        ("uploads", [{"file": "/f", "content": "x", "permissions": "0440"}]),
        ("privileged", False),
    ],
)
def test_right_values_pass_the_check(name: str, value: Plain) -> None:
    assert check(**{**INPUTS, name: value})[1] == []


def test_an_empty_part_of_a_command_is_rejected_when_the_container_is_created() -> None:
    command: Plain = ["sh", "-c", ""]
    inputs, failures = check(**{**INPUTS, "command": command})
    assert failures == []
    with pytest.raises(RuntimeError, match="values for command may not be empty"):
        configuration(known(inputs))


def test_unlimited_swap_is_minus_one_byte() -> None:
    inputs, _ = check(**{**INPUTS, "memorySwap": -1})
    host = configuration(known(inputs))["HostConfig"]
    assert isinstance(host, dict)
    assert (host["Memory"], host["MemorySwap"]) == (512 * 1024 * 1024, -1)


def test_a_capability_without_its_prefix_is_a_change_after_a_refresh(state: dict[str, Plain]) -> None:
    found: dict[str, Plain] = {**state, "capabilities": {"adds": ["CAP_NET_ADMIN"], "drops": None}}
    assert diff(found, capabilities={"adds": ["NET_ADMIN"]}) == (["capabilities"], ["capabilities"])
    assert diff(found, capabilities={"adds": ["CAP_NET_ADMIN"]}) == ([], [])


def port(internal: int, external: int, protocol: str = "tcp") -> Plain:
    return {"internal": internal, "external": external, "ip": "127.0.0.1", "protocol": protocol}


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [
        ([port(1, 2), port(3, 4)], [port(3, 4), port(1, 2)], False),
        ([port(1, 2), port(1, 2, "udp")], [port(1, 2, "udp"), port(1, 2)], False),
        ([port(1, 2), port(3, 4)], [port(3, 4), port(1, 5)], True),
        ([port(1, 2), port(3, 4)], [port(1, 2)], True),
        ([port(1, 2)], [port(1, 2, "udp")], True),
        ([port(1, 49153)], [{"internal": 1, "ip": "127.0.0.1"}], False),
    ],
)
def test_the_order_of_ports_makes_no_difference(
    state: dict[str, Plain], before: list[Plain], after: list[Plain], differ: bool
) -> None:
    assert diff({**state, "ports": before}, ports=after) == ((["ports"], ["ports"]) if differ else ([], []))


def test_the_order_in_nested_sets_makes_no_difference(state: dict[str, Plain]) -> None:
    networks: list[Plain] = [{"name": "n", "aliases": ["a", "b"]}, {"name": "m"}]
    turned: list[Plain] = [{"name": "m"}, {"name": "n", "aliases": ["b", "a"]}]
    drops: Plain = {"drops": ["CAP_KILL", "CAP_CHOWN"]}
    found: dict[str, Plain] = {
        **state,
        "networksAdvanced": networks,
        "capabilities": {"adds": None, "drops": ["CAP_CHOWN", "CAP_KILL"]},
    }
    assert diff(found, networksAdvanced=turned, capabilities=drops) == ([], [])
    assert diff(found, networksAdvanced=networks, capabilities=drops, healthcheck={"tests": ["x", "CMD"]})[0] == [
        "healthcheck"
    ]


def test_a_refresh_replaces_inputs_by_the_values_that_were_found() -> None:
    inputs: dict[str, Plain] = {
        "name": "x",
        "memory": 512,
        "mustRun": True,
        "wait": False,
        "ulimits": [{"name": "nofile", "soft": 1, "hard": 1}],
        "logOpts": {"max-size": "20m"},
    }
    read: dict[str, Plain] = {
        "name": "x",
        "memory": 1024,
        "mustRun": False,
        "ulimits": [{"name": "core", "soft": 0, "hard": 0}, {"name": "nofile", "soft": 1, "hard": 2}],
        "logOpts": {"max-size": "1m", "labels": "l"},
        "hostname": "chosen",
    }
    found = found_inputs(
        RULES[CONTAINER],
        {name: wrapped(each).with_secret(name == "logOpts") for name, each in inputs.items()},
        {name: wrapped(each) for name, each in read.items()},
    )
    assert known(found) == {
        "name": "x",
        "memory": 1024,
        "mustRun": False,
        "ulimits": [{"name": "nofile", "soft": 1, "hard": 2}],
        "logOpts": {"max-size": "1m"},
    }
    assert found["logOpts"].is_secret


def test_the_deletion_of_a_used_resource_is_repeated_until_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PAUSE_SECONDS", 0)
    answers = iter([APIError("volume is in use - [c]"), APIError("volume is in use - [c]"), None, NotFound("gone")])

    def remove() -> None:
        if answer := next(answers):
            raise answer

    remove_unused(remove, "volume is in use")
    remove_unused(remove, "volume is in use")
    monkeypatch.setattr(resources, "IN_USE_SECONDS", 0)

    def used() -> None:
        raise APIError("volume is in use - [c]")

    with pytest.raises(RuntimeError, match="timeout while waiting for state to become 'removed'"):
        remove_unused(used, "volume is in use")
    with pytest.raises(APIError):
        remove_unused(used, "has active endpoints")


def test_provider_settings_are_those_of_the_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = tmp_path / "config.json"
    # `docker login` stores name and password in Base64.
    stored.write_text('{"auths": {"registry.example:5000": {"auth": "bWU6c2VjcmV0"}}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    entries = '[{"address": "registry.example:5000"}, {"address": "https://b.example", "username": "u"}]'
    settings = {"host": PropertyValue("unix:///run/d.sock"), "registryAuth": PropertyValue(entries)}
    assert list(setting_problems(settings)) == []
    found = logins(settings)
    assert found["registry.example:5000"] == {
        "username": "me",
        "password": "secret",
        "serveraddress": "registry.example:5000",
    }
    assert found["b.example"]["username"] == "u"

    wrong = {**settings, "registryAuth": PropertyValue('[{"adress": "r"}]'), "hosts": PropertyValue("x")}
    assert [name for name, _ in setting_problems(wrong)] == ["hosts", "registryAuth"]
    assert [name for name, _ in setting_problems({"certPath": PropertyValue("/c")})] == ["certPath"]


def test_the_registry_of_an_image_is_the_first_part_that_looks_like_a_host() -> None:
    assert registry_of("registry.example:5000/team/kappastack/postgres@sha256:1") == "registry.example:5000"
    assert registry_of("localhost/x") == "localhost"
    assert registry_of("starrocks/fe-ubuntu:3.5") == "registry-1.docker.io"


@pytest.mark.parametrize(
    ("text", "number"),
    [("10s", 10e9), ("1m30s", 90e9), ("1h0m5s", 3605e9), ("0s", 0), ("1.5s", 1.5e9), ("500ms", 5e8), ("1m0s", 60e9)],
)
def test_durations_are_formatted_like_in_go(text: str, number: float) -> None:
    assert nanoseconds(text) == number
    assert as_go_writes(round(number)) == text


def test_the_plugin_is_installed_where_the_cli_looks(tmp_path: Path) -> None:
    install(tmp_path)
    program = tmp_path / "plugins" / f"resource-docker-v{VERSION}" / "pulumi-resource-docker"
    assert program.stat().st_mode & 0o111
    assert "tests.providers.docker_engine" in program.read_text()
