"""DolphinScheduler's projects, one for each data product, and tenants: the OS users that tasks run as."""

from collections.abc import Sequence

from pulumi import ResourceOptions

from infra.resources import connections
from infra.resources.dolphinscheduler.client import DolphinScheduler, Found, Refused, connect, read
from infra.resources.http import ServiceError
from infra.resources.provider import DynamicResource, Inputs, Provider

_DEFAULT_QUEUE = 1


class _Tenant(Found):
    tenant_code: str


class ProjectInputs(Inputs):
    """A project, and the names of its workflows; None in the state of older revisions."""

    stack: str
    service: str
    project: str
    workflows: list[str] | None = None


class ProjectProvider(Provider[ProjectInputs]):
    """Manages a project by REST."""

    model = ProjectInputs
    replace_on = ("stack", "service", "project")

    def identity(self, inputs: ProjectInputs) -> str:
        """The project's name."""
        return f"{inputs.stack}/{inputs.project}"

    def apply(self, inputs: ProjectInputs, previous: ProjectInputs | None) -> None:
        """Create the project if it is missing."""
        server = connect(inputs.stack, inputs.service)
        server.wait_until_up()
        if server.project(inputs.project) is None:
            server.call("POST", "/projects", projectName=inputs.project, description="")

    def find_drift(self, inputs: ProjectInputs) -> list[str]:
        """Report a missing project, and workflows that are not declared; a person created them, so they are kept."""
        try:
            server = connect(inputs.stack, inputs.service, timeout=5)
            found = server.project(inputs.project)
            if found is None:
                return [f"project {inputs.project} is missing"]
            if inputs.workflows is None:
                return []
            others = server.processes(found.code).keys() - set(inputs.workflows)
            return [f"workflow {name} is not declared" for name in sorted(others)]
        except (ServiceError, connections.ConnectionsMissing) as error:
            return [str(error)]

    def remove(self, inputs: ProjectInputs) -> None:
        """Delete the project; its workflows have been deleted before."""
        server = connect(inputs.stack, inputs.service)
        found = server.project(inputs.project)
        if found is not None:
            server.call("DELETE", f"/projects/{found.code}")


def ensure_tenant(server: DolphinScheduler, tenant: str) -> None:
    """Create a tenant for an OS user if it is missing.

    Args:
        server: the server.
        tenant: name of the OS user; the worker must be able to run tasks as this user.
    """

    def is_there() -> bool:
        tenants = read(list[_Tenant], server.pages("/tenants", searchVal=tenant))
        return any(each.tenant_code == tenant for each in tenants)

    if not is_there():
        try:
            server.call("POST", "/tenants", tenantCode=tenant, queueId=_DEFAULT_QUEUE, description="")
        except Refused:
            # Another workflow, which is deployed in parallel, has created the tenant.
            if not is_there():
                raise


class DolphinSchedulerProject(DynamicResource, module="kappastack", name="DolphinSchedulerProject"):
    """The project of a data product's workflows."""

    provider = ProjectProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        project: str,
        workflows: Sequence[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`project` is the data product's name, `workflows` are the names of its workflows."""
        inputs = {"stack": stack, "service": service, "project": project, "workflows": sorted(workflows)}
        super().__init__(name, inputs, opts)
