"""Programs from Debian packages, which are unpacked and not installed: installing them would start system services.

apt verifies the packages by the archive's signatures. A machine without apt needs the programs on its PATH.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.checkout.paths import ROOT, cache, locked
from infra.checkout.process import Version, dotted, version_in
from infra.distributions.digest import version
from infra.distributions.model import AssemblyError, Distribution, Report
from infra.distributions.programs import run

_SHARE = "share"


@dataclass(frozen=True, slots=True)
class DebianPrograms:
    """A distribution with programs of Debian packages: `bin/`, and the folders of `shared`.

    Args:
        name: name of the distribution.
        oldest: oldest version of the programs that works with this project's configuration.
        programs: name of each program in its package, by its name in `bin/`.
        packages: the packages; the first one contains the programs.
        shared: folders of the packages to copy, each with its path in the distribution.
        options: options that are added to those of the service for the first program. `@{dist}` is the distribution.
        compiled_in: folder whose path is compiled into the first program and which no option can change. The
            distribution has it as `share/`, and the program is changed to look for it in its working directory.
    """

    name: str
    oldest: Version
    programs: Mapping[str, str]
    packages: tuple[str, ...]
    shared: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    compiled_in: str = ""

    def distribution(self) -> Distribution:
        """The distribution.

        It is named after the oldest version that works, because reading the package's version is slow.
        """
        described = repr((dict(self.programs), self.packages, dict(self.shared), self.options, self.compiled_in))
        digest = version([Path(__file__)], [described]).rsplit("-", 1)[1]
        return Distribution(self.name, f"{dotted(self.oldest)}-{digest}")

    def build(self, target: Path, report: Report) -> None:
        """Copy the programs.

        Raises:
            AssemblyError: this machine has neither apt nor the programs, or they are too old.
        """
        programs = target / "bin"
        programs.mkdir(parents=True)
        if shutil.which("apt-get") and shutil.which("dpkg-deb"):
            self._from_packages(target, report)
        else:
            self._from_path(programs)
        for name in self.programs:
            # Some programs print their version to standard error.
            found = version_in(_run([str(programs / name), "--version"]))
            if found is None or found < self.oldest:
                raise AssemblyError(
                    f"{name} has version {dotted(found) if found else 'unknown'}, but this project needs "
                    f"{dotted(self.oldest)} or newer"
                )
        if self.options:
            self._wrap(target)

    def _from_packages(self, target: Path, report: Report) -> None:
        with TemporaryDirectory() as folder:
            root = Path(folder)
            for package in _packages(self.packages, report):
                _run(["dpkg-deb", "--extract", str(package), folder])
            for name, program in self.programs.items():
                shutil.copy2(root / "usr" / "bin" / program, target / "bin" / name)
            for source, name in self.shared.items():
                _copy(root, root / source, target / name)
            if self.compiled_in:
                _copy(root, root / self.compiled_in.lstrip("/"), target / _SHARE)
                _redirect(target / "bin" / next(iter(self.programs)), self.compiled_in)

    def _from_path(self, programs: Path) -> None:
        for name, program in self.programs.items():
            found = shutil.which(name) or shutil.which(program)
            if found is None:
                raise AssemblyError(
                    f"this machine has no apt-get, and no {name} is on the PATH: install {self.name.replace('_', ' ')} "
                    f"{dotted(self.oldest)} or newer"
                )
            shutil.copy2(found, programs / name)

    def _wrap(self, target: Path) -> None:
        """Replace the first program by a script that adds the options."""
        name = next(iter(self.programs))
        program = target / "bin" / name
        original = program.with_name(f"{name}-program")
        program.rename(original)
        options = " ".join(part.replace("@{dist}", '"$dist"') for part in self.options)
        program.write_text(
            f'#!/bin/sh\ndist="$(cd "$(dirname "$0")/.." && pwd)"\nexec "$dist/bin/{original.name}" {options} "$@"\n'
        )
        program.chmod(0o755)


def _redirect(program: Path, folder: str) -> None:
    """Replace the path of a folder in a program by that of `share/` in the working directory, of the same length.

    Raises:
        AssemblyError: the program does not contain the path.
    """
    content = program.read_bytes()
    if folder.encode() not in content:
        raise AssemblyError(f"{program.name} does not contain {folder}: this version of its package is not supported")
    program.write_bytes(content.replace(folder.encode(), f"./{_SHARE}".ljust(len(folder), "/").encode()))


def _packages(names: Sequence[str], report: Report) -> list[Path]:
    """The newest available packages with these names; packages in the cache are not downloaded again."""
    folder = cache() / "debian"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(cache() / "debian.lock", lambda: report("waiting for another download")):
        missing = [name for name in names if not list(folder.glob(f"{name}_*.deb"))]
        if missing:
            report(f"downloading {len(missing)} Debian package{'s' if len(missing) > 1 else ''}")
            _download(missing, folder)
        return [max(folder.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime) for name in names]


def _download(names: Sequence[str], folder: Path) -> None:
    """Download packages.

    If the machine's package lists are missing or outdated, separate lists are downloaded first.
    """
    with TemporaryDirectory(dir=folder) as draft:
        command = ["apt-get", "download", *names]
        try:
            _run(command, draft)
        except AssemblyError:
            # Unlike the folders of a plain `apt-get update`, these need no privileges.
            lists = folder.parent / "debian-lists"
            (lists / "partial").mkdir(parents=True, exist_ok=True)
            own = ["--option", f"Dir::State::lists={lists}", "--option", f"Dir::Cache={lists}"]
            _run(["apt-get", *own, "update"], draft)
            _run(["apt-get", *own, "download", *names], draft)
        for path in Path(draft).glob("*.deb"):
            path.replace(folder / path.name)


def _run(command: Sequence[str | Path], folder: str | None = None) -> str:
    """The output of a program, in English."""
    failure = f"{' '.join(map(str, command[:4]))} failed"
    return run(command, failure, folder=Path(folder or ROOT), variables={"LC_ALL": "C.UTF-8"})


def _copy(root: Path, source: Path, target: Path) -> None:
    """Copy a folder of unpacked packages. Absolute links are resolved below `root`, and their targets are copied."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        found = path
        while found.is_symlink():
            link = found.readlink()
            found = root / str(link).lstrip("/") if link.is_absolute() else found.parent / link
        if found.is_dir():
            _copy(root, found, target / path.name)
        elif found.is_file():
            shutil.copyfile(found, target / path.name)
