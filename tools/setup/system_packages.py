"""Packages of the operating system: installed with apt if permitted, else reported with the command to run."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from infra.checkout.process import Report, SetupError, output_of, run
from tools.setup import java, python_environment

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MYSQL_CLIENT_NAMES = ("mariadb", "mysql")


def first_on_path(names: Sequence[str]) -> str | None:
    """Path of the first of these programs on PATH; None if there is none."""
    return next((found for name in names if (found := shutil.which(name))), None)


def _installed_or_not_needed(program: str) -> bool:
    """Whether a program is installed or not needed: only root on Linux can start a Docker Engine."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    return sys.platform != "linux" or os.geteuid() != 0 or shutil.which(program, path=path) is not None


@dataclass(frozen=True, slots=True)
class Package:
    """A requirement that a Debian package provides.

    Args:
        name: name of the package.
        purpose: purpose of the package in a few words.
        present: whether the requirement is met already, by this package or otherwise.
        tests_only: whether only `make test` needs it.
    """

    name: str
    purpose: str
    present: Callable[[], bool]
    tests_only: bool = False


PACKAGES = (
    Package(
        "python3-venv",
        "the virtual environment",
        lambda: find_spec("ensurepip") is not None or python_environment.ready(),
    ),
    Package("openjdk-17-jdk-headless", "Pulsar, Zeta and the connectors", lambda: java.find() is not None),
    Package("maven", "Java dependencies", lambda: java.maven() is not None),
    Package("procps", "stopping tasks of workflows", lambda: shutil.which("kill") is not None),
    Package("psmisc", "stopping tasks of workflows", lambda: shutil.which("pstree") is not None),
    Package("chromium", "tests of the page", lambda: first_on_path(CHROMIUM_NAMES) is not None, tests_only=True),
    Package(
        "mariadb-client-core",
        "tests with a MySQL client",
        lambda: first_on_path(MYSQL_CLIENT_NAMES) is not None,
        tests_only=True,
    ),
    # If no Docker Engine runs or can be started, the tests on it are skipped with this reason.
    *(
        Package(name, "tests on a Docker Engine", partial(_installed_or_not_needed, program), tests_only=True)
        for name, program in (
            ("docker.io", "dockerd"),
            ("docker-registry", "docker-registry"),
            ("iptables", "iptables"),
            ("mmdebstrap", "mmdebstrap"),
        )
    ),
)


def missing(*, tests: bool) -> list[Package]:
    """The packages whose requirement is not met.

    Args:
        tests: whether to include packages that only the tests need.
    """
    return [package for package in PACKAGES if (tests or not package.tests_only) and not package.present()]


def install_command(packages: Sequence[Package]) -> str:
    """The command that installs these packages, for the user to run."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    names = " ".join(package.name for package in packages)
    return f"{sudo}apt-get update && {sudo}apt-get install --yes --no-install-recommends {names}"


def purposes(packages: Sequence[Package]) -> str:
    """The packages with their purposes, as text."""
    return ", ".join(f"{package.name} ({package.purpose})" for package in packages)


def may_install() -> bool:
    """Whether this user can install packages without a password."""
    apt = shutil.which("apt-get")
    return apt is not None and (os.geteuid() == 0 or output_of(["sudo", "-n", apt, "--version"]) is not None)


def install(packages: Sequence[Package], report: Report) -> None:
    """Install packages with apt, as root or with a sudo that requires no password.

    Raises:
        SetupError: apt is missing, needs a password, or did not install a requirement; the message names the packages.
    """
    needs = purposes(packages)
    apt = shutil.which("apt-get")
    if apt is None:
        raise SetupError(f"missing: {needs}. This system has no apt-get: install their equivalents and run again.")
    if os.geteuid() == 0:
        command = [apt]
    elif output_of(["sudo", "-n", apt, "--version"]) is not None:
        command = ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", apt]
    else:
        raise SetupError(f"missing: {needs}. Install with\n  {install_command(packages)}\nand run again.")
    report(f"installing {needs}")
    command += ["--option", "DPkg::Lock::Timeout=300"]
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    run([*command, "update"], report, log="apt-update.log", env=environment)
    names = [package.name for package in packages]
    run(
        [*command, "install", "--yes", "--no-install-recommends", *names],
        report,
        log="apt-install.log",
        env=environment,
    )
    if still := [package for package in packages if not package.present()]:
        names = [package.name for package in still]
        raise SetupError(f"apt-get installed {' '.join(names)}, but the programs that they provide are still not found")
