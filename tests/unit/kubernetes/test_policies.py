"""Network policies deny by default and permit exactly the connections that services need."""

from dataclasses import replace

import pulumi
import pytest

from infra.services.model import Need
from infra.settings_of_targets import ProducersSettings
from infra.targets.kubernetes.policies import Located, UnknownNeed, permit
from tests.unit.kubernetes.rendered import CLUSTER, Object, Rendered, at, items, render, section, settings

from infra.services.web import platform_api  # isort: skip
from infra.services.model import Endpoint  # isort: skip
from infra.settings import SettingsError, WebSettings  # isort: skip

PROD = "kappastack-prod"
STARROCKS = "kappastack-prod-starrocks"
ZETA = {
    "platform-api": [5801],
    "prometheus": [5801],
    **{f"dolphinscheduler-worker-{number}": [5801] for number in range(3)},
}
SERVERS = {
    "postgres": {
        "dolphinscheduler": [5432],
        "dolphinscheduler-alert": [5432],
        "dolphinscheduler-master": [5432],
        **{f"dolphinscheduler-worker-{number}": [5432] for number in range(3)},
        "postgres-exporter": [5432],
    },
    "seatunnel": {**ZETA, "seatunnel-2": [5801], "seatunnel-3": [5801]},
    # Clients connect to any node.
    "seatunnel-2": {**ZETA, "seatunnel": [5801], "seatunnel-3": [5801]},
    "starrocks": {
        "ciapol-api": [9030],
        "liontrack-api": [9030],
        "platform-api": [9030],
        "prometheus": [8030, 8040],
        **{f"dolphinscheduler-worker-{number}": [9030] for number in range(3)},
        **{f"seatunnel{suffix}": [8030, 8040, 9030] for suffix in ("", "-2", "-3")},
    },
    "platform-api": {"frontend": [8090], "prometheus": [8090]},
    "pulsar": {"prometheus": [8080], **{f"seatunnel{suffix}": [6650] for suffix in ("", "-2", "-3")}},
}
"""Clients of some servers, with the ports that they need."""


def _policies(rendered: Rendered) -> dict[tuple[str, str], Object]:
    return {
        (str(at(each, "metadata", "namespace")), str(at(each, "metadata", "name"))): section(each, "spec")
        for each in rendered.objects
        if each["kind"] == "NetworkPolicy"
    }


def _ports(rule: Object) -> list[int]:
    found = [each["port"] for each in items(rule, "ports")]
    return sorted(port for port in found if isinstance(port, int))


def _name(peer: Object) -> str:
    return str(at(peer, "podSelector", "matchLabels", "app.kubernetes.io/name"))


def _clients(policy: Object) -> dict[str, list[int]]:
    """Clients that are pods of the stack, with their ports."""
    return {
        _name(peer): _ports(rule)
        for rule in items(policy, "ingress")
        for peer in items(rule, "from")
        if "podSelector" in peer and "ports" in rule
    }


@pytest.mark.parametrize("namespace", [PROD, STARROCKS])
def test_nothing_is_permitted_by_default(rendered_prod: Rendered, namespace: str) -> None:
    policies = _policies(rendered_prod)
    assert policies[namespace, "deny"] == {
        "podSelector": {"matchLabels": {}},
        "policyTypes": ["Ingress", "Egress"],
    }
    [rule] = items(policies[namespace, "dns"], "egress")
    assert _ports(rule) == [53, 53]
    peer, *_ = items(rule, "to")
    assert at(peer, "namespaceSelector", "matchLabels") == {"kubernetes.io/metadata.name": "kube-system"}


@pytest.mark.parametrize("server", SERVERS)
def test_servers_accept_exactly_their_clients(rendered_prod: Rendered, server: str) -> None:
    namespace = STARROCKS if server == "starrocks" else PROD
    assert _clients(_policies(rendered_prod)[namespace, server]) == SERVERS[server]


