"""The members of a StarRocks cluster, as its first frontend knows them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pulumi import ResourceOptions

from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks import StarRocksError, session, wait_for

_JOIN_SECONDS = 300


class NodesInputs(Inputs):
    """Followers and backends by `host:port`, as the frontends call them."""

    stack: str
    service: str
    followers: list[str]
    backends: list[str]


class NodesProvider(Provider[NodesInputs]):
    """Has nodes join that are not members yet, and waits until all of them are alive."""

    model = NodesInputs
    replace_on = ("stack", "service")

    def identity(self, inputs: NodesInputs) -> str:
        """One a cluster."""
        return f"{inputs.stack}/{inputs.service}/nodes"

    def apply(self, inputs: NodesInputs, previous: NodesInputs | None) -> None:
        """Add what is missing; what was taken out of the settings leaves, a backend once its data are elsewhere.

        Raises:
            StarRocksError: a statement was refused.
            TimeoutError: a node did not come alive in time; the message names it.
        """
        wait_for(inputs.stack, inputs.service, within=_JOIN_SECONDS)
        with session(inputs.stack, inputs.service, "root") as root:
            followers, backends = members(root)
            for node in inputs.followers:
                if node not in followers:
                    root.execute(f'ALTER SYSTEM ADD FOLLOWER "{node}"')
            for node in inputs.backends:
                if node not in backends:
                    root.execute(f'ALTER SYSTEM ADD BACKEND "{node}"')
            if previous is not None:
                for node in sorted(set(previous.followers) - set(inputs.followers)):
                    root.execute(f'ALTER SYSTEM DROP FOLLOWER "{node}"')
                for node in sorted(set(previous.backends) - set(inputs.backends)):
                    root.execute(f'ALTER SYSTEM DECOMMISSION BACKEND "{node}"')
        connections.wait_until(
            lambda: "; ".join(self.find_drift(inputs)), within=_JOIN_SECONDS, what="the cluster of StarRocks"
        )

    def find_drift(self, inputs: NodesInputs) -> list[str]:
        """Nodes that are not members, or not alive."""
        try:
            with session(inputs.stack, inputs.service, "root") as root:
                followers, backends = members(root)
        except (StarRocksError, connections.ConnectionsMissing) as error:
            return [str(error)]
        wanted = [("frontend", node, followers) for node in inputs.followers]
        wanted += [("backend", node, backends) for node in inputs.backends]
        drift = []
        for kind, node, known in wanted:
            if node not in known:
                drift.append(f"{kind} {node} is no member")
            elif not known[node]:
                drift.append(f"{kind} {node} is not alive")
        return drift

    def remove(self, inputs: NodesInputs) -> None:
        """Membership goes with the frontends' metadata."""


class Tables(Protocol):
    """A session that hands on rows by the names of their columns."""

    def table(self, statement: str) -> Sequence[Mapping[str, object]]:
        """Run a statement."""


def members(root: Tables) -> tuple[dict[str, bool], dict[str, bool]]:
    """Frontends by `host:edit-log port` and backends by `host:heartbeat port`, each with whether it is alive.

    The columns are those of StarRocks' manual, "SHOW FRONTENDS" and "SHOW BACKENDS", found by name.
    """
    frontends = root.table("SHOW FRONTENDS")
    backends = root.table("SHOW BACKENDS")
    return (
        {f"{row['IP']}:{row['EditLogPort']}": row["Alive"] == "true" for row in frontends},
        {f"{row['IP']}:{row['HeartbeatPort']}": row["Alive"] == "true" for row in backends},
    )


class StarRocksNodes(DynamicResource, module="kappastack", name="StarRocksNodes"):
    """A cluster whose members are all there."""

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        followers: Sequence[str],
        backends: Sequence[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`service` is the first frontend; the others and the backends are given as `host:port`."""
        super().__init__(
            NodesProvider,
            name,
            {"stack": stack, "service": service, "followers": list(followers), "backends": list(backends)},
            opts,
        )
