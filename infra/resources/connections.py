"""Addresses and secrets of the running services, which providers look up for each operation.

The inputs of a resource inside a service contain only the service's name. A changed port or password therefore does not
change the resource, and `read` and `delete`, which get recorded properties only, use the current address.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi import ResourceOptions
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.shared.files import write_private
from apps.shared.polling import Pending, poll
from infra import forwarding, rotation
from infra.forwarding import Forward
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.pulsar.tokens import sign
from infra.resources.secrets_file import stored
from infra.services.model import Endpoint
from infra.services.pulsar_roles import TOKEN_KEY, is_token, role
from infra.state import StackState

if TYPE_CHECKING:
    from infra.services.postgres import Database
    from infra.targets.base import Running


class ConnectionsMissing(Exception):
    """The stack has no connections on this machine yet."""


class _EndpointModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str
    host: str
    port: int

    def endpoint(self) -> Endpoint:
        """The endpoint as the services model defines it."""
        return Endpoint(self.scheme, self.host, self.port)


class MetadataDatabase(BaseModel):
    """Database, role and encryption of DolphinScheduler's metadata; see `infra.services.postgres.Database`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    user: str
    ssl_mode: str


OWN_DATABASE = MetadataDatabase(name="dolphinscheduler", user="dolphinscheduler", ssl_mode="prefer")
"""The database in the stack's own PostgreSQL."""


class HealthUrl(BaseModel):
    """The health check of a service, as in `infra.resources.health.Check`: status 200 and a body with `contains`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    contains: str
    send: str = ""


class Connections(BaseModel):
    """Endpoints by service and port, secrets by name, and secret files and health check of each service.

    `endpoints` are the addresses for the operator; `inside` are the addresses for other services, if they differ.
    `forwards` are those ports of this machine that are forwarded into a cluster. `metadata` is the database of
    DolphinScheduler in the server of the endpoint `postgres`. `secrets`, `previous` and `created`
    are those of `secrets.json`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoints: dict[str, dict[str, _EndpointModel]]
    inside: dict[str, dict[str, _EndpointModel]] = {}
    secrets: dict[str, str] = {}
    previous: dict[str, str] = {}
    created: dict[str, str] = {}
    secret_files: dict[str, dict[str, str]]
    health: dict[str, HealthUrl]
    forwards: list[Forward] = []
    metadata: MetadataDatabase = OWN_DATABASE

    def endpoint(self, service: str, port: str) -> Endpoint:
        """The address of a service's port for the operator."""
        return self.endpoints[service][port].endpoint()

    def endpoint_inside(self, service: str, port: str) -> Endpoint:
        """The address of a service's port for other services."""
        return self.inside.get(service, self.endpoints[service])[port].endpoint()

    def token(self, name: str) -> str:
        """The token that Pulsar accepts, by the name of its secret.

        While the key is rotated, the token is signed with the old key. Pulsar accepts such a token before and after it
        gets the new key.
        """
        key = self.previous.get(TOKEN_KEY)
        return sign(key, role(name)) if key else self.secrets[name]


class ConnectionsInputs(Inputs):
    """The content of `connections.json`. Earlier revisions recorded secrets in it."""

    stack: str
    endpoints: dict[str, dict[str, _EndpointModel]]
    inside: dict[str, dict[str, _EndpointModel]] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)
    secret_files: dict[str, dict[str, str]]
    health: dict[str, HealthUrl]
    forwards: list[Forward] = Field(default_factory=list)
    metadata: MetadataDatabase = OWN_DATABASE

    def document(self) -> str:
        """The text of the file."""
        return self.model_dump_json(indent=2, exclude={"stack"}) + "\n"


