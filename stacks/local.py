"""`local`: every service a process of this machine."""

from infra.resources.dolphinscheduler.workflow_files import read_workflows
from infra.settings import Settings
from infra.targets.host import HostTarget
from stacks.ciapol import NAME, WORKFLOWS, ciapol, product
from stacks.platform import platform


def local(settings: Settings, stack: str) -> None:
    """The platform and its products on this machine."""
    # A mistake in a workflow is told before anything is begun.
    workflows = read_workflows(WORKFLOWS)
    target = HostTarget(stack=stack, port_offset=settings.port_offset, keep_data=settings.keep_data)
    ciapol(platform(target, settings, stack=stack, products={NAME: product(settings.ciapol)}), workflows)
