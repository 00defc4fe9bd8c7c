"""The description of a service: what it is made of and how it is run, with no word about where.

Text in `command`, `environment` and `files` may hold placeholders that each target fills:

| placeholder        | is                                                       |
|--------------------|----------------------------------------------------------|
| `@{dist}`          | the folder of the distribution                           |
| `@{dist.NAME}`     | the folder of a further distribution                     |
| `@{files}`         | the folder that holds `files`                            |
| `@{volume.NAME}`   | the folder of a volume                                   |
| `@{secrets}`       | the folder that holds the secrets' files                 |
| `@{secret.NAME}`   | the file that holds a secret                             |
| `@{port.NAME}`     | the number of a port                                     |
| `@{host}`          | the address to bind                                      |
| `@{interfaces}`    | a pattern of the addresses to bind, as Hazelcast has it  |
| `@{advertised}`    | the address under which others reach the service         |
| `@{outside.NAME}`  | address and port of a port as the operator reaches it    |
| `@{tmp}`           | a folder for temporary files                             |
| `@{java}`          | a Java 17 executable                                     |
| `@{python}`        | a Python interpreter without packages                    |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from apps.shared import placeholders
from infra.distributions import Distribution


@dataclass(frozen=True)
class Port:
    """A TCP port.

    Args:
        number: before any offset.
        scheme: of its URLs.
        public: whether people outside need it.
        internal: whether the service's own parts alone use it; nobody outside the stack's network gets to it then.
        entrance: another port of the service, through which those outside the stack's network come to this one: a
            service that tells its clients where to go on tells those who come in there another address.
    """

    number: int
    scheme: str = "http"
    public: bool = False
    internal: bool = False
    entrance: str = ""


@dataclass(frozen=True)
class Volume:
    """A folder whose content outlives the process.

    Args:
        size: such as `10Gi`, what a cluster reserves.
        path: where a published image wants it; empty for where the target puts it.
        service: whose volume of the same name it is, where several services share one; empty for the service's own.
    """

    size: str
    path: str = ""
    service: str = ""


@dataclass(frozen=True)
class PublishedImage:
    """An image that somebody else publishes, run as it is: as its own user, and with a root file system of its own."""

    reference: str


@dataclass(frozen=True)
class HttpGet:
    """A health check: GET `path` on `port` answers 200 and, where `contains` is set, holds that text."""

    port: str
    path: str
    start_within: float
    contains: str = ""


@dataclass(frozen=True)
class TcpAnswer:
    """A health check of a service without HTTP: to the bytes `send` (hexadecimal), `port` answers bytes that hold
    `contains` (ASCII)."""

    port: str
    send: str
    start_within: float
    contains: str
    path: str = ""


@dataclass(frozen=True)
class Service:
    """One process of the platform.

    Args:
        name: unique in the stack; also its host name where the target gives names.
        kind: the last part of the component's type, such as `Pulsar`.
        distribution: the bytes that run.
        command: program and arguments.
        environment: variables; never a secret.
        files: configuration files by path below `@{files}`.
        ports: by name.
        volumes: by name.
        secrets: secret files by name, each with the name of the generated secret that it holds.
        distributions: further distributions by name: what the service runs for others, such as the programs of tasks.
        health: when it counts as up.
        memory: the most it may take, in MiB.
        directory: where it is started; empty for a folder that means nothing.
        image: what runs instead of the distribution, on targets that run images; others cannot run such a service.
        open_files: how many files it may have open; 0 for what the target gives.
        stop_grace: seconds between asking it to stop and killing it.
        stop_signal: what asks it to stop.
        formerly: name that it had in older revisions, whose process it replaces; empty for none.
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


@dataclass(frozen=True)
class Endpoint:
    """Where a port of a running service is reached by others."""

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


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders of `text`.

    Raises:
        UnknownPlaceholder: a placeholder that has no value; the message names it and those that exist.
    """
    return placeholders.fill(text, values, mark="@")
