"""Composes StarRocks: the emulator, nodes that the deployment joins, or a cluster that an operator runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pulumi import Resource, ResourceOptions

from infra.resources.starrocks.members import StarRocksMembers
from infra.resources.starrocks.nodes import StarRocksNodes
from infra.services import starrocks_cluster
from infra.services.model import Service
from infra.services.starrocks import starrocks_emulator
from infra.settings import StarRocksSettings
from infra.targets.base import Running

Complete = Callable[[str, Resource], Resource]
"""Creates the resource that waits until the cluster is complete, from the stack's name and connections."""


class Run(Protocol):
    """Runs a service on the target, after the given resources exist."""

    def __call__(self, service: Service, after: Sequence[Resource] = ()) -> Running:
        """Run the service."""


@dataclass(frozen=True)
class StarRocks:
    """StarRocks on a target.

    Args:
        running: the service that clients connect to.
        complete: creates the resource that waits for the other nodes; None for the emulator.
    """

    running: Running
    complete: Complete | None = None


def run_starrocks(settings: StarRocksSettings, *, operated: bool, outside: bool, run: Run, streaming: Run) -> StarRocks:
    """Run StarRocks on the target.

    Args:
        settings: settings of StarRocks.
        operated: whether an operator runs its nodes.
        outside: whether its nodes connect to addresses outside the stack, such as an object store for backups.
        run: runs a service on the target.
        streaming: runs a service that streaming jobs need.
    """
    if settings.edition == "emulator":
        return StarRocks(streaming(starrocks_emulator(settings)))
    if operated:
        return _of_operator(replace(starrocks_cluster.operated(settings), outside=outside), settings, streaming)
    first, *followers = [replace(each, outside=outside) for each in starrocks_cluster.frontends(settings)]
    starrocks = streaming(first)
    joined = [run(each, [starrocks.resource]) for each in followers]
    backends = [run(replace(each, outside=outside)) for each in starrocks_cluster.backends(settings)]

    def complete(stack: str, connections: Resource) -> StarRocksNodes:
        return StarRocksNodes(
            "starrocks-nodes",
            stack=stack,
            service=starrocks.service.name,
            followers=[each.endpoints["edit-log"].address for each in joined],
            backends=[each.endpoints["heartbeat"].address for each in backends],
            instances={each.service.name: each.instance for each in (starrocks, *joined, *backends)},
            opts=ResourceOptions(
                depends_on=[connections, *(each.resource for each in (*joined, *backends))],
                deleted_with=starrocks.resource,
            ),
        )

    return StarRocks(starrocks, complete)


def _of_operator(service: Service, settings: StarRocksSettings, streaming: Run) -> StarRocks:
    starrocks = streaming(service)

    def complete(stack: str, connections: Resource) -> StarRocksMembers:
        return StarRocksMembers(
            "starrocks-members",
            stack=stack,
            service=starrocks.service.name,
            frontends=settings.frontends,
            backends=settings.backends,
            instance=starrocks.instance,
            opts=ResourceOptions(
                depends_on=[connections, starrocks.resource],
                deleted_with=starrocks.resource,
            ),
        )

    return StarRocks(starrocks, complete)
