"""`python -m tests.cluster.programs` prepares the programs of the tests' Kubernetes: Debian packages and Go programs.

The Go programs are built from pinned modules into the cache, under a digest of their sources and locks.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from infra.checkout.paths import ROOT, cache, locked
from infra.checkout.process import Report, SetupError, run
from tools.setup import system_packages
from tools.setup.pulumi_cli import build_variables, go, progress
from tools.setup.system_packages import Package

KUBERNETES = "1.33.13"
MODULES = ROOT / "tests" / "cluster" / "modules"
CNI = Path("/usr/lib/cni")
"""Folder of the network plugins."""
KUBERNETES_NAMES = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kubelet",
)
"""The names under which the one binary of Kubernetes is called."""


@dataclass(frozen=True)
class _Program:
    """A Go program.

    Args:
        package: its package, in the module of the same name.
        packages: approximate number of packages that a build from an empty cache compiles.
        stamp: flags of the linker.
    """

    package: str
    packages: int
    stamp: str = ""


_VERSION = "k8s.io/component-base/version"
_PROGRAMS = {
    "kubernetes": _Program(
        ".",
        2700,
        # Clients compare these with their own version.
        f" -X {_VERSION}.gitVersion=v{KUBERNETES} -X {_VERSION}.gitMajor=1 -X {_VERSION}.gitMinor=33",
    ),
    "coredns": _Program(".", 550),
    "probe": _Program(".", 60),
    "kube-router": _Program("github.com/cloudnativelabs/kube-router/v2/cmd/kube-router", 700),
}


def path() -> str:
    """A PATH that includes the folders of system programs, which some users' PATH lacks."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def _is_installed(program: str) -> bool:
    return shutil.which(program, path=path()) is not None


_PACKAGES = {
    "conntrack": "conntrack",
    "containerd": "containerd",
    "etcd-server": "etcd",
    "ethtool": "ethtool",
    "gcc": "gcc",
    "iproute2": "ip",
    "ipset": "ipset",
    "iptables": "iptables",
    "runc": "runc",
    "socat": "socat",
}
"""By Debian package, a program whose presence shows that the package is installed."""
_PURPOSE = "tests on Kubernetes"
PACKAGES = (
    Package("containernetworking-plugins", _PURPOSE, (CNI / "bridge").is_file),
    *(Package(name, _PURPOSE, partial(_is_installed, program)) for name, program in _PACKAGES.items()),
)


def reason_to_skip() -> str:
    """The reason why these programs cannot be used here, empty if they can."""
    if sys.platform != "linux":
        return "the tests start their Kubernetes on Linux only"
    return "" if os.geteuid() == 0 else "only root can start the tests' Kubernetes"


def folder() -> Path:
    """Folder of the built programs; its path contains a digest of everything that they are built from."""
    digest = sha256()
    for source in sorted(_sources()):
        digest.update(str(source.relative_to(MODULES)).encode() + source.read_bytes())
    # The approximate number of packages does not change a program.
    built = sorted((name, program.package, program.stamp) for name, program in _PROGRAMS.items())
    digest.update(repr(built).encode())
    return cache() / "kubernetes" / f"{KUBERNETES}-{digest.hexdigest()[:16]}"


def _sources() -> Iterator[Path]:
    yield MODULES / "pause.c"
    for name in _PROGRAMS:
        yield from (each for each in (MODULES / name).iterdir() if each.suffix in (".go", ".mod", ".sum"))


def missing() -> list[str]:
    """Packages that are not installed, and Kubernetes' programs if they are not built."""
    built = [] if folder().is_dir() else ["the programs of Kubernetes"]
    return [*(each.name for each in PACKAGES if not each.present()), *built]


def prepare(report: Report) -> None:
    """Install the packages, and build the programs into the cache.

    Args:
        report: called with progress lines.

    Raises:
        SetupError: a package cannot be installed, or a build failed.
    """
    if absent := [each for each in PACKAGES if not each.present()]:
        system_packages.install(absent, report)
    target = folder()
    with locked(cache() / "kubernetes.lock", lambda: report("waiting for another checkout that builds them")):
        if target.is_dir():
            return
        report("building from pinned Go modules (about 10 min on two cores the first time)")
        draft = target.with_name(f".{target.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            _build(draft, report)
            draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        # These 5 GB are useful only for the build of another version.
        if not os.environ.get("KAPPASTACK_KEEP_GO_CACHE"):
            shutil.rmtree(_go_cache(), ignore_errors=True)


def _go_cache() -> Path:
    return cache() / "kubernetes" / "go"


def _build(target: Path, report: Report) -> None:
    run(["gcc", "-Os", "-static", "-s", "-o", target / "pause", MODULES / "pause.c"], report, log="pause.log")
    compiler = go(report)
    environment = build_variables(compiler, _go_cache())
    for name, program in _PROGRAMS.items():
        run(
            [
                *(compiler, "build", "-v", "-trimpath", "-ldflags", f"-s -w{program.stamp}"),
                *("-o", target / name, program.package),
            ],
            report,
            log=f"{name}.log",
            cwd=MODULES / name,
            env=environment,
            progress=partial(progress, name, program.packages),
        )
    for name in KUBERNETES_NAMES:
        (target / name).symlink_to("kubernetes")


def main() -> int:
    """Prepare the programs; return exit status 0 if nothing is missing, or if they cannot be used here."""
    if reason := reason_to_skip():
        print(reason)
        return 0
    try:
        prepare(lambda line: print(f"Kubernetes of the tests: {line}", flush=True))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
