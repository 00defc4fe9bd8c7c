"""Network policies: only connections that the services' descriptions name are permitted.

Each service has one policy: its clients may connect to the ports that they need, and it may connect to the ports that
it needs itself. Health checks and port-forwards come from the node, which policies do not restrict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ResourceOptions
from pulumi_kubernetes import meta, networking

from infra.services.model import Need, Service
from infra.settings_of_targets import ProducersSettings
from infra.targets.kubernetes import names
from infra.targets.traits import WEB_PORTS

_DNS = 53
_DNS_NAMESPACE = "kube-system"
_NODE_DNS = ("169.254.20.10/32", "169.254.169.254/32")
"""Addresses of DNS servers on the node itself: NodeLocal DNSCache, and Cloud DNS of GKE."""
_SOLVER: Mapping[str, str] = {"acme.cert-manager.io/http01-solver": "true"}
"""Label of the pods by which cert-manager proves to a certificate authority that a host name belongs to the cluster."""
_SOLVER_PORT = 8089
_HTTPS = 443


@dataclass(frozen=True)
class Located:
    """A service and the namespace of its pods.

    Args:
        service: description of the service.
        namespace: namespace of its pods.
        hosts: whether users reach the service through the Ingress controller.
    """

    service: Service
    namespace: str
    from_ingress: bool = False


class UnknownNeed(Exception):
    """A service needs a port that no service has; the message names both."""


def deny(namespace: str, opts: ResourceOptions) -> None:
    """Deny everything in a namespace, in and out, except queries of the cluster's DNS."""
    networking.v1.NetworkPolicy(
        f"{namespace}-deny",
        metadata=_metadata("deny", namespace),
        spec=networking.v1.NetworkPolicySpecArgs(pod_selector=_pods({}), policy_types=["Ingress", "Egress"]),
        opts=opts,
    )
    peers = [
        networking.v1.NetworkPolicyPeerArgs(namespace_selector=_pods({names.NAMESPACE_LABEL: _DNS_NAMESPACE})),
        *(networking.v1.NetworkPolicyPeerArgs(ip_block=networking.v1.IPBlockArgs(cidr=each)) for each in _NODE_DNS),
    ]
    networking.v1.NetworkPolicy(
        f"{namespace}-dns",
        metadata=_metadata("dns", namespace),
        spec=networking.v1.NetworkPolicySpecArgs(
            pod_selector=_pods({}),
            policy_types=["Egress"],
            egress=[
                networking.v1.NetworkPolicyEgressRuleArgs(
                    to=peers,
                    ports=[
                        networking.v1.NetworkPolicyPortArgs(port=_DNS, protocol=protocol) for protocol in ("UDP", "TCP")
                    ],
                )
            ],
        ),
        opts=opts,
    )


def permit(
    located: Sequence[Located],
    *,
    stack: str,
    ingress_namespace: str,
    operator_namespace: str,
    solver_namespace: str,
    collector_namespace: str,
    producers: ProducersSettings,
    opts: ResourceOptions,
) -> None:
    """Permit the connections that the services need.

    Args:
        located: all services of the stack.
        stack: name of the stack.
        ingress_namespace: namespace of the Ingress controller.
        operator_namespace: namespace of operators, which connect to the services that they run.
        solver_namespace: namespace in which cert-manager runs its solver pods; empty for none.
        collector_namespace: namespace whose pods collect the services' metrics; empty for none.
        producers: programs outside the stack that may publish events.
        opts: options of the policies.

    Raises:
        UnknownNeed: a service needs a port that no service has.
    """
    known = {each.service.name: each for each in located}
    for each in located:
        for need in each.service.needs:
            if need.service not in known or need.port not in known[need.service].service.ports:
                raise UnknownNeed(f"service {each.service.name} needs {need.service}.{need.port}, which does not exist")
    if solver_namespace:
        networking.v1.NetworkPolicy(
            "http01-solver",
            metadata=_metadata("http01-solver", solver_namespace),
            spec=networking.v1.NetworkPolicySpecArgs(
                pod_selector=_pods(_SOLVER),
                policy_types=["Ingress"],
                ingress=[
                    networking.v1.NetworkPolicyIngressRuleArgs(
                        from_=[_namespace(ingress_namespace)], ports=[_port(_SOLVER_PORT)]
                    )
                ],
            ),
            opts=opts,
        )
    for each in located:
        name = each.service.name
        networking.v1.NetworkPolicy(
            name,
            metadata=_metadata(name, each.namespace, names.labels(stack, name)),
            spec=networking.v1.NetworkPolicySpecArgs(
                pod_selector=_pods(names.selector(name)),
                policy_types=["Ingress", "Egress"],
                ingress=[
                    *_ingress(each, located, ingress_namespace, operator_namespace),
                    *_collected(each.service, collector_namespace),
                    *_produced(each.service, producers),
                ],
                egress=[*_egress(each, known), *_to_hosts(each.service, ingress_namespace)],
            ),
            opts=opts,
        )


