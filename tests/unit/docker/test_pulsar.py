"""Pulsar on target `docker`, under Pulumi's mocks: tokens, and a cluster behind its proxy."""

import asyncio
import json
from collections.abc import Iterator

import jwt
import pytest

from infra.configuration import load_settings
from infra.services.pulsar_roles import is_token
from infra.settings import Settings, SettingsError
from tests.mocking import Recorder, planted, run

ZOOKEEPERS = ["pulsar-zookeeper", "pulsar-zookeeper-2", "pulsar-zookeeper-3"]
BOOKIES = ["pulsar-bookkeeper", "pulsar-bookkeeper-2", "pulsar-bookkeeper-3"]
BROKERS = ["pulsar-broker", "pulsar-broker-2"]


def settings(target: str = "docker", **pulsar: object) -> Settings:
    document = {"target": target, "pulsar": pulsar, "products": {"ciapol": {}}}
    return load_settings({f"kappastack:{key}": json.dumps(value) for key, value in document.items()}, {})


@pytest.fixture(scope="module")
def standalone() -> Iterator[Recorder]:
    yield run(settings())
    asyncio.set_event_loop(None)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Recorder]:
    yield run(settings(topology="cluster", zookeepers=3, bookies=3, brokers=2))
    asyncio.set_event_loop(None)


def lines(recorder: Recorder, service: str, file: str) -> set[str]:
    return set(recorder.files(service)[file].splitlines())


def secrets(recorder: Recorder, carrier: str) -> dict[str, str]:
    found = recorder.uploads(carrier)
    return {path.rsplit("/", 1)[1]: text for path, text in found.items() if "/secrets/" in path}


def role(token: str) -> str:
    claims: dict[str, str] = jwt.decode(token, planted("pulsar-token-key"), algorithms=["HS256"])
    return claims["sub"]


def test_clients_need_a_token(standalone: Recorder) -> None:
    assert {
        "authenticationEnabled=true",
        "authorizationEnabled=true",
        "authenticationProviders=kappastack.RotatedKeys",
        "tokenSecretKey=file:///run/kappastack/secrets/pulsar-token-key",
        "brokerClientAuthenticationParameters=file:///run/kappastack/secrets/pulsar-broker",
        "superUserRoles=admin,broker,proxy",
    } <= lines(standalone, "pulsar", "standalone.conf")
    held = secrets(standalone, "pulsar-configuration")
    assert held["pulsar-token-key"] == planted("pulsar-token-key")
    assert role(held["pulsar-broker"]) == "broker"


def test_the_engine_has_its_own_token_but_not_the_signing_key(standalone: Recorder) -> None:
    held = secrets(standalone, "seatunnel-secrets-configuration")
    assert "pulsar-token-key" not in held
    assert role(held["pulsar-seatunnel"]) == "seatunnel"
    [source] = standalone.of_type("SeaTunnelJob")["ciapol-ingest"].inputs["definition"]["source"]
    assert source["auth.token-file"] == "${pulsar.seatunnel_token_file}"
    placeholders = json.loads(standalone.files("dolphinscheduler")["tasks.json"])["placeholders"]
    assert placeholders["pulsar.seatunnel_token_file"] == "/run/kappastack/secrets/pulsar-seatunnel"


def test_each_role_has_only_its_permissions(standalone: Recorder) -> None:
    namespaces = standalone.of_type("PulsarTopics")["ciapol-topics"].inputs["namespaces"]
    assert namespaces["air"]["permissions"] == {
        "seatunnel": ["consume"],
        "ciapol-sensors": ["produce"],
        "ciapol-smoke": ["produce"],
    }


def test_tokens_are_only_in_secret_files_and_in_the_file_of_secrets(standalone: Recorder) -> None:
    known = standalone.of_type("Secrets")["secrets"].inputs["secrets"]
    tokens = {name: value for name, value in known.items() if is_token(name)}
    assert {role(token) for token in tokens.values()} == {
        *("admin", "broker", "proxy", "seatunnel"),
        *("ciapol-sensors", "ciapol-smoke"),
    }
    holders = {
        args.name
        for args in standalone.resources
        for token in tokens.values()
        if token in json.dumps(args.inputs, default=str)
    }
    assert holders == {"secrets", "pulsar-configuration", "seatunnel-secrets-configuration"}


def test_target_host_needs_no_tokens() -> None:
    assert not settings("host").pulsar_requires_tokens


