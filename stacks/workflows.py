"""The workflows of a product, or of the platform itself, in DolphinScheduler."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from pulumi import Resource, ResourceOptions

from infra.resources.dolphinscheduler.alerts import DolphinSchedulerAlerts
from infra.resources.dolphinscheduler.project import DolphinSchedulerProject
from infra.resources.dolphinscheduler.workflow import DolphinSchedulerWorkflow
from infra.resources.dolphinscheduler.workflow_files import WorkflowFile
from stacks.platform import Platform


class Options(Protocol):
    """Creates the options of a resource inside a service."""

    def __call__(self, service: Resource, *needs: Resource) -> ResourceOptions:
        """Options of a resource that is deleted with `service` and created after `needs`."""


def workflows(
    project: str,
    platform: Platform,
    files: Sequence[WorkflowFile],
    *,
    opts: Options,
    needs: Sequence[Resource],
) -> None:
    """Create a project and its workflows. A schedule starts with its workflow, so `needs` must exist before.

    Args:
        project: project in DolphinScheduler; the product's name.
        platform: the platform.
        files: workflows, sorted so that each follows those that it waits for.
        opts: creates the options of each resource.
        needs: resources that the workflows' tasks use.
    """
    if not files:
        return
    service, scheduler = platform.dolphinscheduler.service.name, platform.dolphinscheduler.resource
    stack = platform.stack
    there = DolphinSchedulerProject(
        f"{project}-project",
        stack=stack,
        service=service,
        project=project,
        workflows=[file.definition.name for file in files],
        opts=opts(scheduler, *needs),
    )
    alerts: list[Resource] = []
    if platform.scheduler_alerts is not None:
        alerts.append(
            DolphinSchedulerAlerts(
                f"{project}-alerts",
                stack=stack,
                service=service,
                group=project,
                secret_id=platform.scheduler_alerts.apply(lambda url: sha256(url.encode()).hexdigest()[:16]),
                opts=opts(scheduler),
            )
        )
    created: dict[str, DolphinSchedulerWorkflow] = {}
    for file in files:
        name = file.definition.name
        created[name] = DolphinSchedulerWorkflow(
            f"{project}-{name.replace('_', '-')}",
            stack=stack,
            service=service,
            project=project,
            tenant=platform.tenant,
            definition=file.path,
            alert_group=project if alerts else "",
            opts=opts(scheduler, there, *alerts, *(created[each] for each in file.definition.waits_for)),
        )
