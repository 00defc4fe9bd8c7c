"""Small objects beside a service's pods: account, Services, claims, Ingress, autoscaler, disruption budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes import autoscaling, core, meta, networking, policy

from infra.services.model import Port, Service, Volume
from infra.settings_of_targets import IngressSettings, KubernetesSettings
from infra.targets.kubernetes import names
from infra.targets.kubernetes.hosts import user_port
from infra.targets.kubernetes.layout import Access, PodLayout

_UNAWAITED = {"pulumi.com/skipAwait": "true"}
"""Pulumi's wait for such an object would take ten seconds, or end only once pods use it."""
_CPU_PERCENT = 70
"""CPU utilization, in percent of the request, above which the autoscaler adds replicas."""


@dataclass(frozen=True)
class Place:
    """Namespace and options with which the objects of a service are declared.

    Args:
        stack: name of the stack.
        namespace: their namespace.
        settings: settings of the cluster.
        keep_data: whether a deleted service keeps its volumes.
        opts: options of each object.
    """

    stack: str
    namespace: str
    settings: KubernetesSettings
    keep_data: bool
    opts: ResourceOptions

    def metadata(
        self, name: str, service: str, *, group: str = "", annotations: Mapping[str, str] | None = None
    ) -> meta.v1.ObjectMetaArgs:
        """Metadata of an object of a service."""
        return meta.v1.ObjectMetaArgs(
            name=name,
            namespace=self.namespace,
            labels=names.labels(self.stack, service, group),
            annotations={**names.REPAIRED, **(annotations or {})},
        )


def account(service: Service, place: Place) -> core.v1.ServiceAccount:
    """The service's own account, which has no token and no rights."""
    return core.v1.ServiceAccount(
        service.name,
        metadata=place.metadata(service.name, service.name),
        automount_service_account_token=False,
        opts=place.opts,
    )


def services(layout: PodLayout, place: Place) -> list[Resource]:
    """The Services that clients connect to, and the headless one through which each pod is reached.

    The first member of a group declares the Service for the ports that every member has.
    """
    service = layout.service
    name = service.name
    selector = names.selector(name)
    found: list[Resource] = []
    if layout.has_identity or layout.is_replicated:
        found.append(_service(layout.members, name, service.ports, selector, place, headless=True))
    if not layout.has_identity or layout.members != name:
        found.append(_service(name, name, service.ports, selector, place))
    shared = {each: port for each, port in service.ports.items() if port.any_member}
    if shared and name == layout.group:
        members = {names.GROUP_LABEL: layout.group}
        found.append(_service(layout.any_member, layout.any_member, shared, members, place))
    return found


def _service(
    name: str,
    label: str,
    ports: Mapping[str, Port],
    selector: Mapping[str, str],
    place: Place,
    *,
    headless: bool = False,
) -> core.v1.Service:
    """A Service.

    Args:
        name: its name.
        label: name of the service in its labels, by which a ServiceMonitor selects it.
        ports: its ports by name.
        selector: labels of its pods.
        place: namespace and options.
        headless: whether it has no address of its own.
    """
    return core.v1.Service(
        name,
        metadata=place.metadata(name, label, annotations=_UNAWAITED),
        spec=core.v1.ServiceSpecArgs(
            cluster_ip="None" if headless else None,
            # Members of a cluster find each other before they are ready, and Prometheus finds pods that do not respond.
            publish_not_ready_addresses=headless,
            selector=selector,
            ports=[
                core.v1.ServicePortArgs(name=port, port=each.number, target_port=port, protocol="TCP")
                for port, each in sorted(ports.items())
            ],
        ),
        opts=place.opts,
    )


def for_producers(service: Service, place: Place) -> Output[str] | None:
    """Declare the Service through which programs outside the cluster publish, and return its URL.

    Requests keep the address of their client (`externalTrafficPolicy: Local`), which the network policies check.

    Returns:
        None if the service has no port for producers, or the settings request no load balancer.
    """
    producers = place.settings.producers
    found = [(name, port) for name, port in service.ports.items() if port.producers]
    if not (found and producers.load_balancer):
        return None
    [(port_name, port)] = found
    name = f"{service.name}-producers"
    declared = core.v1.Service(
        name,
        metadata=place.metadata(name, service.name, annotations=producers.annotations),
        spec=core.v1.ServiceSpecArgs(
            type="LoadBalancer",
            external_traffic_policy="Local",
            load_balancer_source_ranges=list(producers.networks),
            selector=names.selector(service.name),
            ports=[core.v1.ServicePortArgs(name=port_name, port=port.number, target_port=port_name, protocol="TCP")],
        ),
        opts=place.opts,
    )

    def url(status: core.v1.outputs.ServiceStatus | None) -> str:
        balancer = status.load_balancer if status else None
        hosts = [each.hostname or each.ip for each in (balancer.ingress if balancer else None) or ()]
        return f"{port.scheme}://{hosts[0]}:{port.number}" if hosts else ""

    return declared.status.apply(url)


