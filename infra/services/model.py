"""The description of a service: its files and how it is started, independent of the target.

Text in `command`, `environment` and `files` may contain placeholders that each target replaces:

| placeholder        | value                                                    |
|--------------------|----------------------------------------------------------|
| `@{dist}`          | the folder of the distribution                           |
| `@{dist.NAME}`     | the folder of a further distribution                     |
| `@{files}`         | the folder with `files`                                  |
| `@{volume.NAME}`   | the folder of a volume                                   |
| `@{secrets}`       | the folder of the secrets' files                         |
| `@{secret.NAME}`   | the file with a secret                                   |
| `@{port.NAME}`     | the number of a port                                     |
| `@{host}`          | the address to bind                                      |
| `@{interfaces}`    | the addresses to bind, as a pattern of Hazelcast         |
| `@{any}`           | `true` where all addresses of the machine are bound      |
| `@{advertised}`    | the address under which other services reach it          |
| `@{outside.NAME}`  | `host:port` of a port, as this machine reaches it        |
| `@{tmp}`           | a folder for temporary files                             |
| `@{java}`          | a Java 17 executable                                     |
| `@{python}`        | a Python interpreter without packages                    |
| `@{planned_starts}`| the folder with the times of planned starts; or empty    |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from apps.shared import placeholders
from infra.distributions import Distribution


@dataclass(frozen=True)
class Port:
    """A TCP port.

    Args:
        number: port number before the stack's offset is added.
        scheme: scheme of its URLs.
        public: whether users outside the stack connect to it.
        internal: whether only services of the stack connect to it. Targets do not publish such a port.
        entrance: name of the port that clients outside the stack's network connect to instead. Needed for services
            that redirect their clients, because they advertise another address to clients from outside.
        producers: whether programs outside the stack publish events to it.
        any_member: whether clients may connect to any member of the service's group. On targets with several machines,
            the address of the port then stands for all members, so that clients need no particular one.
    """

    number: int
    scheme: str = "http"
    public: bool = False
    internal: bool = False
    entrance: str = ""
    producers: bool = field(default=False, repr=False)
    any_member: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Volume:
    """A folder whose content survives the process.

    Args:
        size: size that a cluster reserves, such as `10Gi`.
        path: mount path that a published image requires; empty if the target chooses it.
        service: name of the service that owns the volume, where several services share one; empty if this service
            owns it.
        shared: whether processes on several machines may write it at the same time.
    """

    size: str
    path: str = ""
    service: str = ""
    shared: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class PublishedImage:
    """An image of another project, which runs unchanged.

    Args:
        reference: repository and tag.
        home: folder in the image that `@{dist}` stands for; empty for the root folder.
        user: user and group that the service runs as, such as `65534:0`; empty for the image's own user. A user other
            than root needs group 0, which may read configuration and secrets.
        starts_itself: whether the image's entrypoint is the program. Then only the arguments of `command` are passed to
            it.
        confined: whether it runs with a read-only root file system and without capabilities, as the platform's own
            images do.
        checker: program of the image that runs the health check: `bash`, or BusyBox' `wget`.
    """

    reference: str
    home: str = ""
    user: str = ""
    starts_itself: bool = False
    confined: bool = False
    checker: Literal["bash", "wget"] = "bash"


@dataclass(frozen=True)
class Metrics:
    """Metrics of a service in Prometheus' text format: the response to GET `path` on `port`.

    Args:
        port: name of the port.
        path: path of the request.
        job: value of the label `job`, which services of one kind share; empty for the service's name.
        dropped: regular expressions of metric names that are not stored, because they need memory and no rule or
            dashboard reads them.
    """

    port: str
    path: str = "/metrics"
    job: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """What a Prometheus collects and evaluates, for targets where an operator runs another Prometheus.

    Args:
        interval: seconds between two collections.
        timeout: time limit of a collection in seconds.
        rules: groups of rules by the name of their file. Their expressions select series with the stack's label, or
            those of the stack's namespaces: the target replaces `@{namespaces}` by a regular expression of their names.
    """

    interval: int
    timeout: int
    rules: Mapping[str, Sequence[JsonValue]]


@dataclass(frozen=True)
class HttpGet:
    """A health check over HTTP: GET `path` on `port` returns status 200 and a body with the text `contains`.

    An empty `contains` accepts any body.
    """

    port: str
    path: str
    start_within: float
    contains: str = ""


@dataclass(frozen=True)
class TcpAnswer:
    """A health check over TCP: after the bytes `send` (hexadecimal), `port` returns bytes with `contains` (ASCII)."""

    port: str
    send: str
    start_within: float
    contains: str
    path: str = ""


@dataclass(frozen=True)
class Need:
    """A port that a service connects to.

    Args:
        service: name of the service that has the port.
        port: name of the port.
    """

    service: str
    port: str


@dataclass(frozen=True)
class OperatedPods:
    """Pods of one kind that an operator creates for a service.

    Args:
        name: name of this kind, unique in the service.
        ports: names of the service's ports that these pods have.
        replicas: number of pods.
        cpu: CPU request of one pod, in thousandths of a core.
        memory: memory limit of one pod in MiB.
        storage: sizes of the volumes of one pod, such as `10Gi`.
        host: name of the Kubernetes Service that the operator creates for these ports.
        members: host name of each pod within the service's namespace.
    """

    name: str
    host: str
    ports: tuple[str, ...]
    replicas: int
    cpu: int
    memory: int
    storage: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Operator:
    """A custom resource from which an operator of the cluster runs a service.

    Text in `spec` may contain the placeholders of the module, and these:

    | placeholder        | value                                                              |
    |--------------------|--------------------------------------------------------------------|
    | `@{object.files}`  | name of the object with the service's `files`                      |
    | `@{object.secrets}`| name of the object with the service's `secrets`                    |
    | `@{class}`         | storage class of volumes; `null` for the cluster's default |
    | `@{retention}`     | `Retain` or `Delete`: effect of a service's deletion on its volumes |
    | `@{image.NAME}`    | reference of an image of `images`                                  |
    | `@{labels.NAME}`   | labels of the pods of one kind, as an object                       |
    | `@{spread.NAME}`   | affinity of the pods of one kind, as an object                     |

    Args:
        api_version: group and version of the custom resource.
        kind: kind of the custom resource.
        spec: specification of the custom resource.
        pods: the pods that the operator creates.
        images: published images by name.
        unconfined: why the pods violate the restricted Pod Security Standard; empty if they comply with it.
    """

    api_version: str
    kind: str
    spec: Mapping[str, JsonValue]
    pods: tuple[OperatedPods, ...]
    images: Mapping[str, PublishedImage]
    unconfined: str = ""


@dataclass(frozen=True)
class Service:
    """One process of the platform, or several identical ones.

    Args:
        name: name, unique in the stack; also the host name on targets that assign host names.
        kind: last part of the component's Pulumi type, such as `Pulsar`.
        distribution: files that the service runs from.
        command: program and arguments.
        environment: environment variables; never secrets.
        files: text of each configuration file, by path below `@{files}`.
        ports: ports by name.
        volumes: volumes by name.
        secrets: name of the generated secret in each secret file, by the file's name.
        distributions: further distributions by name, such as the programs of DolphinScheduler's tasks.
        health: health check.
        memory: memory limit in MiB.
        directory: working directory; empty if the target chooses it.
        image: image that runs instead of the distribution. Targets without images cannot run such a service.
        open_files: limit of open files; 0 for the target's default.
        stop_grace: seconds between the stop signal and SIGKILL.
        stop_signal: name of the stop signal.
        formerly: name of the service in older revisions, whose process this service replaces; empty for none.
        replicas: number of identical processes. Targets with one machine refuse more than one. Members of a cluster
            that differ, such as by a number, are separate services.
        most_replicas: number up to which a target may add replicas under load; 0 if it may not.
        group: name of the services whose loss at the same time must be avoided, such as the members of a quorum. A
            target runs them on different machines and stops one at a time. Empty: its replicas only.
        cpu: CPU that it needs under its usual load, in thousandths of a core.
        alive: check whose repeated failure means that the process hangs and must be restarted; None checks only that
            the port of `health` accepts connections.
        needs: ports of other services that it connects to. Targets with network policies permit nothing else.
        outside: whether the service connects to HTTP servers outside the stack, on ports 80 and 443.
        outside_ports: further ports outside the stack that the service connects to.
        visits_hosts: whether the service connects to the host names of the stack's services, as users do.
        operated_by: custom resource for targets where an operator runs the service; None if the target itself runs it.
        metrics: metrics that Prometheus collects from the service.
        rereads: secret files that the service reads again at each login, so that a new secret needs no restart.
        collects: what the service collects, if it is the stack's Prometheus.
    """

    name: str
    kind: str
    distribution: Distribution
    command: tuple[str, ...]
    health: HttpGet | TcpAnswer
    memory: int
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, Port] = field(default_factory=dict)
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    directory: str = ""
    image: PublishedImage | None = None
    open_files: int = 0
    stop_grace: int = 10
    stop_signal: Literal["TERM", "INT"] = "TERM"
    formerly: str = ""
    # Targets compare `repr` to detect a changed process. The fields below do not affect the process.
    replicas: int = field(default=1, repr=False)
    most_replicas: int = field(default=0, repr=False)
    group: str = field(default="", repr=False)
    cpu: int = field(default=250, repr=False)
    alive: HttpGet | TcpAnswer | None = field(default=None, repr=False)
    needs: tuple[Need, ...] = field(default=(), repr=False)
    outside: bool = field(default=False, repr=False)
    outside_ports: tuple[int, ...] = field(default=(), repr=False)
    visits_hosts: bool = field(default=False, repr=False)
    operated_by: Operator | None = field(default=None, repr=False)
    metrics: tuple[Metrics, ...] = field(default=(), repr=False)
    rereads: tuple[str, ...] = field(default=(), repr=False)
    collects: Collection | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Endpoint:
    """Address of a port of a running service."""

    scheme: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """`scheme://host:port`."""
        return f"{self.scheme}://{self.address}"


@dataclass(frozen=True)
class Instances:
    """Where each process behind a port of a service is reached, such as for its metrics.

    Args:
        endpoints: an endpoint for each process.
        looked_up: whether Prometheus finds the processes by DNS, because their number changes. Then there is one
            endpoint, whose host has a DNS record for each process.
    """

    endpoints: tuple[Endpoint, ...]
    looked_up: bool = False


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders of `text`.

    Raises:
        UnknownPlaceholder: a placeholder has no value; the message names it and the known placeholders.
    """
    return placeholders.fill(text, values, mark="@")
