"""The target `kubernetes`: each service is pods in a namespace of the stack."""

import os
from collections.abc import Mapping, Sequence

import pulumi_kubernetes as k8s
from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.forwarding import Forward
from infra.images import find, images, published
from infra.products.model import Product
from infra.resources.health import PlatformHealthy
from infra.services.model import Endpoint, Service
from infra.settings import PROJECT, KubernetesSettings
from infra.settings_base import SettingsError
from infra.targets.base import Drained, Requests, Running, digest, renamed
from infra.targets.container import SECRETS
from infra.targets.kubernetes import cluster, monitors, names, node_settings, objects, policies, sums
from infra.targets.kubernetes.configuration import Configuration, configuration
from infra.targets.kubernetes.hosts import refuse_unknown
from infra.targets.kubernetes.layout import PodLayout
from infra.targets.kubernetes.objects import Place
from infra.targets.kubernetes.operated import Operated
from infra.targets.kubernetes.policies import Located
from infra.targets.kubernetes.workload import workload


class KubernetesTarget:
    """Runs each service as pods of the cluster that the kubeconfig names."""

    has_operators = True
    records_starts = False
    awaits_health = True

    def __init__(
        self,
        *,
        stack: str,
        port_offset: int,
        keep_data: bool,
        settings: KubernetesSettings,
        products: Sequence[Product],
    ) -> None:
        """Declare the stack's namespace, in which nothing is permitted at first.

        Args:
            stack: name of the stack.
            port_offset: added to the ports of this machine that are forwarded into the cluster.
            keep_data: whether a deleted service keeps its volumes.
            settings: settings of the cluster and the images.
            products: products whose programs and APIs the images contain.

        Raises:
            SettingsError: a namespace cannot be named after the stack.
        """
        names.check(stack, settings)
        self._stack = stack
        self._port_offset = port_offset
        self._keep_data = keep_data
        self._settings = settings
        self._built = images(settings.base_image, products)
        self._located: list[Located] = []
        self._operated: dict[str, Mapping[str, str]] = {}
        self._last: dict[str, Resource] = {}
        self._public: dict[str, Input[str]] = {}
        rendered = os.environ.get(cluster.RENDERED) or None
        provider = k8s.Provider(
            "kubernetes",
            context=settings.context or None,
            render_yaml_to_directory=rendered,
            enable_server_side_apply=None if rendered else True,
            # Adopt objects of an interrupted deployment, and namespaces and claims that an earlier `destroy` kept.
            upsert_existing_objects=None if rendered else True,
            # Otherwise another path of the kubeconfig could replace the provider, and with it every object.
            cluster_identifier=None if rendered else names.namespace(stack, settings),
        )
        self._opts = ResourceOptions(provider=provider)
        self._namespace = names.namespace(stack, settings)
        self._namespaces: dict[str, k8s.core.v1.Namespace] = {}
        self._declare_namespace(self._namespace, "restricted")
        self._prepared = [self._prepare_nodes()] if settings.node_settings.enabled else []

    @property
    def user(self) -> str:
        """The user's name in the images."""
        return PROJECT

    def run(
        self,
        service: Service,
        secrets: Mapping[str, Input[str]],
        *,
        after: Sequence[Resource] = (),
        drained: Drained | None = None,
    ) -> Running:
        """Declare the service's objects. The creation of the workload ends when its pods are ready.

        Raises:
            ImageError: there is no image with the service's distribution.
            SettingsError: the service shares a volume, and no storage class for such volumes is set.
        """
        self._check(service)
        component = ComponentResource(f"{PROJECT}:services:{service.kind}", service.name, opts=renamed(service))
        layout = PodLayout(service, self._port_offset)
        namespace = self._namespace_of(service)
        place = Place(
            self._stack,
            namespace,
            self._settings,
            self._keep_data,
            ResourceOptions.merge(
                self._opts, ResourceOptions(parent=component, depends_on=[self._namespaces[namespace]])
            ),
        )
        configured = configuration(
            service.name,
            namespace,
            labels=names.labels(self._stack, service.name),
            files=layout.texts(),
            secrets={file: secrets[secret] for file, secret in service.secrets.items()},
            opts=place.opts,
        )
        self._located.append(Located(service, namespace, service.name in self._settings.ingress.hosts))
        running = (
            self._run_operated(layout, place, configured, after, drained)
            if service.operated_by is not None
            else self._run_pods(layout, place, configured, after, drained)
        )
        component.register_outputs({})
        return running

    def endpoints(self, service: Service) -> dict[str, Endpoint]:
        """Addresses within the cluster, by the port's name."""
        return PodLayout(service, self._port_offset).endpoints()

    def healthy(self, running: Sequence[Running]) -> PlatformHealthy:
        """Declare the objects of several services, and the resource that waits until all services are healthy.

        Raises:
            SettingsError: the settings give a host name to a service that does not exist.
            UnknownNeed: a service needs a port that no service has.
        """
        refuse_unknown(self._settings.ingress.hosts, [each.service.name for each in self._located])
        opts = ResourceOptions.merge(self._opts, ResourceOptions(depends_on=list(self._namespaces.values())))
        operator = self._settings.prometheus_operator
        policies.permit(
            self._located,
            stack=self._stack,
            ingress_namespace=self._settings.ingress.namespace,
            operator_namespace=self._settings.operator_namespace,
            solver_namespace=self._namespace if self._settings.ingress.issuer else "",
            collector_namespace=operator.namespace if operator.enabled else "",
            producers=self._settings.producers,
            opts=opts,
        )
        place = Place(self._stack, self._namespace, self._settings, self._keep_data, opts)
        for group in objects.groups([each.service for each in self._located if each.service.operated_by is None]):
            objects.budget(group, place)
        for each in self._located:
            if each.service.collects is not None and operator.enabled:
                monitors.declare(each.service.collects, self._located, self._operated, place, operator)
        return PlatformHealthy(
            "healthy",
            stack=self._stack,
            running=running,
            opts=ResourceOptions(depends_on=[each.resource for each in running]),
        )

    @property
    def public(self) -> Mapping[str, Input[str]]:
        """URLs of the Ingress' hosts and of the load balancer for producers, by service."""
        return self._public

    @property
    def requests(self) -> Requests:
        """The resources that the services request from the cluster."""
        return sums.requests([each.service for each in self._located])

    def _run_pods(
        self,
        layout: PodLayout,
        place: Place,
        configured: Configuration,
        after: Sequence[Resource],
        drained: Drained | None,
    ) -> Running:
        service = layout.service
        image = (
            published(service, self._settings)
            if service.image
            else find(service.distribution.name, self._built).reference(self._settings)
        )
        instance = Output.all(repr(service), image, configured.digest).apply(digest)
        waited = [drained(instance)] if drained else []
        if service.group in self._last:
            # Members of a group are changed one after the other: the next one when this one's pods are ready.
            waited.append(self._last[service.group])
        own = [objects.account(service, place), *objects.services(layout, place)]
        resource = workload(
            layout,
            place,
            image=image,
            instance=instance,
            configured=configured,
            after=[*after, *waited, *own],
        )
        if service.group:
            self._last[service.group] = resource
        if service.most_replicas:
            objects.autoscaler(service, place)
        if service.name in self._settings.ingress.hosts:
            objects.ingress(service, self._settings.ingress, place)
            self._public[service.name] = f"https://{self._settings.ingress.hosts[service.name]}"
        if (url := objects.for_producers(service, place)) is not None:
            self._public[service.name] = url
        kind = "statefulset" if layout.has_identity else "deployment"
        return Running(
            service,
            resource,
            layout.endpoints(),
            layout.operator_endpoints(),
            {file: f"{SECRETS}/{file}" for file in service.secrets},
            instance,
            cluster.workload_url(self._settings.context, place.namespace, kind, service.name),
            self._forwards(layout, place, {port: layout.host(port) for port in service.ports}),
            layout.instances(),
        )

    def _run_operated(
        self,
        layout: PodLayout,
        place: Place,
        configured: Configuration,
        after: Sequence[Resource],
        drained: Drained | None,
    ) -> Running:
        service = layout.service
        assert service.operated_by is not None
        operated = Operated(layout, service.operated_by, place)
        self._operated[service.name] = operated.hosts
        instance = Output.all(repr((service, service.operated_by)), "", configured.digest).apply(digest)
        waited = [drained(instance)] if drained else []
        resource = operated.resource(
            configured,
            ResourceOptions.merge(place.opts, ResourceOptions(depends_on=[*self._prepared, *after, *waited])),
        )
        return Running(
            service,
            resource,
            operated.endpoints(),
            layout.operator_endpoints(),
            {file: f"{SECRETS}/{file}" for file in service.secrets},
            instance,
            forwards=self._forwards(layout, place, operated.hosts),
            members=operated.instances(),
        )

    def _forwards(self, layout: PodLayout, place: Place, hosts: Mapping[str, str]) -> tuple[Forward, ...]:
        """The ports of this machine that are forwarded to a service; `hosts` are names of Services by port."""
        ports = layout.service.ports
        reached = {
            endpoint.port: ports[name].entrance or name for name, endpoint in layout.operator_endpoints().items()
        }
        return tuple(
            Forward(
                context=self._settings.context,
                namespace=place.namespace,
                service=hosts[name],
                workload=layout.service.name,
                remote=ports[name].number,
                local=local,
            )
            for local, name in sorted(reached.items())
        )

    def _prepare_nodes(self) -> Resource:
        namespace = names.namespace_of(names.NODE_SETTINGS, self._stack, self._settings)
        self._declare_namespace(namespace, "privileged")
        return node_settings.declare(
            self._stack,
            namespace,
            self._settings,
            # Each image has a shell.
            image=self._built[0].reference(self._settings),
            opts=ResourceOptions.merge(self._opts, ResourceOptions(depends_on=[self._namespaces[namespace]])),
        )

    def _check(self, service: Service) -> None:
        several = service.replicas > 1
        written = [each for each in service.volumes.values() if each.shared and (several or each.service)]
        if written and not self._settings.shared_storage_class:
            raise SettingsError(
                f"kappastack:kubernetes.sharedStorageClass: the pods of {service.name} write one volume from several "
                "nodes; name a storage class with access mode ReadWriteMany"
            )

    def _namespace_of(self, service: Service) -> str:
        if service.operated_by is None or not service.operated_by.unconfined:
            return self._namespace
        own = names.namespace_of(service.name, self._stack, self._settings)
        if own not in self._namespaces:
            self._declare_namespace(own, "baseline")
        return own

    def _declare_namespace(self, name: str, standard: str) -> None:
        labels = {
            names.STACK_LABEL: self._stack,
            **{f"pod-security.kubernetes.io/{mode}": standard for mode in ("enforce", "audit", "warn")},
        }
        # The deletion of a namespace deletes the claims in it, also those that Pulumi retains.
        kept = ResourceOptions(retain_on_delete=self._keep_data)
        self._namespaces[name] = k8s.core.v1.Namespace(
            name,
            metadata=k8s.meta.v1.ObjectMetaArgs(name=name, labels=labels, annotations=names.REPAIRED),
            opts=ResourceOptions.merge(self._opts, kept),
        )
        policies.deny(name, ResourceOptions.merge(self._opts, ResourceOptions(depends_on=[self._namespaces[name]])))
