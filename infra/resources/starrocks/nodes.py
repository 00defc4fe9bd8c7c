"""The members of a StarRocks cluster, as its first frontend knows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulumi import Input, ResourceOptions
from pydantic import Field

from apps.shared.polling import wait_until
from apps.shared.starrocks import StarRocksError
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session

_JOIN_SECONDS = 300
_LEAVE_SECONDS = 3600
"""Data are moved before a backend leaves. Where that takes longer, the next `up` continues to wait."""
_LOOK_EVERY = 1.0


class NodesInputs(Inputs):
    """Followers and backends by `host:port`, as the frontends call them, and what changes with each node's process."""

    stack: str
    service: str
    followers: list[str]
    backends: list[str]
    instances: dict[str, str] = Field(default_factory=dict)


class NodesProvider(Provider[NodesInputs]):
    """Adds missing nodes and waits until all of them are alive."""

    model = NodesInputs
    replace_on = ("stack", "service")

    def identity(self, inputs: NodesInputs) -> str:
        """One a cluster."""
        return f"{inputs.stack}/{inputs.service}/nodes"

    def apply(self, inputs: NodesInputs, previous: NodesInputs | None) -> None:
        """Add missing nodes; remove those that left the settings, a backend after its data were moved.

        Raises:
            StarRocksError: it refused to let a node leave.
            TimeoutError: a node did not come alive, or leave, in time; the message names it.
        """

        def wait(ready: Callable[[], list[str]], within: float) -> None:
            # A frontend that has just started, or whose name does not resolve yet, is waited for.
            wait_until(
                lambda: "; ".join(_patient(ready)), within=within, what="the cluster of StarRocks", pause=_LOOK_EVERY
            )

        wait(lambda: _join(inputs), _JOIN_SECONDS)
        if previous is not None:
            followers = sorted(set(previous.followers) - set(inputs.followers))
            backends = sorted(set(previous.backends) - set(inputs.backends))
            _leave(inputs, followers, backends)
            wait(lambda: _still_there(inputs, followers, backends), _LEAVE_SECONDS)

    def find_drift(self, inputs: NodesInputs) -> list[str]:
        """Nodes that are not members, not alive, or about to leave."""

        def look() -> list[str]:
            with session(inputs.stack, inputs.service, "root") as root:
                return _complaints(inputs, members(root))

        try:
            return _patient(look)
        except connections.ConnectionsMissing as error:
            return [str(error)]

    def remove(self, inputs: NodesInputs) -> None:
        """Membership goes with the frontends' metadata."""


class Tables(Protocol):
    """A session with rows by column name."""

    def query(self, statement: str) -> Sequence[Mapping[str, object]]:
        """Run a statement."""


@dataclass(frozen=True)
class Member:
    """A node as the frontends see it.

    Args:
        alive: whether it answered the last heartbeat.
        leaving: whether its data are being moved to others.
        tablets: how many pieces of tables it holds.
    """

    alive: bool
    leaving: bool = False
    tablets: int = 0


@dataclass(frozen=True)
class Members:
    """Frontends by `host:edit-log port` and backends by `host:heartbeat port`."""

    frontends: Mapping[str, Member]
    backends: Mapping[str, Member]


def members(root: Tables) -> Members:
    """The members of the cluster.

    The columns are those of StarRocks' manual, "SHOW FRONTENDS" and "SHOW BACKENDS", found by name: 3.5 put one more
    in front. `IP` holds the name that a node was added by.
    """
    frontends = root.query("SHOW FRONTENDS")
    backends = root.query("SHOW BACKENDS")
    return Members(
        {f"{row['IP']}:{row['EditLogPort']}": Member(row["Alive"] == "true") for row in frontends},
        {
            f"{row['IP']}:{row['HeartbeatPort']}": Member(
                row["Alive"] == "true", row["SystemDecommissioned"] == "true", int(str(row["TabletNum"]))
            )
            for row in backends
        },
    )


def _patient(look: Callable[[], list[str]]) -> list[str]:
    """The complaints of a look; a refusal is a complaint too."""
    try:
        return look()
    except StarRocksError as error:
        return [str(error)]


def _join(inputs: NodesInputs) -> list[str]:
    """Add missing nodes; complaints about those that are not alive yet."""
    with session(inputs.stack, inputs.service, "root") as root:
        found = members(root)
        for node in inputs.followers:
            if node not in found.frontends:
                root.execute(f'ALTER SYSTEM ADD FOLLOWER "{node}"')
        for node in inputs.backends:
            if node not in found.backends:
                root.execute(f'ALTER SYSTEM ADD BACKEND "{node}"')
            elif found.backends[node].leaving:
                root.execute(f'CANCEL DECOMMISSION BACKEND "{node}"')
        return _complaints(inputs, members(root))


def _complaints(inputs: NodesInputs, found: Members) -> list[str]:
    desired = [("frontend", node, found.frontends.get(node)) for node in inputs.followers]
    desired += [("backend", node, found.backends.get(node)) for node in inputs.backends]
    complaints = []
    for kind, node, member in desired:
        if member is None:
            complaints.append(f"{kind} {node} is no member")
        elif not member.alive:
            complaints.append(f"{kind} {node} is not alive")
        elif member.leaving:
            complaints.append(f"{kind} {node} is about to leave")
    return complaints


def _leave(inputs: NodesInputs, followers: Sequence[str], backends: Sequence[str]) -> None:
    """Remove nodes that are still members. StarRocks refuses where tables need as many backends as there are."""
    with session(inputs.stack, inputs.service, "root") as root:
        found = members(root)
        for node in followers:
            if node in found.frontends:
                root.execute(f'ALTER SYSTEM DROP FOLLOWER "{node}"')
        for node in backends:
            if node in found.backends and not found.backends[node].leaving:
                root.execute(f'ALTER SYSTEM DECOMMISSION BACKEND "{node}"')


def _still_there(inputs: NodesInputs, followers: Sequence[str], backends: Sequence[str]) -> list[str]:
    """Nodes that have not left: their containers and volumes must stay until then."""
    with session(inputs.stack, inputs.service, "root") as root:
        found = members(root)
    return [
        *(f"frontend {node} is still a member" for node in followers if node in found.frontends),
        *(
            f"backend {node} still holds {found.backends[node].tablets} tablets"
            for node in backends
            if node in found.backends
        ),
    ]


class StarRocksNodes(DynamicResource, module="kappastack", name="StarRocksNodes"):
    """A cluster with all of its members."""

    provider = NodesProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        followers: Sequence[str],
        backends: Sequence[str],
        instances: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Pass the inputs to the provider.

        Args:
            name: of the resource.
            stack: the stack.
            service: the first frontend.
            followers: the other frontends as `host:port`.
            backends: as `host:port`.
            instances: of all nodes: a changed one is waited for, since no other resource checks the nodes of a cluster.
            opts: of the resource.
        """
        super().__init__(
            name,
            {
                "stack": stack,
                "service": service,
                "followers": list(followers),
                "backends": list(backends),
                "instances": dict(instances),
            },
            opts,
        )
