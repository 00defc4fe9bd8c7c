"""The platform with every service in its cluster form: smoke tests, a second `up`, and killed servers.

The first stack is destroyed before: a small machine cannot run two.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from measurements import differences, from_sample, raw_counts, write_csv
from replaying import Replay, counted, wait_for_count

from tests.cluster import engine as engines
from tests.cluster.docker_stack import DockerStack, deployed
from tests.waiting import is_busy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

SETTINGS: dict[str, object] = {
    "pulsar": {"topology": "cluster", "zookeepers": 3, "bookies": 2, "brokers": 2},
    "seatunnel": {"nodes": 3},
    "dolphinScheduler": {"topology": "cluster", "workers": 2},
}
PULSAR = [
    *("pulsar-zookeeper", "pulsar-zookeeper-2", "pulsar-zookeeper-3"),
    *("pulsar-bookkeeper", "pulsar-bookkeeper-2", "pulsar-broker", "pulsar-broker-2", "pulsar"),
]
ZETA = ["seatunnel", "seatunnel-2", "seatunnel-3"]
SCHEDULER = [f"dolphinscheduler{part}" for part in ("", "-alert", "-master", "-registry", "-worker-0", "-worker-1")]
WEB = ("ciapol-api", "platform-api", "frontend")
MONITORING = ("alertmanager", "node-exporter", "postgres-exporter", "prometheus")
ONE_OF_EACH_KIND = [
    ("pulsar-zookeeper", "dolphinscheduler-worker-0"),
    ("pulsar-bookkeeper-2", "dolphinscheduler-master"),
    ("pulsar-broker", "dolphinscheduler-registry"),
    ("pulsar",),
]
"""Servers that are killed together: one of Pulsar and one of DolphinScheduler."""
SECONDS_TO_GO_ON = 15


@pytest.fixture(scope="module")
def clusters(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerStack]:
    folder = tmp_path_factory.mktemp("clusters") / "state"
    with deployed(folder, engine=engine, base_image=engines.base_image(engine), **SETTINGS) as made:
        yield made


def test_every_server_exists_and_the_smoke_tests_pass(clusters: DockerStack) -> None:
    assert set(clusters.containers()) == {
        *(*PULSAR, *ZETA, *SCHEDULER, *WEB, *MONITORING),
        *("postgres", "starrocks"),
    }
    outcome = clusters.smoke()
    assert outcome.status == 0, outcome.output[-7000:]


def test_a_second_up_changes_nothing(clusters: DockerStack) -> None:
    before = {service: each.id for service, each in clusters.containers().items()}
    outcome = clusters.up()
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-5000:]
    assert {service: each.id for service, each in clusters.containers().items()} == before


def test_internal_servers_publish_no_port(clusters: DockerStack) -> None:
    found = clusters.containers()
    for service in [*PULSAR[:-1], *ZETA[1:], *SCHEDULER[1:]]:
        ports = found[service].attrs["NetworkSettings"]["Ports"] or {}
        assert not any(ports.values()), service
    published = {port for port, bindings in found["pulsar"].attrs["NetworkSettings"]["Ports"].items() if bindings}
    assert published == {"6650/tcp", "8080/tcp"}


@pytest.mark.parametrize("victim", [ZETA[0], *(pytest.param(each, marks=pytest.mark.long) for each in ZETA[1:])])
def test_the_job_continues_when_one_of_three_nodes_is_killed(
    clusters: DockerStack, tmp_path: Path, victim: str
) -> None:
    prefix = f"zeta{ZETA.index(victim)}"
    measurements = list(from_sample(12_000, prefix=prefix))
    write_csv(tmp_path / "nodes.csv", measurements)
    replay = Replay(clusters, tmp_path / "nodes.csv", speed=2_500)
    wait_for_count(clusters, prefix, 500, at_least=True)

    begin = time.monotonic()
    clusters.kill(victim)
    # Rows in flight when the node was killed may still arrive; further rows prove that the other nodes continue.
    wait_for_count(clusters, prefix, counted(clusters, prefix) + 2_000, at_least=True)
    seconds = time.monotonic() - begin
    print(f"the job continued {seconds:.1f} s after {victim} died, including the load of 2,000 rows")
    assert seconds < SECONDS_TO_GO_ON or is_busy()

    assert replay.finish() == len(measurements)
    wait_for_count(clusters, prefix, len(measurements))
    assert differences(clusters.name, measurements, prefix) == []
    clusters.wait_until_healthy()


def test_each_killed_server_restarts_and_no_row_is_lost_or_duplicated(clusters: DockerStack, tmp_path: Path) -> None:
    measurements = list(from_sample(50_000, prefix="servers"))
    write_csv(tmp_path / "servers.csv", measurements)
    replay = Replay(clusters, tmp_path / "servers.csv", speed=2_000)
    wait_for_count(clusters, "servers", 500, at_least=True)
    everyone = [(each,) for each in [*PULSAR, *SCHEDULER]]
    for services in everyone if os.environ.get("KAPPASTACK_LONG") else ONE_OF_EACH_KIND:
        print(f"{', '.join(services)} were healthy again after {clusters.kill_and_wait(*services):.1f} s")
    assert replay.finish() == len(measurements)
    wait_for_count(clusters, "servers", len(measurements))
    assert differences(clusters.name, measurements, "servers") == []
    # The replay resends unacknowledged events. Such an event may have two raw rows, but only one clean row.
    assert raw_counts(clusters.name, "servers")[1] == len(measurements)
    # DolphinScheduler servers that lose their ZooKeeper session exit, and the engine restarts them.
    clusters.wait_until_healthy()
    outcome = clusters.command("status")
    assert outcome.status == 0, outcome.output


def test_destroy_leaves_nothing(clusters: DockerStack) -> None:
    outcome = clusters.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert clusters.leftovers() == []
