"""The target `docker`: each service is a container on a network of the stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pulumi
import pulumi_docker as docker
from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.images import ImageError, find, images, published
from infra.products.model import Product
from infra.resources.health import CONTAINER, PlatformHealthy
from infra.services.model import Endpoint, Service
from infra.settings import PROJECT, DockerSettings
from infra.targets.base import Drained, Requests, Running, digest, refuse_replicas, renamed
from infra.targets.container import CONFIGURATION, SECRETS, TEMPORARY, USER
from infra.targets.docker import engine, names
from infra.targets.docker.configuration import Configuration, configuration
from infra.targets.docker.engine import HostConfig
from infra.targets.docker.layout import Layout

_TEMPORARY = "rw,exec,nosuid,nodev,mode=1777,size=256m"
"""Options of the file system for temporary files. `exec`, because services unpack native libraries into it."""


@dataclass(frozen=True)
class _HealthCheck:
    """Interval, timeout and retries of health checks; durations in Go's format, because the provider compares text."""

    interval: str
    timeout: str
    retries: int


_HEALTH = _HealthCheck("10s", "5s", 6)
_LOG_OPTIONS = {"max-size": "20m", "max-file": "3"}


class DockerTarget:
    """Runs each service as a container of the Docker Engine that DOCKER_HOST names."""

    has_operators = False
    records_starts = False
    awaits_health = False
    requests: Requests | None = None
    public: Mapping[str, Input[str]] = MappingProxyType({})

    def __init__(
        self,
        *,
        stack: str,
        port_offset: int,
        keep_data: bool,
        settings: DockerSettings,
        products: Sequence[Product],
    ) -> None:
        """Declare the stack's network.

        Args:
            stack: name of the stack.
            port_offset: added to every published port.
            keep_data: whether a deleted service keeps its volumes.
            settings: settings of the engine and the images.
            products: products whose programs and APIs the images contain.
        """
        self._built = images(settings.base_image, products)
        self._stack = stack
        self._port_offset = port_offset
        self._keep_data = keep_data
        self._settings = settings
        self._existing = engine.host_configs(stack)
        if not engine.has_client():
            pulumi.log.warn(
                "the command-line client `docker` is not on PATH, so missing images are not noticed; "
                f"if the engine cannot pull an image from `localhost`, run `make images STACK={stack}`"
            )
        self._images: dict[str, docker.RemoteImage] = {}
        self._kept: dict[str, docker.Volume] = {}
        self._network = docker.Network(
            "network",
            name=names.prefix(stack),
            driver="bridge",
            labels=[docker.NetworkLabelArgs(label=names.STACK_LABEL, value=stack)],
        )

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
        """Declare the service's container; another resource waits for its health.

        Raises:
            ImageError: the engine does not have the platform's image of the service.
        """
        refuse_replicas(service, "docker")
        component = ComponentResource(f"{PROJECT}:services:{service.kind}", service.name, opts=renamed(service))
        inside = ResourceOptions(parent=component)
        layout = self._layout(service)
        image = self._image(service)
        configured = configuration(
            self._stack,
            service.name,
            image=image.image_id,
            files=layout.files(),
            secrets={file: secrets[secret] for file, secret in service.secrets.items()},
            rereads=service.rereads,
            opts=inside,
        )
        volumes = self._volumes(service, inside)
        instance = self._instance(layout, image, configured)
        waited = [drained(instance)] if drained else []
        container = self._container(
            layout,
            image=image,
            instance=instance,
            configured=configured,
            volumes=volumes,
            opts=ResourceOptions.merge(
                inside,
                ResourceOptions(depends_on=[*after, *waited, *(configured.carriers if configured else [])]),
            ),
        )
        component.register_outputs({})
        reached = layout.operator_endpoints()
        return Running(
            service,
            container,
            layout.endpoints(),
            reached,
            {file: f"{SECRETS}/{file}" for file in service.secrets},
            instance,
            "" if service.health.port in reached else CONTAINER + names.container(self._stack, service.name),
        )

    def endpoints(self, service: Service) -> dict[str, Endpoint]:
        """Addresses in the stack's network, by the port's name."""
        return self._layout(service).endpoints()

    def _layout(self, service: Service) -> Layout:
        return Layout(service, self._port_offset, self._settings.publish_address, self._settings.operator_address)

    def healthy(self, running: Sequence[Running]) -> PlatformHealthy:
        """Declare the resource that waits until all services are healthy."""
        return PlatformHealthy(
            "healthy",
            stack=self._stack,
            running=running,
            opts=ResourceOptions(depends_on=[each.resource for each in running]),
        )

    def _image(self, service: Service) -> docker.RemoteImage:
        """The image of a service. Services of the same distribution share one image."""
        if service.image:
            return self._remote(service.distribution.name, published(service, self._settings))
        found = find(service.distribution.name, self._built)
        if missing := {each.name for each in service.distributions.values()} - {
            each.name for each in found.distributions
        }:
            raise ValueError(f"image {found.name} lacks {', '.join(sorted(missing))}, which {service.name} needs")
        reference = found.reference(self._settings)
        refuse_missing(reference, self._settings, self._stack)
        return self._remote(found.name, reference)

    def _remote(self, name: str, reference: str) -> docker.RemoteImage:
        if name not in self._images:
            self._images[name] = docker.RemoteImage(name, name=reference, keep_locally=True)
        return self._images[name]

    def _volumes(self, service: Service, opts: ResourceOptions) -> dict[str, docker.Volume]:
        """The volumes of a service by name. The owner of a shared volume must be declared first."""
        # Changes of labels are ignored, so that an existing volume, such as one from a backup, is not replaced.
        kept = ResourceOptions.merge(opts, ResourceOptions(retain_on_delete=self._keep_data, ignore_changes=["labels"]))
        found = {}
        for name, volume in service.volumes.items():
            key = f"{volume.service or service.name}-{name}"
            if not volume.service:
                self._kept[key] = docker.Volume(
                    key,
                    name=names.volume(self._stack, service.name, name),
                    labels=[
                        docker.VolumeLabelArgs(label=names.SERVICE_LABEL, value=service.name),
                        docker.VolumeLabelArgs(label=names.STACK_LABEL, value=self._stack),
                    ],
                    opts=kept,
                )
            found[name] = self._kept[key]
        return found

    @staticmethod
    def _instance(layout: Layout, image: docker.RemoteImage, configured: Configuration | None) -> Output[str]:
        """A digest of everything whose change replaces the container.

        It is also a label of the container: otherwise the provider records a changed health check or temporary file
        system without replacing the container.
        """
        described = repr((layout.service, layout.published(), _TEMPORARY, _HEALTH, _LOG_OPTIONS))
        parts = [image.image_id, image.name, configured.digest if configured else ""]
        return Output.all(described, *parts).apply(digest)

    def _container(
        self,
        layout: Layout,
        *,
        image: docker.RemoteImage,
        instance: Output[str],
        configured: Configuration | None,
        volumes: Mapping[str, docker.Volume],
        opts: ResourceOptions,
    ) -> docker.Container:
        service = layout.service
        name = names.container(self._stack, service.name)
        confined = service.image is None or service.image.confined
        mounts = [
            docker.ContainerVolumeArgs(container_path=layout.folder(each), volume_name=volume.name)
            for each, volume in volumes.items()
        ]
        labels: dict[str, Input[str]] = {
            names.STACK_LABEL: self._stack,
            names.SERVICE_LABEL: service.name,
            names.INSTANCE_LABEL: instance,
            names.IMAGE_LABEL: image.name,
        }
        if configured:
            mounts.append(
                docker.ContainerVolumeArgs(container_path=CONFIGURATION, volume_name=configured.volume, read_only=True)
            )
        return docker.Container(
            service.name,
            name=name,
            hostname=service.name,
            image=image.image_id,
            command=layout.command(),
            envs=layout.environment(),
            user=(service.image.user or None) if service.image else USER,
            working_dir=None if service.image else layout.directory(),
            ulimits=[docker.ContainerUlimitArgs(name="nofile", soft=service.open_files, hard=service.open_files)]
            if service.open_files
            else None,
            volumes=mounts,
            networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=self._network.name, aliases=[service.name])],
            ports=[
                docker.ContainerPortArgs(internal=port.internal, external=port.external, ip=port.ip, protocol="tcp")
                for port in layout.published()
            ],
            labels=[docker.ContainerLabelArgs(label=label, value=value) for label, value in labels.items()],
            healthcheck=docker.ContainerHealthcheckArgs(
                tests=layout.health_test(),
                interval=_HEALTH.interval,
                timeout=_HEALTH.timeout,
                start_period=duration(service.health.start_within),
                retries=_HEALTH.retries,
            ),
            restart="unless-stopped",
            init=True,
            stop_signal=f"SIG{service.stop_signal}",
            stop_timeout=service.stop_grace,
            # Without this, the provider kills containers that it replaces or removes.
            destroy_grace_seconds=service.stop_grace,
            memory=service.memory,
            # Equal to the memory limit: no swap. Without this, the next preview shows the engine's default as a change.
            memory_swap=service.memory,
            log_driver="json-file",
            log_opts=_LOG_OPTIONS,
            # Programs of published images write to folders of the image, as the image's user.
            read_only=confined,
            tmpfs={TEMPORARY: _TEMPORARY} if confined else None,
            capabilities=docker.ContainerCapabilitiesArgs(drops=["ALL"]) if confined else None,
            security_opts=["no-new-privileges:true"],
            opts=ResourceOptions.merge(
                ResourceOptions.merge(opts, renamed(service)),
                ResourceOptions(ignore_changes=_engine_defaults(service, self._existing.get(name))),
            ),
        )


def _engine_defaults(service: Service, existing: HostConfig | None) -> list[str]:
    """Inputs to ignore, because the engine adds defaults to them that the provider reports as changes.

    Pulumi keeps the old values of ignored inputs even when it replaces the container. They are therefore ignored only
    while the existing container has the values that the service needs.
    """
    if existing is None:
        return ["logOpts", "ulimits"]
    ignored = ["logOpts"] if existing.logs_with(_LOG_OPTIONS) else []
    return [*ignored, "ulimits"] if existing.opens(service.open_files) else ignored


def refuse_missing(reference: str, settings: DockerSettings, stack: str) -> None:
    """Check that the engine has an image of the platform; otherwise the provider would try to pull it.

    A preview, which pulls nothing, only warns.

    Raises:
        ImageError: the engine does not have the image; the message contains the command that builds it.
    """
    if settings.registry or not engine.lacks_image(reference):
        return
    message = f"the Docker Engine has no image {reference}: run `make images STACK={stack}`"
    if not pulumi.runtime.is_dry_run():
        raise ImageError(message)
    pulumi.log.warn(f"{message} before `pulumi up`; `make up STACK={stack}` builds it")


def duration(seconds: float) -> str:
    """Whole seconds in Go's format: `1m30s`, `45s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
