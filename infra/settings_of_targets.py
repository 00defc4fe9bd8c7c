"""Settings of single targets: the place where a stack runs, and the source of its images."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from infra.settings_base import Ipv4, Ipv4Network, Model

_LABEL = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
_NAMESPACE = r"^[a-z0-9]([-a-z0-9]{0,47}[a-z0-9])?$"
"""The stack's namespace. Its further namespaces have this name and a suffix of at most 14 characters."""
_REGISTRY = r"^([A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*)?$"
_DIGEST = r"^([A-Za-z0-9_][A-Za-z0-9._-]*@)?sha256:[0-9a-f]{64}$"
_HOST = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$"


class ImageSettings(Model):
    """The images that a target runs."""

    base_image: str = Field("debian:bookworm-slim", description="base image of all images")
    registry: Annotated[
        str,
        Field(
            pattern=_REGISTRY,
            description="registry from which images are pulled, such as registry.example:5000/team",
        ),
    ] = ""
    digests: dict[str, Annotated[str, Field(pattern=_DIGEST)]] = Field(
        {},
        description="digest of each image, by the image's name: [TAG@]sha256:…, with the tag for which it is valid",
    )

    def digest(self, name: str) -> str:
        """The digest of an image in the registry; empty if the settings contain none."""
        return self.digests.get(name, "").rpartition("@")[2]


class DockerSettings(ImageSettings):
    """The Docker Engine at DOCKER_HOST, and the images that it runs."""

    publish_address: Annotated[Ipv4, Field(description="address on which the ports for users are published")] = (
        "127.0.0.1"
    )
    operator_address: Annotated[Ipv4, Field(description="address on which all other ports are published")] = "127.0.0.1"


class IngressSettings(Model):
    """How users outside the cluster reach services."""

    class_name: str = Field("", description="class of the Ingress; the cluster's default if empty")
    hosts: dict[str, Annotated[str, Field(pattern=_HOST)]] = Field({}, description="host name by service")
    issuer: str = Field("", description="ClusterIssuer of cert-manager that issues the certificates")
    namespace: Annotated[str, Field(pattern=_LABEL, description="namespace of the Ingress controller")] = (
        "ingress-nginx"
    )
    address: Annotated[str, Field(pattern=rf"{_HOST}|^$")] = Field(
        "",
        description="host at which pods reach the Ingress controller to read certificates; the host names if empty",
    )

    @field_validator("hosts")
    @classmethod
    def _each_has_its_own(cls, hosts: dict[str, str]) -> dict[str, str]:
        if len(set(hosts.values())) < len(hosts):
            msg = "each service needs its own host name"
            raise ValueError(msg)
        return hosts


class ProducersSettings(Model):
    """Programs outside the stack that publish events to Pulsar's proxy. All others are kept out."""

    namespaces: tuple[Annotated[str, Field(pattern=_LABEL)], ...] = Field(
        (), description="namespaces of the cluster whose pods may publish"
    )
    networks: tuple[Ipv4Network, ...] = Field((), description="IPv4 networks outside the cluster that may publish")
    load_balancer: bool = Field(False, description="whether a Service of type LoadBalancer exposes Pulsar's port")
    annotations: dict[str, str] = Field({}, description="annotations of that Service, such as those for TLS")


class PrometheusOperatorSettings(Model):
    """A Prometheus operator of the cluster, whose Prometheus collects the stack's metrics too."""

    enabled: bool = Field(False, description="whether the stack has ServiceMonitors and PrometheusRules")
    namespace: Annotated[
        str, Field(pattern=_LABEL, description="namespace of the operator's Prometheus, which may connect to services")
    ] = "monitoring"
    labels: dict[str, str] = Field({}, description="labels by which the operator's Prometheus selects these objects")


class NodeSettings(Model):
    """A privileged DaemonSet that sets the kernel parameters that StarRocks needs."""

    enabled: bool = Field(False, description="whether a privileged DaemonSet sets kernel parameters of the nodes")
    node_labels: dict[str, str] = Field({}, description="labels of the nodes to change; all nodes if empty")


class KubernetesSettings(ImageSettings):
    """The cluster of a kubeconfig, and its features."""

    context: str = Field("", description="context of the kubeconfig; the current one if empty")
    namespace: Annotated[str, Field(pattern=_NAMESPACE)] | None = Field(
        None, description="namespace of the stack; kappastack-STACK by default"
    )
    storage_class: str = Field("", description="class of volumes; the cluster's default if empty")
    shared_storage_class: str = Field("", description="class of volumes that pods of several nodes write")
    pull_secret: str = Field("", description="Secret with the registry's login, in each namespace of the stack")
    spread: Literal["required", "preferred"] = Field(
        "required",
        description="whether members of a group, such as a quorum, must run on different nodes, or only should",
    )
    operator_namespace: Annotated[str, Field(pattern=_LABEL, description="namespace of StarRocks' operator")] = (
        "starrocks"
    )
    node_settings: NodeSettings = NodeSettings()
    ingress: IngressSettings = IngressSettings()
    producers: ProducersSettings = ProducersSettings()
    prometheus_operator: PrometheusOperatorSettings = PrometheusOperatorSettings()
