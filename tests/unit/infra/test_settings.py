import json
from pathlib import Path

import pytest

from infra.configuration import load_settings
from infra.settings import SECRET_KEYS, SettingsError, mebibytes
from tools.stack.configuration import plain_configuration, stack_configuration


def config(**values: object) -> dict[str, str]:
    return {
        f"kappastack:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in values.items()
    }


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_the_tracked_stacks_are_valid(stack: str) -> None:
    settings = load_settings(stack_configuration(stack), {})
    assert settings.target == {"local": "host", "dev": "docker", "prod": "kubernetes"}[stack]


def test_keys_of_other_projects_are_ignored() -> None:
    assert load_settings({**config(target="host"), "docker:host": "unix:///x"}, {}).target == "host"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, ["kappastack:target", "required"]),
        ({"target": "laptop"}, ["kappastack:target", "'host'", "'laptop'"]),
        ({"target": "host", "pulsarr": {}}, ["kappastack:pulsarr: no such key; did you mean kappastack:pulsar?"]),
        ({"target": "host", "pulsar": {"heap": "12 gigs"}}, ["kappastack:pulsar.heap", "12 gigs"]),
        (
            {"target": "host", "pulsar": {"fsyncs": True}},
            ["kappastack:pulsar.fsyncs", "did you mean kappastack:pulsar.fsync?"],
        ),
        ({"target": "host", "port-offset": 1}, ["kappastack:port-offset", "did you mean kappastack:portOffset?"]),
        ({"target": "host", "publishAddress": "::"}, ["did you mean kappastack:docker.publishAddress?"]),
        ({"target": "host", "xyz": 1}, ["kappastack:xyz: no such key; docs/settings.md lists all keys"]),
        (
            {"target": "host", "products": {"ciapol": {"ingest": {"flush": 100}}}},
            ["ingest.flush: no such key; did you mean kappastack:products.ciapol.ingest.flushInterval?"],
        ),
        (
            {"target": "host", "products": {"ciapol": {"ingest": {"flushInterval": 1}}}},
            ["kappastack:products.ciapol.ingest.flushInterval", "50", "found 1"],
        ),
        ({"target": "host", "products": {"nothing": {}}}, ["names nothing", "declared in stacks/products/ are ciapol"]),
        ({"target": "host", "products": ["ciapol"]}, ["kappastack:products", "should map", "['ciapol']"]),
        ({"target": "host", "ingest": {}}, ["kappastack:ingest", "was renamed to kappastack:products.ciapol.ingest"]),
        (
            {"target": "host", "api": {"replicas": 2}},
            ["kappastack:api", "renamed to kappastack:products.ciapol.api"],
        ),
        ({"target": "host", "portOffset": 60000}, ["kappastack:portOffset", "15000"]),
        ({"target": "host", "portOffset": 3000}, ["kappastack:portOffset", "page on port 6000, which browsers refuse"]),
        ({"target": "host", "starrocks": {"edition": "cluster"}}, ["needs images"]),
        ({"target": "kubernetes", "starrocks": {"edition": "emulator"}}, ["needs edition cluster"]),
        (
            {"target": "docker", "products": {"ciapol": {"api": {"replicas": 2}}}},
            ["kappastack:products.ciapol.api.replicas", "only target kubernetes runs several replicas"],
        ),
        ({"target": "host", "frontend": {"replicas": 2}}, ["kappastack:frontend.replicas", "several replicas"]),
        ({"target": "docker", "starrocks": {"storage": "5Gi"}}, ["kappastack:starrocks.storage", "reserves storage"]),
        ({"target": "docker", "dolphinScheduler": {"topology": "cluster", "masters": 2}}, ["masters", "several"]),
        ({"target": "host", "docker": {"registry": "r"}}, ["kappastack:docker.registry", "target docker"]),
        ({"target": "host", "frontend": {"replicas": 3, "maxReplicas": 2}}, ["maxReplicas 2", "at least replicas 3"]),
        ({"target": "host", "dolphinScheduler": {"masters": 2}}, ["masters", "require topology cluster"]),
        (
            {"target": "docker", "dolphinScheduler": {"topology": "cluster", "registry": "pulsar"}},
            ["registry pulsar needs the ZooKeeper"],
        ),
        (
            {"target": "docker", "pulsar": {"topology": "cluster", "bookies": 3, "ensemble": 3, "ackQuorum": 4}},
            ["ackQuorum 4, writeQuorum 3, ensemble 3, bookies 3", "each value must be at most the next one"],
        ),
        (
            {"target": "docker", "starrocks": {"edition": "cluster", "replicationNum": 3}},
            ["replicationNum 3", "backends is 1"],
        ),
        ({"target": "docker", "starrocks": {"backends": 3}}, ["emulator is one process"]),
    ],
)
def test_errors_name_key_value_and_expectation(values: dict[str, object], named: list[str]) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(config(**values), {})
    assert all(part in str(error.value) for part in named), str(error.value)


def test_an_environment_variable_sets_the_port_offset() -> None:
    settings = load_settings(config(target="host", portOffset=100), {"KAPPASTACK_PORT_OFFSET": "200"})
    assert settings.port_offset == 200


def test_settings_are_immutable() -> None:
    settings = load_settings(config(target="host"), {})
    with pytest.raises(ValueError, match="frozen"):
        settings.__setattr__("port_offset", 1)


@pytest.mark.parametrize(("text", "size"), [("384Mi", 384), ("2Gi", 2048)])
def test_sizes(text: str, size: int) -> None:
    assert mebibytes(text) == size


def test_a_webhook_is_hidden_in_all_representations() -> None:
    settings = load_settings(config(target="host", alertWebhook="https://chat.example/hooks/s3cret"), {})
    assert settings.alert_webhook is not None
    assert settings.alert_webhook.get_secret_value().endswith("s3cret")
    assert "s3cret" not in repr(settings)
    with pytest.raises(SettingsError, match="must begin with http") as error:
        load_settings(config(target="host", alertWebhook="chat.example/hooks/s3cret"), {})
    assert "s3cret" not in str(error.value)


def test_encrypted_values_of_a_file_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encrypted = "".join(f"  {key}:\n    secure: v1:abc\n" for key in ("kappastack:postgresPassword", "other:key"))
    external = '{"external": {"host": "db.example"}}'
    (tmp_path / "Pulumi.team.yaml").write_text(
        f"config:\n  kappastack:target: host\n  kappastack:postgres: {external}\n{encrypted}"
    )
    monkeypatch.setattr("tools.stack.configuration.ROOT", tmp_path)
    assert plain_configuration("team") == {"kappastack:target": "host", "kappastack:postgres": external}
    complete = stack_configuration("team")
    assert complete.keys() - plain_configuration("team").keys() == {"kappastack:postgresPassword"}
    settings = load_settings(complete, {})
    assert settings.postgres.external is not None
    assert "abc" not in str(complete)


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_each_encrypted_secret_has_a_valid_placeholder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    others = "  kappastack:postgres: {external: {host: db.example}}\n" if key == "postgresPassword" else ""
    (tmp_path / "Pulumi.team.yaml").write_text(
        f"config:\n  kappastack:target: host\n{others}  kappastack:{key}:\n    secure: v1:abc\n"
    )
    monkeypatch.setattr("tools.stack.configuration.ROOT", tmp_path)
    settings = load_settings(stack_configuration("team"), {})
    assert settings.model_dump(by_alias=True)[key] is not None