def claim_name(service: str, volume: str) -> str:
    """Name of the claim of a service's volume."""
    return f"{service}-{volume}"


def claim_spec(volume: Volume, settings: KubernetesSettings) -> core.v1.PersistentVolumeClaimSpecArgs:
    """The specification of a claim.

    It does not depend on the number of pods, because Kubernetes cannot change a claim's access mode or class.
    """
    many = volume.shared and bool(settings.shared_storage_class)
    access: Access = "ReadWriteMany" if many else "ReadWriteOnce"
    chosen = settings.shared_storage_class if many else settings.storage_class
    return core.v1.PersistentVolumeClaimSpecArgs(
        access_modes=[access],
        storage_class_name=chosen or None,
        resources=core.v1.VolumeResourceRequirementsArgs(requests={"storage": volume.size}),
    )


def claim(service: Service, name: str, place: Place) -> core.v1.PersistentVolumeClaim:
    """The claim of a service's volume. It is separate from the workload, so that it can grow."""
    full = claim_name(service.name, name)
    volume = service.volumes[name]
    metadata = place.metadata(full, service.name, annotations=_UNAWAITED)
    if volume.shared:
        metadata.labels = {**names.labels(place.stack, service.name), names.SHARED_LABEL: "true"}
    return core.v1.PersistentVolumeClaim(
        full,
        metadata=metadata,
        spec=claim_spec(volume, place.settings),
        opts=ResourceOptions.merge(
            place.opts,
            # Kubernetes cannot change these fields, and a replacement would delete the data. `make up` refuses settings
            # that differ from them (`infra/targets/kubernetes/claims.py`).
            ResourceOptions(
                retain_on_delete=place.keep_data, ignore_changes=["spec.accessModes", "spec.storageClassName"]
            ),
        ),
    )


def autoscaler(service: Service, place: Place) -> autoscaling.v2.HorizontalPodAutoscaler:
    """The autoscaler that adds replicas under load."""
    return autoscaling.v2.HorizontalPodAutoscaler(
        service.name,
        metadata=place.metadata(service.name, service.name),
        spec=autoscaling.v2.HorizontalPodAutoscalerSpecArgs(
            scale_target_ref=autoscaling.v2.CrossVersionObjectReferenceArgs(
                api_version="apps/v1", kind="Deployment", name=service.name
            ),
            min_replicas=service.replicas,
            max_replicas=service.most_replicas,
            metrics=[
                autoscaling.v2.MetricSpecArgs(
                    type="Resource",
                    resource=autoscaling.v2.ResourceMetricSourceArgs(
                        name="cpu",
                        target=autoscaling.v2.MetricTargetArgs(type="Utilization", average_utilization=_CPU_PERCENT),
                    ),
                )
            ],
        ),
        opts=place.opts,
    )


def ingress(service: Service, settings: IngressSettings, place: Place) -> networking.v1.Ingress:
    """The Ingress through which users reach a service, with TLS.

    Raises:
        SettingsError: the service has no HTTP port, or several.
    """
    host, port = settings.hosts[service.name], user_port(service)
    issuer = {"cert-manager.io/cluster-issuer": settings.issuer} if settings.issuer else {}
    backend = networking.v1.IngressBackendArgs(
        service=networking.v1.IngressServiceBackendArgs(
            name=service.name, port=networking.v1.ServiceBackendPortArgs(name=port)
        )
    )
    return networking.v1.Ingress(
        service.name,
        metadata=place.metadata(service.name, service.name, annotations={**_UNAWAITED, **issuer}),
        spec=networking.v1.IngressSpecArgs(
            ingress_class_name=settings.class_name or None,
            tls=[networking.v1.IngressTLSArgs(hosts=[host], secret_name=f"{service.name}-tls")],
            rules=[
                networking.v1.IngressRuleArgs(
                    host=host,
                    http=networking.v1.HTTPIngressRuleValueArgs(
                        paths=[networking.v1.HTTPIngressPathArgs(path="/", path_type="Prefix", backend=backend)]
                    ),
                )
            ],
        ),
        opts=place.opts,
    )


def budget(group: str, place: Place, *, match: Mapping[str, str] | None = None) -> policy.v1.PodDisruptionBudget:
    """A disruption budget: at most one pod of a group is stopped at a time, such as when nodes are drained."""
    return policy.v1.PodDisruptionBudget(
        group,
        metadata=place.metadata(group, group),
        spec=policy.v1.PodDisruptionBudgetSpecArgs(
            max_unavailable=1,
            selector=meta.v1.LabelSelectorArgs(match_labels=match or {names.GROUP_LABEL: group}),
            # A pod that is not ready serves no requests, so it may always be evicted.
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
        opts=place.opts,
    )


def groups(services_: Sequence[Service]) -> list[str]:
    """The groups with more than one pod."""
    sizes: dict[str, int] = {}
    for each in services_:
        group = each.group or each.name
        sizes[group] = sizes.get(group, 0) + max(each.replicas, each.most_replicas)
    return [group for group, size in sizes.items() if size > 1]