def load(stack: str, wait: float = 15.0) -> Connections:
    """Read the connections and secrets of a stack.

    During a refresh a file may be missing briefly, because it is restored from the state in parallel with the refresh
    of other resources. Therefore this function waits for it.

    Args:
        stack: name of the stack.
        wait: seconds to wait for the file.

    Raises:
        ConnectionsMissing: a file does not exist or is damaged.
        TimeoutError: the process that forwards ports into a cluster does not start.
        NeverReady: that process ended with an error.
    """
    problem = ""

    def look() -> Connections | Pending:
        nonlocal problem
        path = StackState(stack).connections
        try:
            found = Connections.model_validate_json(path.read_text())
            path = StackState(stack).secrets
            secrets = stored(stack)
        except FileNotFoundError:
            problem = f"{path} is missing"
        except ValidationError as error:
            problem = f"{path} is damaged ({error.errors(include_input=False)[0]['msg']})"
        else:
            if secrets is not None:
                return found.model_copy(update=dict(secrets))
            if found.secrets:
                return found
            problem = f"{path} is missing"
        return Pending(problem)

    try:
        found = poll(look, within=wait, what=f"the connections of stack {stack}")
    except TimeoutError:
        raise ConnectionsMissing(f"{problem}: run `make up STACK={stack}`") from None
    forwarding.ensure(stack, found.forwards)
    return found


def forwards(stack: str) -> list[Forward]:
    """The ports of this machine that are forwarded into a cluster; empty on other targets and before the deployment."""
    try:
        return Connections.model_validate_json(StackState(stack).connections.read_bytes()).forwards
    except (FileNotFoundError, ValidationError):
        return []


def token_file(stack: str, token: str) -> Path:
    """Write the token of a Pulsar role to a file that only its owner can read.

    On a command line, the token would be visible to all users. During the first deployment of a rotation it is the old
    token; see `Connections.token`.

    Args:
        stack: name of the stack.
        token: name of the token's secret, such as `pulsar-admin`.

    Raises:
        ConnectionsMissing: the stack is not deployed on this machine.
    """
    path = StackState(stack).token(role(token))
    known, current = load(stack, wait=0), rotation.load(stack)
    has_new = current is not None and (current.keep_old or current.forget)
    write_private(path, known.secrets[token] if has_new else known.token(token))
    return path


def renew_token_files(stack: str) -> None:
    """Write the current tokens into the files of `token_file`, from which producers read them at each connection.

    Call it when the brokers accept the current tokens. During a rotation of Pulsar's key, call it after the first
    deployment: until then, brokers may accept only tokens of the previous key.

    Raises:
        ConnectionsMissing: the stack is not deployed on this machine.
    """
    for name, value in load(stack, wait=0).secrets.items():
        if is_token(name) and (path := StackState(stack).token(role(name))).is_file() and path.read_text() != value:
            write_private(path, value)


class ConnectionsProvider(Provider[ConnectionsInputs]):
    """Writes `connections.json`."""

    model = ConnectionsInputs
    replace_on = ("stack",)

    def identity(self, inputs: ConnectionsInputs) -> str:
        """One file per stack."""
        return f"{inputs.stack}/connections"

    def apply(self, inputs: ConnectionsInputs, previous: ConnectionsInputs | None) -> None:
        """Write the file."""
        write_private(StackState(inputs.stack).connections, inputs.document())

    def find_drift(self, inputs: ConnectionsInputs) -> list[str]:
        """Write a missing or different file and report no drift: other resources need the file during the refresh."""
        path = StackState(inputs.stack).connections
        if not path.exists() or path.read_text() != inputs.document():
            write_private(path, inputs.document())
        return []

    def remove(self, inputs: ConnectionsInputs) -> None:
        """Delete the file."""
        StackState(inputs.stack).connections.unlink(missing_ok=True)


class ConnectionsFile(DynamicResource, module="kappastack", name="Connections"):
    """The file `connections.json` of a stack."""

    provider = ConnectionsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        running: Sequence["Running"],
        database: "Database",
        opts: ResourceOptions | None = None,
    ) -> None:
        """`running` are the services, `database` is that of DolphinScheduler's metadata."""
        # An external server has one address for all its clients, and no resource in the stack.
        server = {"postgres": {"sql": vars(database.endpoint)}} if database.external else {}
        used = {"name": database.name, "user": database.user, "ssl_mode": database.ssl_mode}
        super().__init__(
            name,
            {
                "stack": stack,
                "endpoints": {
                    each.service.name: {port: vars(endpoint) for port, endpoint in each.operator_endpoints.items()}
                    for each in running
                }
                | server,
                "inside": {
                    each.service.name: {port: vars(endpoint) for port, endpoint in each.endpoints.items()}
                    for each in running
                },
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
                # The key exists only with an external database, so that resources of older revisions do not change.
                **({"metadata": used} if database.external else {}),
            },
            opts,
        )