def _ingress(
    to: Located, located: Sequence[Located], ingress_namespace: str, operator_namespace: str
) -> list[networking.v1.NetworkPolicyIngressRuleArgs]:
    service = to.service
    rules = []
    known = {each.service.name: each for each in located}
    for client in located:
        wanted = [need.port for need in client.service.needs if to in _reached(need, known)]
        if wanted and client is not to:
            rules.append(
                networking.v1.NetworkPolicyIngressRuleArgs(
                    from_=[_peer(client)], ports=[_port(service.ports[port].number) for port in dict.fromkeys(wanted)]
                )
            )
    web = [_port(port.number) for port in service.ports.values() if port.scheme == "http" and not port.internal]
    if to.from_ingress:
        rules.append(networking.v1.NetworkPolicyIngressRuleArgs(from_=[_namespace(ingress_namespace)], ports=web))
    if service.operated_by is not None:
        rules.append(networking.v1.NetworkPolicyIngressRuleArgs(from_=[_peer(to)]))
        rules.append(networking.v1.NetworkPolicyIngressRuleArgs(from_=[_namespace(operator_namespace)]))
    return rules


def _collected(service: Service, namespace: str) -> list[networking.v1.NetworkPolicyIngressRuleArgs]:
    ports = [_port(service.ports[each.port].number) for each in service.metrics]
    if not (namespace and ports):
        return []
    return [networking.v1.NetworkPolicyIngressRuleArgs(from_=[_namespace(namespace)], ports=ports)]


def _produced(service: Service, producers: ProducersSettings) -> list[networking.v1.NetworkPolicyIngressRuleArgs]:
    ports = [_port(each.number) for each in service.ports.values() if each.producers]
    peers = [
        *(_namespace(each) for each in producers.namespaces),
        *(
            networking.v1.NetworkPolicyPeerArgs(ip_block=networking.v1.IPBlockArgs(cidr=each))
            for each in producers.networks
        ),
    ]
    return [networking.v1.NetworkPolicyIngressRuleArgs(from_=peers, ports=ports)] if ports and peers else []


def _egress(of: Located, known: Mapping[str, Located]) -> list[networking.v1.NetworkPolicyEgressRuleArgs]:
    wanted: dict[str, list[int]] = {}
    for need in of.service.needs:
        for server in _reached(need, known):
            wanted.setdefault(server.service.name, []).append(server.service.ports[need.port].number)
    wanted.pop(of.service.name, None)
    rules = [
        networking.v1.NetworkPolicyEgressRuleArgs(
            to=[_peer(known[server])], ports=[_port(number) for number in dict.fromkeys(numbers)]
        )
        for server, numbers in wanted.items()
    ]
    if of.service.operated_by is not None:
        rules.append(networking.v1.NetworkPolicyEgressRuleArgs(to=[_peer(of)]))
    if outside := [*(WEB_PORTS if of.service.outside else ()), *of.service.outside_ports]:
        ports = [_port(number) for number in outside]
        rules.append(networking.v1.NetworkPolicyEgressRuleArgs(to=[_world()], ports=ports))
    return rules


def _reached(need: Need, known: Mapping[str, Located]) -> list[Located]:
    """The services that a client may connect to: the named one, or all members of its group if any may respond."""
    named = known[need.service]
    if not named.service.ports[need.port].any_member:
        return [named]
    return [each for each in known.values() if each.service.group == named.service.group]


def _to_hosts(service: Service, ingress_namespace: str) -> list[networking.v1.NetworkPolicyEgressRuleArgs]:
    """Connections to host names: to a load balancer, or to the Ingress controller's pods, whose ports are unknown."""
    if not service.visits_hosts:
        return []
    return [
        networking.v1.NetworkPolicyEgressRuleArgs(to=[_world()], ports=[_port(_HTTPS)]),
        networking.v1.NetworkPolicyEgressRuleArgs(to=[_namespace(ingress_namespace)]),
    ]


def _world() -> networking.v1.NetworkPolicyPeerArgs:
    return networking.v1.NetworkPolicyPeerArgs(ip_block=networking.v1.IPBlockArgs(cidr="0.0.0.0/0"))


def _peer(located: Located) -> networking.v1.NetworkPolicyPeerArgs:
    return networking.v1.NetworkPolicyPeerArgs(
        namespace_selector=_pods({names.NAMESPACE_LABEL: located.namespace}),
        pod_selector=_pods(names.selector(located.service.name)),
    )


def _namespace(name: str) -> networking.v1.NetworkPolicyPeerArgs:
    return networking.v1.NetworkPolicyPeerArgs(namespace_selector=_pods({names.NAMESPACE_LABEL: name}))


def _pods(labels: Mapping[str, str]) -> meta.v1.LabelSelectorArgs:
    return meta.v1.LabelSelectorArgs(match_labels=labels)


def _port(number: int) -> networking.v1.NetworkPolicyPortArgs:
    return networking.v1.NetworkPolicyPortArgs(port=number, protocol="TCP")


def _metadata(name: str, namespace: str, labels: Mapping[str, str] | None = None) -> meta.v1.ObjectMetaArgs:
    return meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels, annotations=names.REPAIRED)
