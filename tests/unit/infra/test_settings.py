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
        ({"target": "host", "portOffset": 990}, ["kappastack:portOffset", "Prometheus on port 10080, which browsers"]),
        ({"target": "docker", "portOffset": 2059}, ["kappastack:portOffset", "Grafana on port 5060, which browsers"]),
        ({"target": "host", "starrocks": {"edition": "cluster"}}, ["needs images"]),
        ({"target": "kubernetes", "starrocks": {"edition": "emulator"}}, ["needs edition cluster"]),
        (
            {"target": "docker", "products": {"ciapol": {"api": {"replicas": 2}}}},
            ["kappastack:products.ciapol.api.replicas", "only target kubernetes runs several replicas"],
        ),
        ({"target": "host", "frontend": {"replicas": 2}}, ["kappastack:frontend.replicas", "several replicas"]),
        ({"target": "docker", "starrocks": {"storage": "5Gi"}}, ["kappastack:starrocks.storage", "a given size"]),
        ({"target": "docker", "dolphinScheduler": {"topology": "cluster", "masters": 2}}, ["masters", "several"]),
        ({"target": "docker", "pulsar": {"topology": "cluster", "proxies": 2}}, ["pulsar.proxies", "several"]),
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


def test_a_wrong_port_offset_of_the_environment_names_the_variable() -> None:
    with pytest.raises(SettingsError, match=r"KAPPASTACK_PORT_OFFSET: should be a whole number \(found 'abc'\)"):
        load_settings(config(target="host"), {"KAPPASTACK_PORT_OFFSET": "abc"})
    with pytest.raises(SettingsError, match="kappastack:portOffset"):
        load_settings(config(target="host"), {"KAPPASTACK_PORT_OFFSET": "-1"})


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
    store = "  kappastack:starrocks: {edition: cluster}\n  kappastack:backup: {location: s3a://bucket/folder}\n"
    others = {"postgresPassword": "  kappastack:postgres: {external: {host: db.example}}\n", "alertWebhook": ""}
    (tmp_path / "Pulumi.team.yaml").write_text(
        f"config:\n  kappastack:target: docker\n{others.get(key, store)}  kappastack:{key}:\n    secure: v1:abc\n"
    )
    monkeypatch.setattr("tools.stack.configuration.ROOT", tmp_path)
    settings = load_settings(stack_configuration("team"), {})
    assert settings.model_dump(by_alias=True)[key] is not None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"products": {"liontrack": False}}, "products.liontrack: Input should be a valid dictionary"),
        (
            {"dolphinScheduler": {"workers": 5}},
            "dolphinScheduler.workers has no effect, because dolphinScheduler.topology",
        ),
        (
            {"starrocks": {"frontendMemory": "4Gi"}},
            "starrocks.frontendMemory has no effect, because starrocks.edition",
        ),
        (
            {"backup": {"location": "s3a://bucket/c"}},
            "backup.location has no effect, because starrocks.edition",
        ),
        (
            {"monitoring": {"enabled": False, "interval": 5}},
            "monitoring.interval has no effect, because",
        ),
        ({"monitoring": {"interval": 120}}, "monitoring.interval: Input should be less than or equal to 30"),
        ({"monitoring": {"grafana": {"enabled": False, "memory": "1Gi"}}}, "monitoring.grafana.memory has no effect"),
        ({"pulsar": {"heap": "32Mi"}}, "pulsar.heap: is too small for the program; at least 128Mi (found '32Mi')"),
        ({"pulsar": {"heap": "1 GB"}}, "expected: a size such as 384Mi or 2Gi"),
        ({"docker": {"publishAddress": "999.1.1.1"}}, "docker.publishAddress: "),
        ({"docker": {"registry": "https://registry.example"}}, "docker.registry: "),
        ({"postgres": {"external": {"host": "localhost"}}, "postgresPassword": "x"}, "is the container itself"),
        ({"alertWebhook": "https://"}, "alertWebhook: must begin with http:// or https://, followed by a host"),
    ],
)
def test_a_setting_without_effect_or_with_a_wrong_value_is_refused(document: dict[str, object], expected: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(config(target="docker", **document), {})
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {
                "starrocks": {"edition": "cluster"},
                "kubernetes": {"registry": "r.example", "ingress": {"hosts": {"starrocks": "a.b"}}},
            },
            "kubernetes.ingress.hosts.starrocks",
        ),
        ({"monitoring": {"retentionSize": "5Gi"}}, "monitoring.retentionSize 5Gi must be at most 80 %"),
        (
            {"alertWebhook": "http://chat.example:8065/hooks/x"},
            "alertWebhook: has port 8065; pods may connect",
        ),
        ({"kubernetes": {"registry": "r.example", "namespace": "n" * 50}}, "kubernetes.namespace: "),
        ({"platformApi": {"cpu": "0"}}, "platformApi.cpu: must be at least 1m"),
    ],
)
def test_a_setting_that_kubernetes_cannot_honour_is_refused(document: dict[str, object], expected: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(config(target="kubernetes", size="small", **document), {})
    assert expected in str(error.value)
    assert "hooks/x" not in str(error.value)


def test_the_keys_of_a_preset_are_not_named_in_errors() -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(config(target="docker", size="small"), {})
    assert "kappastack:size: sizes are presets of target kubernetes" in str(error.value)
    assert "cpu" not in str(error.value)


@pytest.mark.parametrize("password", ["12345678", "null", '"quoted"', "1e5"])
def test_a_password_that_looks_like_json_is_read_unchanged(password: str) -> None:
    settings = load_settings(
        config(target="host", postgres={"external": {"host": "db.example"}})
        | {"kappastack:postgresPassword": password},
        {},
    )
    assert settings.postgres_password is not None
    assert settings.postgres_password.get_secret_value() == password


def test_cores_may_be_a_number() -> None:
    settings = load_settings(config(target="kubernetes", size="small", rehearsal=True, frontend={"cpu": 2}), {})
    assert settings.frontend.cpu == "2"


def test_metrics_may_be_kept_beyond_the_default_volume_where_none_is_reserved() -> None:
    settings = load_settings(config(target="docker", monitoring={"retentionSize": "10Gi"}), {})
    assert settings.monitoring.retention_size == "10Gi"
