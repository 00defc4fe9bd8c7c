"""The model of a distribution: the files of one service, which are assembled once and then never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.checkout.paths import ROOT

DIST = ROOT / "build" / "dist"

Report = Callable[[str], None]
"""A function that is called with one progress line."""


class AssemblyError(Exception):
    """A distribution cannot be assembled; the message contains the failed part and the reason."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """The files of one service.

    Args:
        name: name of the service, such as `pulsar`.
        version: upstream's version. For builds from this repository, the project's version and a digest of the sources,
            so that equal versions have equal files.
    """

    name: str
    version: str

    @property
    def path(self) -> Path:
        """Folder of the assembled distribution."""
        return DIST / f"{self.name}-{self.version}"
