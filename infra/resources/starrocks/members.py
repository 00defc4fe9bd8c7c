"""Checks that all nodes of a StarRocks cluster on Kubernetes run and have all replicas of its data.

The nodes are pods that an operator starts.
"""

from collections.abc import Iterator

from pulumi import Input, ResourceOptions

from apps.shared.polling import wait_until
from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session
from infra.resources.starrocks.nodes import Tables, members, other_members

_START_SECONDS = 1800
_LOOK_EVERY = 2.0


class MembersInputs(Inputs):
    """Numbers of nodes. `instance` changes with the nodes' processes; the resource then waits for them again."""

    stack: str
    service: str
    frontends: int
    backends: int
    instance: str


class MembersProvider(Provider[MembersInputs]):
    """Waits until all nodes are alive and every tablet has all replicas."""

    model = MembersInputs
    replace_on = ("stack", "service")

    def identity(self, inputs: MembersInputs) -> str:
        """One resource per cluster."""
        return f"{inputs.stack}/{inputs.service}/members"

    def apply(self, inputs: MembersInputs, previous: MembersInputs | None) -> None:
        """Wait for nodes and replicas.

        Raises:
            TimeoutError: nodes or replicas are still missing; the message names them.
        """
        wait_until(
            lambda: "; ".join(self._look(inputs)),
            within=_START_SECONDS,
            what="the cluster of StarRocks",
            pause=_LOOK_EVERY,
        )

    def find_drift(self, inputs: MembersInputs) -> list[str]:
        """Report missing nodes and replicas, and members that are not declared."""
        try:
            return self._look(inputs, with_others=True)
        except connections.ConnectionsMissing as error:
            return [str(error)]

    def remove(self, inputs: MembersInputs) -> None:
        """Do nothing: the operator removes the nodes."""

    @staticmethod
    def _look(inputs: MembersInputs, *, with_others: bool = False) -> list[str]:
        declared = {"frontends": inputs.frontends, "backends": inputs.backends}
        try:
            with session(inputs.stack, inputs.service, "root") as root:
                found = list(problems(root, **declared))
                return [*found, *undeclared(root, **declared)] if with_others else found
        except StarRocksError as error:
            return [str(error)]


def problems(root: Tables, *, frontends: int, backends: int) -> Iterator[str]:
    """Yield a message for each missing node or replica of a cluster.

    The columns of the statistic are those of StarRocks' manual, "SHOW PROC", `/statistic`.

    Args:
        root: a session of user root.
        frontends: number of frontends that must be alive.
        backends: number of backends that must be alive.
    """
    found = members(root)
    for kind, wanted, nodes in (("frontends", frontends, found.frontends), ("backends", backends, found.backends)):
        alive = sum(node.alive and not node.leaving for node in nodes.values())
        if alive != wanted:
            yield f"{alive} of {wanted} {kind} are alive"
    for row in root.query("SHOW PROC '/statistic'"):
        unhealthy = int(str(row["UnhealthyTabletNum"]))
        if row["DbName"] and unhealthy:
            yield f"{unhealthy} tablets of database {row['DbName']} lack a replica"


def undeclared(root: Tables, *, frontends: int, backends: int) -> Iterator[str]:
    """Yield a message for each kind of node with more members than declared, and for each compute node and broker.

    The operator chooses the names of the nodes, so a message lists all nodes of its kind. A deployment does not wait
    until these members are gone: after a reduction, a removed backend remains a member until a person drops it.
    """
    found = members(root)
    for kind, wanted, nodes in (("frontends", frontends, found.frontends), ("backends", backends, found.backends)):
        if len(nodes) > wanted:
            yield f"the cluster has {len(nodes)} {kind} instead of {wanted}: {', '.join(sorted(nodes))}"
    yield from other_members(root)


class StarRocksMembers(DynamicResource, module="kappastack", name="StarRocksMembers"):
    """Waits for all nodes and replicas of a StarRocks cluster that an operator runs, and reports drift."""

    provider = MembersProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        frontends: int,
        backends: int,
        instance: Input[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Pass the inputs to the provider."""
        super().__init__(
            name,
            {"stack": stack, "service": service, "frontends": frontends, "backends": backends, "instance": instance},
            opts,
        )
