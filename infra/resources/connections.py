"""Addresses and secrets of the running services, looked up whenever a provider works on a resource.

The inputs of a resource inside a service hold only the service's name. So a changed port or password does not change
the resource, and `read` and `delete`, which get recorded properties only, find the current address.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi import Input, ResourceOptions
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.shared.files import write_private
from apps.shared.polling import Pending, poll
from infra import forwarding
from infra.forwarding import Forward
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.services.model import Endpoint
from infra.services.pulsar_roles import role
from infra.state import StackState

if TYPE_CHECKING:
    from infra.targets.base import Running


class ConnectionsMissing(Exception):
    """The stack has no connections on this machine yet."""


class _EndpointModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str
    host: str
    port: int

    def endpoint(self) -> Endpoint:
        """The endpoint."""
        return Endpoint(self.scheme, self.host, self.port)


class HealthUrl(BaseModel):
    """The health check of a service: the answer is 200 and holds `contains`; see `infra.resources.health.Check`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    contains: str
    send: str = ""


class Connections(BaseModel):
    """Endpoints by service and port, secrets by name, and for each service its secret files and its health.

    `endpoints` are as the operator reaches them, `inside` as other services do, where that differs. `forwards` are the
    ports of this machine among them that lead into a cluster.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoints: dict[str, dict[str, _EndpointModel]]
    inside: dict[str, dict[str, _EndpointModel]] = {}
    secrets: dict[str, str]
    secret_files: dict[str, dict[str, str]]
    health: dict[str, HealthUrl]
    forwards: list[Forward] = []

    def endpoint(self, service: str, port: str) -> Endpoint:
        """Where a port of a service is."""
        return self.endpoints[service][port].endpoint()

    def endpoint_inside(self, service: str, port: str) -> Endpoint:
        """Where other services reach a port of a service."""
        return self.inside.get(service, self.endpoints[service])[port].endpoint()


class ConnectionsInputs(Inputs):
    """The content of `connections.json`."""

    stack: str
    endpoints: dict[str, dict[str, _EndpointModel]]
    inside: dict[str, dict[str, _EndpointModel]] = Field(default_factory=dict)
    secrets: dict[str, str]
    secret_files: dict[str, dict[str, str]]
    health: dict[str, HealthUrl]
    forwards: list[Forward] = Field(default_factory=list)

    def document(self) -> str:
        """The file's text."""
        return self.model_dump_json(indent=2, exclude={"stack"}) + "\n"


def load(stack: str, wait: float = 15.0) -> Connections:
    """The connections of a stack.

    While a refresh runs, the file may be on its way: it is rewritten from the state at the same time as others are
    read, so it is waited for.

    Args:
        stack: its name.
        wait: seconds.

    Raises:
        ConnectionsMissing: there is no such file.
        TimeoutError: ports of this machine that lead into a cluster could not be opened.
    """
    path = StackState(stack).connections
    problem = ""

    def look() -> Connections | Pending:
        nonlocal problem
        try:
            return Connections.model_validate_json(path.read_text())
        except FileNotFoundError:
            problem = "is missing"
        except ValidationError as error:
            problem = f"is damaged ({error.errors(include_input=False)[0]['msg']})"
        return Pending(problem)

    try:
        found = poll(look, within=wait, what=str(path))
    except TimeoutError:
        raise ConnectionsMissing(f"{path} {problem}: run `make up STACK={stack}`") from None
    forwarding.ensure(stack, found.forwards)
    return found


def token_file(stack: str, token: str) -> Path:
    """A file that only its owner reads, with the token of one of Pulsar's roles: on a command line everybody reads it.

    Args:
        stack: its name.
        token: name of the secret, such as `pulsar-admin`.

    Raises:
        ConnectionsMissing: the stack is not deployed here.
    """
    path = StackState(stack).token(role(token))
    write_private(path, load(stack, wait=0).secrets[token])
    return path


class ConnectionsProvider(Provider[ConnectionsInputs]):
    """Writes `connections.json`."""

    model = ConnectionsInputs
    replace_on = ("stack",)

    def identity(self, inputs: ConnectionsInputs) -> str:
        """One a stack."""
        return f"{inputs.stack}/connections"

    def apply(self, inputs: ConnectionsInputs, previous: ConnectionsInputs | None) -> None:
        """Write it."""
        write_private(StackState(inputs.stack).connections, inputs.document())

    def find_drift(self, inputs: ConnectionsInputs) -> list[str]:
        """None: a missing or different file is written at once, since other resources of the refresh need it."""
        path = StackState(inputs.stack).connections
        if not path.exists() or path.read_text() != inputs.document():
            write_private(path, inputs.document())
        return []

    def remove(self, inputs: ConnectionsInputs) -> None:
        """Delete it."""
        StackState(inputs.stack).connections.unlink(missing_ok=True)


class ConnectionsFile(DynamicResource, module="kappastack", name="Connections"):
    """The file itself."""

    provider = ConnectionsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        running: Sequence["Running"],
        secrets: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`running` are the services; `secrets` all that were generated, by name."""
        super().__init__(
            name,
            {
                "stack": stack,
                "endpoints": {
                    each.service.name: {port: vars(endpoint) for port, endpoint in each.operator_endpoints.items()}
                    for each in running
                },
                "inside": {
                    each.service.name: {port: vars(endpoint) for port, endpoint in each.endpoints.items()}
                    for each in running
                },
                "secrets": dict(secrets),
                "forwards": [each.model_dump() for running_ in running for each in running_.forwards],
                "secret_files": {each.service.name: dict(each.secret_files) for each in running},
                "health": {
                    each.service.name: {
                        "url": each.health_url,
                        "contains": each.service.health.contains,
                        "send": each.health_send,
                    }
                    for each in running
                },
            },
            ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["secrets"])),
        )
