"""The members of a StarRocks cluster, as listed by its first frontend."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulumi import Input, ResourceOptions
from pydantic import Field

from apps.shared.polling import wait_until
from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session

_JOIN_SECONDS = 300
_LEAVE_SECONDS = 3600
"""Time limit for moving a backend's data before it is removed.

If moving takes longer, the next `up` continues to wait.
"""
_LOOK_EVERY = 1.0


class NodesInputs(Inputs):
    """Followers and backends by `host:port`, as the frontends list them, and the instance of each node's process."""

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
        """One resource per cluster."""
        return f"{inputs.stack}/{inputs.service}/nodes"

    def apply(self, inputs: NodesInputs, previous: NodesInputs | None) -> None:
        """Add missing nodes, and remove nodes that were deleted from the settings; a backend's data are moved first.

        Raises:
            StarRocksError: StarRocks refused to remove a node.
            TimeoutError: a node was not alive or not removed in time; the message names it.
        """

        def wait(ready: Callable[[], list[str]], within: float) -> None:
            # Wait for a frontend that has just started, or whose name does not resolve yet.
            wait_until(
                lambda: "; ".join(_problems_or_error(ready)),
                within=within,
                what="the cluster of StarRocks",
                pause=_LOOK_EVERY,
            )

        wait(lambda: _join(inputs), _JOIN_SECONDS)
        if previous is not None:
            followers = sorted(set(previous.followers) - set(inputs.followers))
            backends = sorted(set(previous.backends) - set(inputs.backends))
            _leave(inputs, followers, backends)
            wait(lambda: _still_there(inputs, followers, backends), _LEAVE_SECONDS)

    def find_drift(self, inputs: NodesInputs) -> list[str]:
        """Report nodes that are not members, not alive, or being removed, and members that are not declared."""

        def look() -> list[str]:
            with session(inputs.stack, inputs.service, "root") as root:
                found = members(root)
                others = other_members(root)
            return [*_problems(inputs, found), *_undeclared(inputs, found), *others]

        try:
            return _problems_or_error(look)
        except connections.ConnectionsMissing as error:
            return [str(error)]

    def remove(self, inputs: NodesInputs) -> None:
        """Do nothing: membership is part of the frontends' metadata."""


class Tables(Protocol):
    """A session that returns rows by column name."""

    def query(self, statement: str) -> Sequence[Mapping[str, object]]:
        """Run a statement."""


@dataclass(frozen=True)
class Member:
    """A node, as the frontends list it.

    Args:
        alive: whether the node responded to the last heartbeat.
        leaving: whether its data are being moved to other nodes.
        tablets: number of its tablets.
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

    Source of the columns: StarRocks manual, "SHOW FRONTENDS" and "SHOW BACKENDS". They are found by name, because
    version 3.5 has an additional first column. `IP` contains the name by which a node was added.
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


def _problems_or_error(look: Callable[[], list[str]]) -> list[str]:
    """Call a check; return its error messages, or that of a StarRocks error."""
    try:
        return look()
    except StarRocksError as error:
        return [str(error)]


def _join(inputs: NodesInputs) -> list[str]:
    """Add missing nodes; return a message for each node that is not alive yet."""
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
        return _problems(inputs, members(root))


def _problems(inputs: NodesInputs, found: Members) -> list[str]:
    desired = [("frontend", node, found.frontends.get(node)) for node in inputs.followers]
    desired += [("backend", node, found.backends.get(node)) for node in inputs.backends]
    problems = []
    for kind, node, member in desired:
        if member is None:
            problems.append(f"{kind} {node} is not a member")
        elif not member.alive:
            problems.append(f"{kind} {node} is not alive")
        elif member.leaving:
            problems.append(f"{kind} {node} is being removed")
    return problems


def other_members(root: Tables) -> list[str]:
    """A message for each compute node and broker. No cluster of this project has any, so a person added them.

    Source of the columns: StarRocks manual, "SHOW COMPUTE NODES" and "SHOW BROKER".
    """
    nodes = [f"compute node {row['IP']}:{row['HeartbeatPort']}" for row in root.query("SHOW COMPUTE NODES")]
    brokers = [f"broker {row['Name']} {row['IP']}:{row['Port']}" for row in root.query("SHOW BROKER")]
    return [f"{each} is a member, but not declared" for each in (*nodes, *brokers)]


def _undeclared(inputs: NodesInputs, found: Members) -> list[str]:
    """A message for each frontend, also an observer, and each backend that a person added."""
    others = [node for node in found.frontends if node not in inputs.followers]
    # One of them is the first frontend. Its host is the service's name.
    frontends = [node for node in others if len(others) > 1 and node.split(":")[0] != inputs.service]
    backends = [node for node in found.backends if node not in inputs.backends]
    return [
        *(f"frontend {node} is a member, but not declared" for node in frontends),
        *(f"backend {node} is a member, but not declared" for node in backends),
    ]


def _leave(inputs: NodesInputs, followers: Sequence[str], backends: Sequence[str]) -> None:
    """Remove nodes that are still members. StarRocks refuses if tables need the current number of backends."""
    with session(inputs.stack, inputs.service, "root") as root:
        found = members(root)
        for node in followers:
            if node in found.frontends:
                root.execute(f'ALTER SYSTEM DROP FOLLOWER "{node}"')
        for node in backends:
            if node in found.backends and not found.backends[node].leaving:
                root.execute(f'ALTER SYSTEM DECOMMISSION BACKEND "{node}"')


def _still_there(inputs: NodesInputs, followers: Sequence[str], backends: Sequence[str]) -> list[str]:
    """A message for each node that is still a member; its container and volumes must stay until it is removed."""
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
    """The members of a StarRocks cluster."""

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
        """Declare the members.

        Args:
            name: name of the resource.
            stack: name of the stack.
            service: service of the first frontend.
            followers: the other frontends as `host:port`.
            backends: backends as `host:port`.
            instances: instances of all nodes. This resource waits for a changed one, because no other resource checks
                the nodes of a cluster.
            opts: resource options.
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