def test_every_permitted_connection_leaves_and_arrives(rendered_prod: Rendered) -> None:
    policies = _policies(rendered_prod)
    arriving = {
        (client, server, port)
        for (_, server), policy in policies.items()
        if "ingress" in policy
        for client, ports in _clients(policy).items()
        for port in ports
    }
    leaving = {
        (client, _name(peer), port)
        for (_, client), policy in policies.items()
        if client != "dns" and "egress" in policy
        for rule in items(policy, "egress")
        for peer in items(rule, "to")
        if "podSelector" in peer and "ports" in rule
        for port in _ports(rule)
    }
    assert arriving == leaving
    assert len(arriving) > 80


def test_every_service_has_a_policy(rendered_prod: Rendered) -> None:
    policies = {name for _, name in _policies(rendered_prod)}
    assert policies == {*rendered_prod.pods(), "starrocks", "deny", "dns", "http01-solver"}


def test_requests_of_users_are_accepted_from_the_ingress_controller_only(rendered_prod: Rendered) -> None:
    controller = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    open_to_users = {
        name: _ports(rule)
        for (_, name), policy in _policies(rendered_prod).items()
        if "ingress" in policy
        for rule in items(policy, "ingress")
        if controller in list(items(rule, "from"))
    }
    assert open_to_users == {
        "frontend": [3000],
        "ciapol-api": [8000],
        "dolphinscheduler": [12345],
        "liontrack-api": [4001],
        "http01-solver": [8089],
    }
    assert {*rendered_prod.of_kind("Ingress"), "http01-solver"} == set(open_to_users)


def test_pods_of_cert_manager_prove_host_names_to_the_certificate_authority(rendered_prod: Rendered) -> None:
    policy = _policies(rendered_prod)[PROD, "http01-solver"]
    assert at(policy, "podSelector", "matchLabels") == {"acme.cert-manager.io/http01-solver": "true"}
    without = render(settings(kubernetes={**CLUSTER, "ingress": {"hosts": {"frontend": "page.example"}}}))
    assert (PROD, "http01-solver") not in _policies(without)


def test_pods_ask_dns_servers_of_the_cluster_and_of_their_node(rendered_prod: Rendered) -> None:
    [rule] = items(_policies(rendered_prod)[PROD, "dns"], "egress")
    assert [peer for peer in items(rule, "to") if "namespaceSelector" not in peer] == [
        {"ipBlock": {"cidr": "169.254.20.10/32"}},
        {"ipBlock": {"cidr": "169.254.169.254/32"}},
    ]
    assert _ports(rule) == [53, 53]


def test_only_services_that_declare_it_connect_to_other_networks(rendered_prod: Rendered) -> None:
    found = {name for (_, name), policy in _policies(rendered_prod).items() if "0.0.0.0/0" in str(policy)}
    # prod has no webhook.
    assert found == {"platform-api"}


def test_the_platforms_api_connects_to_host_names_to_read_their_certificates(rendered_prod: Rendered) -> None:
    policy = _policies(rendered_prod)[PROD, "platform-api"]
    [world] = [rule for rule in items(policy, "egress") if "0.0.0.0/0" in str(rule)]
    assert _ports(world) == [443]
    controller = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    [inside] = [rule for rule in items(policy, "egress") if controller in list(items(rule, "to"))]
    assert "ports" not in inside
    environment = {
        str(each["name"]): each.get("value")
        for each in items(
            next(iter(items(rendered_prod.pods()["platform-api"], "spec", "containers"))),
            "env",
        )
    }
    hosts = str(environment["INGRESS_HOSTS"]).split(",")
    assert hosts == sorted(
        str(at(rule, "host"))
        for each in rendered_prod.of_kind("Ingress").values()
        for rule in items(each, "spec", "rules")
    )
    assert environment["INGRESS_ADDRESS"] == ""


WITH_HOST = {**CLUSTER, "ingress": {"hosts": {"frontend": "page.example"}}}


@pytest.mark.parametrize("more", [{}, {"monitoring": {"enabled": False}, "kubernetes": WITH_HOST}])
def test_no_certificate_is_read_without_hosts_or_monitoring(more: dict[str, object]) -> None:
    rendered = render(settings(**more))
    [policy] = [each for (_, name), each in _policies(rendered).items() if name == "platform-api"]
    assert "0.0.0.0/0" not in str(policy)
    assert "INGRESS_HOSTS" not in str(rendered.pods()["platform-api"])


