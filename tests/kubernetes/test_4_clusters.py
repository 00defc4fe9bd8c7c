"""The topology of `prod` on the tests' Kubernetes, but with the emulator: each service is a cluster; 15 minutes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import engine
from tests.cluster.kubernetes import Cluster
from tests.cluster.kubernetes_stack import KubernetesStack, deployed
from tests.cluster.loading import Load
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(5400)]

SCHEDULER: dict[str, object] = {"topology": "cluster", "masters": 2, "workers": 3, "cpu": "20m"}
# The requests of all pods fit on two cores.
SETTINGS: dict[str, object] = {
    "pulsar": {"topology": "cluster", "zookeepers": 3, "bookies": 3, "brokers": 2, "proxies": 2, "cpu": "20m"},
    "seatunnel": {"nodes": 3, "cpu": "20m"},
    "dolphinScheduler": SCHEDULER,
    "starrocks": {"edition": "emulator", "cpu": "100m"},
    "postgres": {"cpu": "50m"},
    "platformApi": {"replicas": 2, "cpu": "20m"},
    "frontend": {"replicas": 2, "cpu": "20m"},
    "products": {"ciapol": {"api": {"replicas": 2, "cpu": "20m"}}},
}
EVENTS = 20_000
IN_FLIGHT = 1_000


@pytest.fixture(scope="module")
def clusters(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubernetesStack]:
    """The deployed stack."""
    if reason := engine.reason_to_skip():
        pytest.skip(reason)
    with deployed(tmp_path_factory.mktemp("clusters") / "state", cluster, **SETTINGS) as made:
        yield made


def test_every_server_exists_and_the_smoke_tests_pass(clusters: KubernetesStack) -> None:
    counts = {service: len(pods) for service, pods in clusters.pods_by_service().items()}
    assert (
        counts.items()
        >= {
            **{f"pulsar-zookeeper{suffix}": 1 for suffix in ("", "-2", "-3")},
            **{f"pulsar-bookkeeper{suffix}": 1 for suffix in ("", "-2", "-3")},
            **{f"pulsar-broker{suffix}": 1 for suffix in ("", "-2")},
            **{f"seatunnel{suffix}": 1 for suffix in ("", "-2", "-3")},
            **{f"dolphinscheduler-worker-{number}": 1 for number in range(3)},
            "pulsar": 2,
            "dolphinscheduler-master": 2,
            "dolphinscheduler-alert": 1,
            "platform-api": 2,
            "ciapol-api": 2,
            "frontend": 2,
        }.items()
    ), counts
    outcome = clusters.smoke()
    assert outcome.status == 0, outcome.output[-7000:]


def test_a_second_up_changes_nothing(clusters: KubernetesStack) -> None:
    before = clusters.pods()
    outcome = clusters.up()
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-5000:]
    assert clusters.pods() == before


def test_an_api_server_of_dolphinscheduler_is_added(clusters: KubernetesStack) -> None:
    assert _address(clusters, "dolphinscheduler") == "None", "one pod with an identity needs no address"
    clusters.configure(**{**SETTINGS, "dolphinScheduler": {**SCHEDULER, "apis": 2}})
    clusters.up()
    assert len(clusters.pods_by_service()["dolphinscheduler"]) == 2
    # A name without an address of its own would also resolve to pods that are not ready.
    assert _address(clusters, "dolphinscheduler") != "None"
    assert set(clusters.up().resources) == {"unchanged"}
    assert clusters.command("status").status == 0


def _address(clusters: KubernetesStack, service: str) -> str:
    """The address of a Service; `None` if its name resolves to the addresses of its pods."""
    columns = "custom-columns=ADDRESS:.spec.clusterIP"
    return clusters.running.kubectl(
        *("get", "service", service, "-n", clusters.namespace, "--no-headers", "-o", columns)
    ).strip()


def test_each_pod_is_killed_in_turn_and_no_event_is_lost_or_stored_twice(
    clusters: KubernetesStack, tmp_path: Path
) -> None:
    with Load(clusters, tmp_path, prefix="clusters", least=EVENTS) as load:
        for pod in sorted(clusters.pods()):
            rows = load.rows()
            seconds = clusters.kill_and_wait(pod)
            load.wait_until_more(rows + IN_FLIGHT)
            print(f"{pod} was killed: ready after {seconds:.1f} s")
        assert load.finish() >= EVENTS
    wait_until(lambda: clusters.command("status").status == 0, "a healthy stack")


def test_destroy_leaves_nothing(clusters: KubernetesStack) -> None:
    outcome = clusters.destroy()
    assert outcome.status == 0, outcome.output[-6000:]
    wait_until(lambda: clusters.leftovers() == [], lambda: f"the end of {clusters.leftovers()}")
