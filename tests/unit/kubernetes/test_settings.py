"""Presets, Ingress and the requests of a stack on Kubernetes."""

import pytest

from infra.presets import PRESETS, merged, with_preset
from infra.services.model import Endpoint
from infra.services.postgres import postgres
from infra.services.web import platform_api
from infra.settings import PostgresSettings, SettingsError, WebSettings
from infra.settings_of_targets import KubernetesSettings
from infra.targets.kubernetes import names
from infra.targets.kubernetes.hosts import refuse_unknown, user_port
from tests.unit.kubernetes.rendered import CLUSTER, Rendered, at, items, section, settings


def test_a_stacks_own_settings_win_over_its_preset() -> None:
    found = settings(size="medium", pulsar={"brokers": 4}, seatunnel={"heap": "3Gi"})
    assert (found.pulsar.brokers, found.pulsar.bookies, found.pulsar.quorums) == (4, 3, (3, 3, 2))
    assert (found.seatunnel.nodes, found.seatunnel.heap) == (3, "3Gi")
    assert found.products["ciapol"].api.replicas == 2
    assert settings(size="large", products={"ciapol": None}).products["ciapol"].api.replicas == 3


def test_an_unknown_preset_is_refused_and_lists_the_others() -> None:
    with pytest.raises(SettingsError, match=r"kappastack:size.*'small', 'medium' or 'large'.*'tiny'"):
        settings(size="tiny")


def test_every_preset_is_valid() -> None:
    for size in PRESETS:
        edition = {"edition": "emulator"} if size == "small" else {}
        assert settings(size=size, rehearsal=size == "small", starrocks=edition).size == size


def test_documents_are_merged_by_section() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}, "e": 4}) == {"a": {"b": 9, "c": 2}, "d": 3, "e": 4}
    assert with_preset({"target": "host"}) == {"target": "host"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kubernetes": {"sharedStorageClass": "s"}}, "kubernetes.registry: the nodes of a cluster pull images"),
        (
            {"kubernetes": {"registry": "r"}, "seatunnel": {"nodes": 3}},
            "kubernetes.sharedStorageClass: seatunnel.nodes 3 write one volume",
        ),
        ({"starrocks": {"edition": "emulator"}}, "or rehearsal true in a stack for tests"),
        ({"docker": {"baseImage": "debian"}}, "docker.baseImage: is a setting of target docker"),
        ({"kubernetes": {**CLUSTER, "ingress": {"hosts": {"frontend": "a b"}}}}, "kubernetes.ingress.hosts.frontend"),
        (
            {"kubernetes": {**CLUSTER, "producers": {"namespaces": ["gateways"]}}},
            "kubernetes.producers: pulsar.topology is standalone, which has no proxy",
        ),
        (
            {"size": "medium", "kubernetes": {**CLUSTER, "producers": {"loadBalancer": True}}},
            "kubernetes.producers: loadBalancer true and networks [] belong together",
        ),
        (
            {"size": "medium", "kubernetes": {**CLUSTER, "producers": {"networks": ["10.0.0.1/8"]}}},
            "kubernetes.producers.networks.0: 10.0.0.1/8 has host bits set",
        ),
        (
            {"size": "medium", "kubernetes": {**CLUSTER, "producers": {"networks": ["10.0.0.1"]}}},
            "kubernetes.producers.networks.0: '10.0.0.1' has no prefix length, such as 10.0.0.0/8",
        ),
        (
            {"size": "medium", "kubernetes": {**CLUSTER, "producers": {"annotations": {"a": "b"}}}},
            "kubernetes.producers.annotations.a has no effect, because kubernetes.producers.loadBalancer is false",
        ),
    ],
)
def test_wrong_settings_are_refused_with_a_remedy(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings(**wrong)
    assert message in str(error.value)


def test_a_host_name_belongs_to_a_service_with_one_http_port() -> None:
    assert (
        user_port(
            platform_api(
                WebSettings(),
                starrocks=Endpoint("mysql", "starrocks", 9030),
                zeta=Endpoint("http", "seatunnel", 5801),
                monitoring=None,
            )
        )
        == "http"
    )
    with pytest.raises(SettingsError, match=r"kubernetes\.ingress\.hosts\.postgres: the service has 0 HTTP ports"):
        user_port(postgres(PostgresSettings()))
    refuse_unknown({"frontend": "page.example"}, ["frontend", "postgres"])
    with pytest.raises(SettingsError, match="unknown services frontent; the services are frontend, postgres"):
        refuse_unknown({"frontent": "page.example"}, ["postgres", "frontend"])


def test_users_reach_services_by_https(rendered_prod: Rendered) -> None:
    page = rendered_prod.of_kind("Ingress")["frontend"]
    assert at(page, "metadata", "annotations", "cert-manager.io/cluster-issuer") == "letsencrypt"
    spec = section(page, "spec")
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"hosts": ["page.example"], "secretName": "frontend-tls"}]
    [rule] = items(spec, "rules")
    assert rule["host"] == "page.example"
    [path] = items(rule, "http", "paths")
    assert path["backend"] == {"service": {"name": "frontend", "port": {"name": "http"}}}


def test_the_autoscaler_adds_replicas_of_busy_pods(rendered_prod: Rendered) -> None:
    spec = section(rendered_prod.of_kind("HorizontalPodAutoscaler")["ciapol-api"], "spec")
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    [metric] = items(spec, "metrics")
    assert at(metric, "resource", "target", "averageUtilization") == 70


def test_the_requests_of_a_stack_are_the_sums_of_its_pods(rendered_prod: Rendered) -> None:
    replicas = {"ciapol-api": 2, "frontend": 2, "liontrack-api": 2, "platform-api": 2}
    cpu = memory = pods = 0
    for kind in ("StatefulSet", "Deployment"):
        for name, each in rendered_prod.of_kind(kind).items():
            count = int(str(section(each, "spec").get("replicas", replicas.get(name))))
            [container] = items(each, "spec", "template", "spec", "containers")
            pods += count
            cpu += count * int(str(at(container, "resources", "requests", "cpu")).removesuffix("m"))
            memory += count * int(str(at(container, "resources", "requests", "memory")).removesuffix("Mi"))
    nodes = 3 * (8000 + 16000), 3 * (16 + 64) * 1024
    assert rendered_prod.exports["requests"] == {
        "pods": pods + 6,
        "cpu": (cpu + nodes[0]) / 1000,
        "memory_gib": round((memory + nodes[1]) / 1024, 1),
        # StarRocks 3 * (500 + 20 + 2 * 5), Pulsar 3 * 200 + 3, Zeta 20, DolphinScheduler 8 * 10, PostgreSQL 20,
        # Prometheus 5, Alertmanager 1, Grafana 1.
        "storage_gib": 1590 + 603 + 20 + 80 + 20 + 7,
    }


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("Prod", "stack 'Prod' needs the namespace kappastack-Prod-starrocks, but"),
        ("team_a", "letters, digits and hyphens, with a letter or digit at both ends; choose another name"),
        ("a.b", "'a.b'"),
        ("x" * 43, "at most 63"),
    ],
)
def test_a_stack_whose_namespaces_cannot_have_its_name_is_refused(stack: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        names.check(stack, KubernetesSettings(registry="r"))
    names.check(stack, KubernetesSettings(registry="r", namespace="team-a"))
    names.check("prod-2", KubernetesSettings(registry="r"))
    names.check("x" * 42, KubernetesSettings(registry="r"))
