"""Prometheus collects from each pod separately, and the network policies let it."""

import pytest

from tests.unit.kubernetes.rendered import Rendered, at, items, section
from tests.unit.kubernetes.scraped import Target, targets, wanted

NAMESPACE = "kappastack-prod"
STARROCKS = "kappastack-prod-starrocks"
OPERATED = {
    8030: [f"starrocks-fe-{number}.starrocks-fe-search.{STARROCKS}.svc" for number in range(3)],
    8040: [f"starrocks-be-{number}.starrocks-be-search.{STARROCKS}.svc" for number in range(3)],
}
"""Host names of StarRocks' pods by port. StarRocks' operator names a StatefulSet and its headless Service like this."""


def of_service(rendered: Rendered, service: str) -> list[Target]:
    found = [each for each in targets(rendered) if each.service == service]
    assert found, service
    return found


def headless(rendered: Rendered, name: str) -> bool:
    return at(rendered.of_kind("Service")[name], "spec", "clusterIP") == "None"


def test_each_pod_with_a_name_of_its_own_is_a_target(rendered_prod: Rendered) -> None:
    several = 0
    for name, workload in rendered_prod.of_kind("StatefulSet").items():
        replicas = at(workload, "spec", "replicas")
        members = str(at(workload, "spec", "serviceName"))
        assert isinstance(replicas, int)
        if not [each for each in targets(rendered_prod) if each.service == name]:
            continue
        hosts = [f"{name}-{number}.{members}" for number in range(replicas)] if replicas > 1 else [name]
        assert [each.host for each in of_service(rendered_prod, name)] == hosts
        assert headless(rendered_prod, members)
        several += replicas > 1
    assert several >= 2, "prod has several API servers and masters of DolphinScheduler"


def test_replicas_without_host_names_are_looked_up(rendered_prod: Rendered) -> None:
    scaled = set(rendered_prod.of_kind("HorizontalPodAutoscaler"))
    assert {"platform-api", "ciapol-api", "frontend"} <= scaled
    for name, workload in rendered_prod.of_kind("Deployment").items():
        [target] = of_service(rendered_prod, name)
        replicated = name in scaled or at(workload, "spec", "replicas") != 1
        assert target.looked_up == replicated
        if replicated:
            service = section(rendered_prod.of_kind("Service")[target.host], "spec")
            assert (service["clusterIP"], service["publishNotReadyAddresses"]) == ("None", True)
            assert service["selector"] == at(workload, "spec", "selector", "matchLabels")
            assert target.port in [each["port"] for each in items(service, "ports")]


def test_each_node_of_starrocks_is_a_target(rendered_prod: Rendered) -> None:
    found = of_service(rendered_prod, "starrocks")
    assert {port: [each.host for each in found if each.port == port] for port in OPERATED} == OPERATED
    assert {(each.port, each.job) for each in found} == {(8030, "starrocks_fe"), (8040, "starrocks_be")}


def test_the_number_of_processes_is_recorded(rendered_prod: Rendered) -> None:
    found = wanted(rendered_prod)
    assert set(found) == {each.service for each in targets(rendered_prod)}
    assert found["starrocks"] == "vector(6)"
    assert found["dolphinscheduler"] == "vector(2)"
    assert found["ciapol-api"] == f"vector({_least(rendered_prod, 'ciapol-api')})"
    assert found["postgres-exporter"] == "vector(1)"


def _least(rendered: Rendered, service: str) -> object:
    return at(rendered.of_kind("HorizontalPodAutoscaler")[service], "spec", "minReplicas")


@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_prometheus_may_connect_to_each_target(rendered_prod: Rendered, direction: str) -> None:
    permitted: set[tuple[str, object]] = set()
    policies = rendered_prod.of_kind("NetworkPolicy")
    for service in {each.service for each in targets(rendered_prod)} - {"prometheus"}:
        policy = policies["prometheus" if direction == "egress" else service]
        other = service if direction == "egress" else "prometheus"
        for rule in items(policy, "spec", direction):
            peers = list(items(rule, "to" if direction == "egress" else "from"))
            if other in [
                at(peer, "podSelector", "matchLabels", "app.kubernetes.io/name")
                for peer in peers
                if "podSelector" in peer
            ]:
                permitted |= {(service, each["port"]) for each in items(rule, "ports")}
    wanted_ports = {(each.service, each.port) for each in targets(rendered_prod) if each.service != "prometheus"}
    assert wanted_ports <= permitted
