"""`make doctor`: what this machine has, what is missing, the command that brings it. It changes nothing."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.checkout.paths import ROOT, cache
from infra.checkout.process import dotted
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

GIB = 1024**3
DISK_FRESH = 6
"""GiB that a first set-up takes at its peak: Go's caches 2.5, other downloads 1.2, what is built 1.5."""
DISK_READY = 1
MEMORY = 4
PORTS = {
    6650: "Pulsar broker",
    6651: "Pulsar broker, from outside",
    8080: "Pulsar admin",
    3181: "BookKeeper",
    5801: "Zeta",
    9030: "StarRocks MySQL",
    8030: "StarRocks FE",
    8040: "StarRocks BE",
    8000: "API",
    3000: "frontend",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the table.

    Args:
        what: the thing looked at.
        found: what is there.
        ok: whether that will do.
        advice: where it will not do, what to do about it.
    """

    what: str
    found: str
    ok: bool
    advice: str = ""


def disk(path: Path, wanted: float) -> Finding:
    """Free space below a folder, in GiB."""
    place = path
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIB
    return Finding(f"disk for {path}", f"{free:.1f} GiB free", free >= wanted, f"free at least {wanted} GiB")


def memory() -> Finding:
    """Memory that processes can still have, in GiB."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return Finding("memory", "not readable on this system", ok=True)
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024 / GIB
    return Finding("memory", f"{free:.1f} GiB available", free >= MEMORY, f"the platform needs {MEMORY} GiB")


def port_is_free(port: int) -> bool:
    """Whether nothing listens on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def ports(offset: int) -> Iterator[Finding]:
    """The ports of stack `local`, one row for those that are free and one for each that is taken."""
    taken = [port for port in PORTS if not port_is_free(port + offset)]
    free = [str(port + offset) for port in PORTS if port not in taken]
    if free:
        yield Finding("ports", f"free: {' '.join(free)}", ok=True)
    for port in taken:
        advice = f"fine if `make status` shows that it is ours; else stop it (ss -ltnp 'sport = :{port + offset}')"
        advice += " or set KAPPASTACK_PORT_OFFSET"
        yield Finding(f"port {port + offset}", f"taken ({PORTS[port]} wants it)", ok=False, advice=advice)


def tools() -> Iterator[Finding]:
    """Programs and their versions."""
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
        f"{java.release(home)} in {home}" if home else "none that will do",
        home is not None,
        f"{JAVA_OLDEST} to {JAVA_NEWEST}: see the command below",
    )
    maven = java.maven()
    yield Finding(
        "Maven",
        dotted(maven[1]) if maven else "none that will do",
        maven is not None,
        f"{dotted(MAVEN_OLDEST)} or newer: see the command below",
    )
    found = node.on_path()
    told = dotted(found[1]) if found else ("pinned, in the cache" if node.ready() else "none that will do")
    yield Finding("Node.js", told, node.ready(), f"{dotted(NODE_OLDEST)} or newer; `make setup` brings one")
    cli = pulumi_cli.on_path()
    built = (pulumi_cli.folder() / "pulumi").exists()
    told = f"{PULUMI}, in the cache" if built else f"{dotted(cli[1])} on PATH" if cli else "not built yet"
    advice = f"`make setup` builds it, with Go {dotted(GO_OLDEST)} or newer from PATH or from a Python package"
    yield Finding("Pulumi CLI", told, pulumi_cli.ready(), advice)
    for names, purpose in (
        (system_packages.CHROMIUM_NAMES, "Chromium (tests)"),
        (system_packages.MYSQL_CLIENT_NAMES, "MySQL client (tests)"),
    ):
        program = system_packages.first_on_path(names)
        yield Finding(purpose, program or "none", program is not None, "see the command below; `make test` needs it")


def findings() -> list[Finding]:
    """All rows."""
    offset = os.environ.get("KAPPASTACK_PORT_OFFSET", "0")
    if not offset.lstrip("-").isdigit():
        wrong = [Finding("KAPPASTACK_PORT_OFFSET", repr(offset), ok=False, advice="a whole number, such as 100")]
    else:
        wrong = list(ports(int(offset)))
    ready = environment.is_ready(tests=False)
    return [
        disk(ROOT, DISK_READY),
        disk(cache(), DISK_READY if ready else DISK_FRESH),
        disk(Path(os.environ.get("KAPPASTACK_STATE") or ROOT / ".kappastack"), DISK_READY),
        memory(),
        *wrong,
        *tools(),
        *(Finding(what, found, ok, "start it, or correct DOCKER_HOST") for what, found, ok in docker_engine.rows()),
    ]


def examine() -> tuple[str, bool]:
    """The table, and whether `make up` can bring what is missing by itself."""
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
