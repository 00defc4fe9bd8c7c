"""`dev`: every service a container of a Docker Engine."""

from infra.resources.dolphinscheduler.workflow_files import read_workflows
from infra.settings import Settings
from infra.targets.docker import DockerTarget
from stacks.ciapol import NAME, WORKFLOWS, ciapol, product
from stacks.platform import platform


def dev(settings: Settings, stack: str) -> None:
    """The platform and its products on the engine that DOCKER_HOST names."""
    # A mistake in a workflow is told before anything is begun.
    workflows = read_workflows(WORKFLOWS)
    target = DockerTarget(
        stack=stack,
        port_offset=settings.port_offset,
        keep_data=settings.keep_data,
        settings=settings.docker,
    )
    ciapol(platform(target, settings, stack=stack, products={NAME: product(settings.ciapol)}), workflows)