def test_certificates_are_read_at_the_address_of_the_settings() -> None:
    ingress = {"hosts": {"frontend": "page.example"}, "address": "controller.ingress-nginx.svc"}
    pod = render(settings(kubernetes={**CLUSTER, "ingress": ingress})).pods()["platform-api"]
    assert "controller.ingress-nginx.svc" in str(pod)
    with pytest.raises(SettingsError, match=r"kubernetes\.ingress\.address has no effect"):
        settings(kubernetes={**CLUSTER, "ingress": {"address": "controller.ingress-nginx.svc"}})


def test_starrocks_connects_to_the_object_store_of_backups() -> None:
    rendered = render(settings(backup={"location": "s3a://bucket/kappastack"}))
    [policy] = [each for (_, name), each in _policies(rendered).items() if name == "starrocks"]
    world = [rule for rule in items(policy, "egress") if "0.0.0.0/0" in str(rule)]
    assert [_ports(rule) for rule in world] == [[80, 443]]


def test_the_alert_server_connects_to_the_webhook_without_monitoring() -> None:
    rendered = render(settings(size="medium", monitoring={"enabled": False}, alertWebhook="https://chat.example/x"))
    [policy] = [each for (_, name), each in _policies(rendered).items() if name == "dolphinscheduler-alert"]
    world = [rule for rule in items(policy, "egress") if "0.0.0.0/0" in str(rule)]
    assert [_ports(rule) for rule in world] == [[80, 443]]


def test_the_operator_and_its_pods_reach_each_other(rendered_prod: Rendered) -> None:
    policy = _policies(rendered_prod)[STARROCKS, "starrocks"]
    free = [peer for rule in items(policy, "ingress") if "ports" not in rule for peer in items(rule, "from")]
    assert {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "starrocks"}}} in free
    assert "starrocks" in [_name(peer) for peer in free if "podSelector" in peer]


def test_a_need_without_a_server_is_an_error() -> None:
    api = platform_api(
        WebSettings(),
        starrocks=Endpoint("mysql", "starrocks", 9030),
        zeta=Endpoint("http", "seatunnel", 5801),
        monitoring=None,
    )
    wrong = replace(api, needs=(Need("starrokcs", "query"),))
    with pytest.raises(UnknownNeed, match=r"service platform-api needs starrokcs\.query, which does not exist"):
        permit(
            [Located(wrong, PROD)],
            stack="prod",
            ingress_namespace="ingress",
            operator_namespace="operator",
            solver_namespace="",
            collector_namespace="",
            producers=ProducersSettings(),
            opts=pulumi.ResourceOptions(),
        )


def test_only_programs_of_the_settings_publish_from_outside() -> None:
    producers = {
        "namespaces": ["gateways"],
        "networks": ["203.0.113.0/24"],
        "loadBalancer": True,
        "annotations": {"example.com/tls": "on"},
    }
    rendered = render(settings(size="medium", kubernetes={**CLUSTER, "producers": producers}))
    [policy] = [each for (_, name), each in _policies(rendered).items() if name == "pulsar"]
    [rule] = [each for each in items(policy, "ingress") if "203.0.113.0/24" in str(each)]
    assert _ports(rule) == [6650]
    assert list(items(rule, "from")) == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateways"}}},
        {"ipBlock": {"cidr": "203.0.113.0/24"}},
    ]
    service = rendered.of_kind("Service")["pulsar-producers"]
    assert at(service, "metadata", "annotations", "example.com/tls") == "on"
    assert {key: at(service, "spec", key) for key in ("type", "externalTrafficPolicy")} == {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",
    }
    assert at(service, "spec", "loadBalancerSourceRanges") == ["203.0.113.0/24"]
    assert [each["port"] for each in items(service, "spec", "ports")] == [6650]


def test_nobody_publishes_from_outside_without_settings(rendered_prod: Rendered) -> None:
    assert "pulsar-producers" not in rendered_prod.of_kind("Service")
