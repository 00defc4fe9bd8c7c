"""`local`: every service a process of this machine."""

from infra.settings import Settings
from infra.targets.host import HostTarget
from stacks.ciapol import DATABASE, ciapol
from stacks.platform import platform


def local(settings: Settings, stack: str) -> None:
    """The platform and its products on this machine."""
    target = HostTarget(stack=stack, port_offset=settings.port_offset, keep_data=settings.keep_data)
    ciapol(platform(target, settings, stack=stack, database=DATABASE))
