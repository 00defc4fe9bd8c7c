"""Python applications of this repository: locked packages and own sources, both compiled."""

import compileall
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from infra.checkout import environment
from infra.checkout.paths import PYTHON, ROOT, UV
from infra.distributions.digest import interpreter, version
from infra.distributions.files import copy_sources
from infra.distributions.model import AssemblyError, Distribution, Report
from infra.distributions.programs import run

LOCK = "requirements.txt"
"""File name of the lock in a distribution."""


@dataclass(frozen=True, slots=True)
class PythonApp:
    """An application that runs with `PYTHONPATH=<distribution>/lib` and the interpreter that it was built for.

    Args:
        name: name of the distribution.
        package: folder of its package, relative to the repository; its path below `lib/` is the same.
        suffixes: suffixes of the file names that belong to the package; empty for all files.
        data: folders and files to copy into the distribution beside `lib/`, each with its path there.
        shared: folders of further packages of this repository that it imports.
        requirements: name of its lock in `requirements/`; empty for the distribution's name.
    """

    name: str
    package: str
    suffixes: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    shared: tuple[str, ...] = ()
    requirements: str = ""

    @property
    def lock(self) -> Path:
        """Path of the lock, which pins packages by hash."""
        return ROOT / "requirements" / f"{self.requirements or self.name}.txt"

    def distribution(self) -> Distribution:
        """The distribution. Its version depends on sources, data, locked packages, interpreter and platform."""
        data = [ROOT / path for path, _ in self.data]
        packages = [ROOT / folder for folder in (self.package, *self.shared)]
        sources = [self.lock, *packages, *data, Path(__file__)]
        return Distribution(self.name, version(sources, [interpreter()]))

    def build(self, target: Path, report: Report) -> None:
        """Create `lib/`, and copy the data."""
        library = target / "lib"
        report("installing its packages")
        install(self.lock, library)
        for package in (self.package, *self.shared):
            copy_sources(ROOT / package, library / package, self.suffixes)
        for path, name in self.data:
            copy_sources(ROOT / path, target / name)
        report("compiling")
        # Distributions do not change, so imports need not compare modification times or write bytecode.
        if not compileall.compile_dir(library, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH):
            for package in (self.package, *self.shared):
                compile_own(library / package)


def compile_own(folder: Path) -> None:
    """Check that this repository's files compile. Files of packages are not checked: some are templates.

    Raises:
        AssemblyError: files do not compile; the message names them.
    """
    broken = [
        str(path)
        for path in sorted(folder.rglob("*.py"))
        if not compileall.compile_file(path, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    ]
    if broken:
        raise AssemblyError(f"not valid Python: {', '.join(broken)}")


def install(lock: Path, library: Path) -> None:
    """Install locked packages into a folder, and copy the lock beside it, for the bill of materials.

    Raises:
        AssemblyError: uv failed; the message contains its output.
    """
    command: Sequence[str | Path] = [
        *(UV, "pip", "install", "--quiet", "--python", PYTHON, "--target", library),
        *("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", lock),
    ]
    library.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(lock, library.parent / LOCK)
    run(command, f"the packages of {lock.name} cannot be installed", variables=environment.variables())
