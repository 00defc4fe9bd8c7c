"""What a distribution is: the files of one service, assembled once, run and shipped as they are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.checkout.paths import ROOT

DIST = ROOT / "build" / "dist"

Report = Callable[[str], None]
"""Takes one line about what is being done."""


class AssemblyError(Exception):
    """A distribution cannot be assembled; the message says which part failed and why."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """The files of one service.

    Args:
        name: name of the service, such as `pulsar`.
        version: upstream's version, or for what is built here the project's version and a digest of the
            sources, so that equal versions mean equal files.
    """

    name: str
    version: str

    @property
    def path(self) -> Path:
        """Where it is, once it is assembled."""
        return DIST / f"{self.name}-{self.version}"