def test_all_servers_of_a_cluster_use_one_image(cluster: Recorder) -> None:
    containers = cluster.of_type("Container")
    for name in [*ZOOKEEPERS, *BOOKIES, *BROKERS, "pulsar"]:
        assert containers[name].inputs["image"] == "sha256:pulsar", name
        assert containers[name].inputs["readOnly"] is True, name
    volumes = {name: containers[name].inputs["volumes"][0]["volumeName"] for name in (*ZOOKEEPERS, *BOOKIES)}
    assert volumes == {name: f"kappastack-test-{name}-data" for name in (*ZOOKEEPERS, *BOOKIES)}


def test_only_the_proxy_is_published_and_only_on_loopback(cluster: Recorder) -> None:
    containers = cluster.of_type("Container")
    for name in [*ZOOKEEPERS, *BOOKIES, *BROKERS]:
        assert not containers[name].inputs.get("ports"), name
    published = [(port["internal"], port["ip"]) for port in containers["pulsar"].inputs["ports"]]
    assert published == [(6650, "127.0.0.1"), (8080, "127.0.0.1")]


def test_zookeepers_list_all_members_and_have_their_own_id(cluster: Recorder) -> None:
    for number, name in enumerate(ZOOKEEPERS, 1):
        assert {f"server.{n}={each}:2888:3888" for n, each in enumerate(ZOOKEEPERS, 1)} <= lines(
            cluster, name, "zoo.cfg"
        )
        assert "quorumListenOnAllIPs=true" in lines(cluster, name, "zoo.cfg")
        assert f'echo {number} >"/var/lib/kappastack/data/myid"' in lines(cluster, name, "start.sh")


def test_every_server_connects_to_all_zookeepers(cluster: Recorder) -> None:
    hosts = "pulsar-zookeeper:2181,pulsar-zookeeper-2:2181,pulsar-zookeeper-3:2181"
    for name in BOOKIES:
        assert f"zkServers={hosts}" in lines(cluster, name, "bookkeeper.conf")
        assert f"advertisedAddress={name}" in lines(cluster, name, "bookkeeper.conf")
    for name in BROKERS:
        assert {f"metadataStoreUrl=zk:{hosts}", f"advertisedAddress={name}"} <= lines(cluster, name, "broker.conf")
    assert f"metadataStoreUrl=zk:{hosts}" in lines(cluster, "pulsar", "proxy.conf")


def test_one_bookie_initialises_the_cluster_and_the_others_wait(cluster: Recorder) -> None:
    scripts = {name: cluster.files(name)["start.sh"] for name in (*BOOKIES, *BROKERS)}
    assert [name for name, text in scripts.items() if "PulsarClusterMetadataSetup" in text] == ["pulsar-bookkeeper"]
    for name in BOOKIES[1:]:
        assert "until answers pulsar-bookkeeper; do" in scripts[name]
    for name in BROKERS:
        assert f"until {' || '.join(f'answers {each}' for each in BOOKIES)}; do" in scripts[name]


@pytest.mark.parametrize(("bookies", "copies"), [(1, 1), (2, 2), (3, 2)])
def test_messages_have_two_copies_with_two_or_more_bookies(bookies: int, copies: int) -> None:
    found = lines(run(settings(topology="cluster", bookies=bookies)), "pulsar-broker", "broker.conf")
    assert {f"managedLedgerDefault{each}={copies}" for each in ("EnsembleSize", "WriteQuorum", "AckQuorum")} <= found


def test_the_proxy_forwards_the_clients_credentials(cluster: Recorder) -> None:
    assert {
        "authenticationEnabled=true",
        "forwardAuthorizationCredentials=true",
        "brokerClientAuthenticationParameters=file:///run/kappastack/secrets/pulsar-proxy",
    } <= lines(cluster, "pulsar", "proxy.conf")
    assert role(secrets(cluster, "pulsar-configuration")["pulsar-proxy"]) == "proxy"
    for name in BROKERS:
        assert "proxyRoles=proxy" in lines(cluster, name, "broker.conf")


def test_jobs_stop_before_a_server_is_replaced_and_continue_afterwards(cluster: Recorder) -> None:
    drained = {args.inputs["service"] for args in cluster.of_type("SeaTunnelDrain").values()}
    assert drained == {*BOOKIES, *BROKERS, "pulsar", "seatunnel", "starrocks"}
    assert set(cluster.of_type("SeaTunnelJob")["ciapol-ingest"].inputs["instances"]) == drained


def test_server_counts_are_valid_only_for_a_cluster() -> None:
    with pytest.raises(SettingsError, match="zookeepers 1, bookies 3, brokers 1, proxies 1 require topology cluster"):
        settings(bookies=3)


def test_target_host_rejects_a_cluster() -> None:
    with pytest.raises(SettingsError, match=r"pulsar.topology cluster needs a host for each server; target host"):
        settings("host", topology="cluster")
