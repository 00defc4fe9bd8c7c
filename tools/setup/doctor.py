"""`make doctor` shows which requirements this machine meets, and a remedy for each other one. It installs nothing."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.checkout import machine
from infra.checkout.paths import ROOT, cache, state_folder
from infra.checkout.process import dotted
from infra.checkout.suitability import ADVICE, unusable_folders
from infra.versions import (
    GO_OLDEST,
    JAVA_NEWEST,
    JAVA_OLDEST,
    MAVEN_OLDEST,
    NODE_OLDEST,
    PULUMI,
    PYTHON_OLDEST,
)
from tools.setup import docker_engine, environment, java, node, pulumi_cli, python_environment, system_packages
from tools.setup.ports import CLUSTERS_ONLY, holder, is_free, platform_ports

GIB = 1024**3
DISK_FRESH = 6
"""Free GiB that a first set-up needs. Its peak use is 5.2: Go's caches 2.5, other downloads 1.2, builds 1.5."""
DISK_READY = 1
"""Free GiB that a complete set-up needs."""
MEMORY = 4
"""Available GiB that the platform needs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the table.

    Args:
        what: name of what was examined.
        found: state of the examined object.
        ok: whether the state suffices.
        advice: remedy if the state does not suffice.
    """

    what: str
    found: str
    ok: bool
    advice: str = ""


def disk(path: Path, wanted: float) -> Finding:
    """Free space of a folder's disk; `wanted` in GiB."""
    place = path
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIB
    return Finding(f"disk for {path}", f"{free:.1f} GiB free", free >= wanted, f"needs {wanted} GiB of free space")


def memory() -> Finding:
    """Available memory in GiB."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return Finding("memory", "not readable on this system", ok=True)
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024 / GIB
    return Finding("memory", f"{free:.1f} GiB available", free >= MEMORY, f"the platform needs {MEMORY} GiB")


def ports(offset: int) -> Iterator[Finding]:
    """The ports of stack `local`: a row for free ports, a row for ports of its services, a row for each taken port.

    Args:
        offset: value of KAPPASTACK_PORT_OFFSET.
    """
    free: list[int] = []
    own: list[int] = []
    others: list[Finding] = []
    for name, number in platform_ports().items():
        port = number + offset
        if is_free(port):
            free.append(port)
        elif (found := holder(port)).own:
            own.append(port)
        else:
            who = f"process {found.pid}, {found.program}" if found.pid else found.program
            clusters = name in CLUSTERS_ONLY
            others.append(
                Finding(
                    f"port {port}",
                    f"used by {who}; {name} needs it" + (" in stacks with clusters" if clusters else ""),
                    ok=clusters,
                    advice="stop that process, or set KAPPASTACK_PORT_OFFSET to 100, which shifts all ports",
                )
            )
    if own:
        yield Finding("own ports", f"used by this checkout's stack: {' '.join(map(str, sorted(own)))}", ok=True)
    if free:
        yield Finding("free ports", " ".join(map(str, sorted(free))), ok=True)
    yield from others


def machine_rows() -> Iterator[Finding]:
    """Rows about requirements that services of target `host` have of this machine."""
    found = machine.problems(state_folder())
    if not found:
        yield Finding("user and mounts", f"suitable for the services of stack local (user {os.getuid()})", ok=True)
    for problem in found:
        text, _, advice = problem.partition(": ")
        yield Finding("user and mounts", text, ok=False, advice=advice)


def tools() -> Iterator[Finding]:
    """Rows about programs and their versions."""
    yield Finding(
        "Python",
        sys.version.split()[0],
        sys.version_info[:3] >= PYTHON_OLDEST,
        f"{dotted(PYTHON_OLDEST)} or newer: apt-get install python3",
    )
    yield Finding(
        "virtual environment",
        "as locked" if python_environment.ready() else "missing or older than its lock",
        python_environment.ready(),
        "make setup",
    )
    home = java.find()
    yield Finding(
        "JDK",
        f"{java.release(home)} in {home}" if home else "none that is suitable",
        home is not None,
        f"{JAVA_OLDEST} to {JAVA_NEWEST}: see the command below",
    )
    maven = java.maven()
    yield Finding(
        "Maven",
        dotted(maven[1]) if maven else "none that is suitable",
        maven is not None,
        f"{dotted(MAVEN_OLDEST)} or newer: see the command below",
    )
    found = node.on_path()
    shown = dotted(found[1]) if found else ("pinned, in the cache" if node.ready() else "none that is suitable")
    yield Finding("Node.js", shown, node.ready(), f"{dotted(NODE_OLDEST)} or newer; `make setup` installs one")
    cli = pulumi_cli.on_path()
    built = (pulumi_cli.folder() / "pulumi").exists()
    shown = f"{PULUMI}, in the cache" if built else f"{dotted(cli[1])} on PATH" if cli else "not built yet"
    advice = f"`make setup` builds it, with Go {dotted(GO_OLDEST)} or newer from PATH or from a Python package"
    yield Finding("Pulumi CLI", shown, pulumi_cli.ready(), advice)
    for names, purpose in (
        (system_packages.CHROMIUM_NAMES, "Chromium (tests)"),
        (system_packages.MYSQL_CLIENT_NAMES, "MySQL client (tests)"),
    ):
        program = system_packages.first_on_path(names)
        yield Finding(purpose, program or "none", program is not None, "see the command below; `make test` needs it")


def findings() -> list[Finding]:
    """All rows of the table."""
    offset = os.environ.get("KAPPASTACK_PORT_OFFSET", "0")
    if not offset.lstrip("-").isdigit():
        wrong = [Finding("KAPPASTACK_PORT_OFFSET", repr(offset), ok=False, advice="a whole number, such as 100")]
    else:
        wrong = list(ports(int(offset)))
    ready = environment.is_ready(tests=False)
    return [
        *(Finding("folder", problem, ok=False, advice=ADVICE) for problem in unusable_folders()),
        disk(ROOT, DISK_READY),
        *([] if state_folder().is_relative_to(ROOT) else [disk(state_folder(), DISK_READY)]),
        disk(cache(), DISK_READY if ready else DISK_FRESH),
        memory(),
        *wrong,
        *machine_rows(),
        *tools(),
        *(Finding(what, found, ok, "start it, or correct DOCKER_HOST") for what, found, ok in docker_engine.rows()),
    ]


def examine() -> tuple[str, bool]:
    """The text of the table, and whether `make up` can install everything that is missing."""
    rows = findings()
    wide = max(len(row.what) for row in rows)
    lines = []
    for row in rows:
        lines.append(f"{'ok  ' if row.ok else 'LOOK'}  {row.what:<{wide}}  {row.found}")
        if not row.ok:
            lines.append(f"      {'':<{wide}}  -> {row.advice}")
    if packages := system_packages.missing(tests=True):
        lines += ["", f"Missing packages: {system_packages.purposes(packages)}"]
        lines.append(f"  {system_packages.install_command(packages)}")
    return "\n".join(lines), system_packages.may_install() or not system_packages.missing(tests=False)
