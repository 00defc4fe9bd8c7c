"""Records in StarRocks when services are restarted on purpose, so that alerts count other restarts only.

Targets whose containers an engine or a cluster replaces need this. Target `host` records the starts of its processes
itself.
"""

from collections.abc import Collection, Mapping

from pulumi import Input, ResourceOptions

from apps.shared.polling import NeverReady
from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session

_PROBLEMS = (StarRocksError, TimeoutError, NeverReady, connections.ConnectionsMissing)


def record(stack: str, starrocks: str, database: str, services: Collection[str]) -> str:
    """Record that services are restarted now.

    Args:
        stack: name of the stack.
        starrocks: name of the service StarRocks.
        database: the platform's database.
        services: names of the services.

    Returns:
        An empty string if the restarts are recorded, otherwise an error message. The alert about repeated restarts
        counts restarts that are not recorded.
    """
    if not services:
        return ""
    rows = ", ".join(["(%s, UTC_TIMESTAMP())"] * len(services))
    statement = f"INSERT INTO {database}.planned_restarts (service, restarted_at) VALUES {rows}"
    try:
        with session(stack, starrocks, "root", busy_seconds=5) as root:
            root.execute(statement, tuple(sorted(services)))
    except _PROBLEMS as error:
        return f"the planned restarts are not recorded, so alerts may count them: {error}"
    return ""


class PlannedRestartsInputs(Inputs):
    """The services with a text that changes when their process is replaced, and where restarts are recorded."""

    stack: str
    starrocks: str
    database: str
    instances: dict[str, str]


class PlannedRestartsProvider(Provider[PlannedRestartsInputs]):
    """Records the services whose instance changes."""

    model = PlannedRestartsInputs
    replace_on = ("stack",)

    def identity(self, inputs: PlannedRestartsInputs) -> str:
        """One record per stack."""
        return f"{inputs.stack}/planned-restarts"

    def apply(self, inputs: PlannedRestartsInputs, previous: PlannedRestartsInputs | None) -> None:
        """Record the replaced services. The first start of a service is not a restart."""
        before = {} if previous is None else previous.instances
        replaced = [name for name, instance in inputs.instances.items() if before.get(name, instance) != instance]
        if problem := record(inputs.stack, inputs.starrocks, inputs.database, replaced):
            print(problem)  # noqa: T201 # progress for users

    def find_drift(self, inputs: PlannedRestartsInputs) -> list[str]:
        """Report no drift: the table contains past events."""
        return []

    def remove(self, inputs: PlannedRestartsInputs) -> None:
        """Do nothing: the table is deleted with its database."""


class PlannedRestarts(DynamicResource, module="kappastack", name="PlannedRestarts"):
    """The record of a stack's planned restarts."""

    provider = PlannedRestartsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        starrocks: str,
        database: str,
        instances: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the record. It depends on the platform's schema, which contains its table.

        Args:
            name: name of the resource.
            stack: name of the stack.
            starrocks: name of the service StarRocks.
            database: the platform's database.
            instances: text by service that changes when the target replaces the service's process.
            opts: options of the resource.
        """
        super().__init__(
            name,
            {"stack": stack, "starrocks": starrocks, "database": database, "instances": dict(instances)},
            opts,
        )
