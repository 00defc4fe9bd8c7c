"""Services as supervised processes of this machine."""

from infra.targets.host.target import HostTarget

__all__ = ["HostTarget"]
