"""A Docker Engine for the tests: a running one, or one that the tests start and stop.

A data folder in the cache keeps images and build layers between runs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from apps.shared.polling import NeverReady, Pending, poll
from infra.checkout.paths import cache, locked
from infra.settings import PROJECT
from tests.waiting import PATIENCE

RUNTIME = Path("/run/kappastack-tests")
SOCKET = RUNTIME / "docker.sock"
BASE_IMAGE = "kappastack-tests/debian:bookworm"
RELEASE = "bookworm"
_START_SECONDS = PATIENCE
_STOP_SECONDS = PATIENCE


def reason_to_skip() -> str:
    """The reason why no engine is available, empty if one is."""
    if _answers(os.environ.get("DOCKER_HOST", "")) or _answers(""):
        return ""
    if sys.platform != "linux":
        return "no Docker Engine runs here, and the tests start their own on Linux only"
    if os.geteuid() != 0:
        return "no Docker Engine responds to this user, and only root can start one"
    missing = [name for name in ("dockerd", "iptables", "mmdebstrap") if shutil.which(name, path=_path()) is None]
    return f"no Docker Engine runs here, and {', '.join(missing)} is missing: make setup-tests" if missing else ""


@contextmanager
def engine() -> Iterator[str]:
    """Yield the value of DOCKER_HOST for the engine. An engine that was started here is stopped afterwards.

    Two engines on one data folder would damage it. A second run of the tests therefore waits for the end of the first.
    """
    for host in (os.environ.get("DOCKER_HOST", ""), ""):
        if _answers(host):
            yield host
            return
    with locked(cache() / "docker.lock", lambda: print("waiting for the Docker Engine of another test run …")):
        process = _start()
        try:
            yield f"unix://{SOCKET}"
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _path() -> str:
    # The folders of system programs are missing in some users' PATH.
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def environment(host: str) -> dict[str, str]:
    """Environment of commands that use the engine."""
    return os.environ | ({"DOCKER_HOST": host} if host else {})


def _answers(host: str) -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        done = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"],
            env=environment(host),
            capture_output=True,
            check=False,
            timeout=60,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _start() -> "subprocess.Popen[bytes]":
    data = cache() / "docker"
    data.mkdir(parents=True, exist_ok=True)
    RUNTIME.mkdir(parents=True, exist_ok=True)
    # The pid file of a killed engine would prevent the start.
    (RUNTIME / "docker.pid").unlink(missing_ok=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    log = RUNTIME / "dockerd.log"
    command = [
        *("dockerd", "--host", f"unix://{SOCKET}"),
        *("--data-root", str(data)),
        *("--exec-root", str(RUNTIME / "exec")),
        *("--pidfile", str(RUNTIME / "docker.pid")),
        # Default limits, as users' engines may have. They must not appear as changes of the stack.
        *("--default-ulimit", "core=0:0"),
        *("--log-opt", "labels=io.kappastack.service"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | {"PATH": _path()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def look() -> Pending | None:
        if _answers(f"unix://{SOCKET}"):
            return None
        ended = process.poll() is not None
        return Pending("its process ended" if ended else "it does not respond", final=ended)

    try:
        poll(look, within=_START_SECONDS, what="dockerd", pause=0.2)
    except (TimeoutError, NeverReady) as error:
        process.kill()
        raise RuntimeError(f"{error}\n" + "\n".join(log.read_text().splitlines()[-15:])) from None
    _remove_leftovers()
    return process


def _remove_leftovers() -> None:
    """Remove the stacks of interrupted runs, whose containers the engine has just started again."""
    client = docker.DockerClient(base_url=f"unix://{SOCKET}", timeout=300)
    for container in client.containers.list(all=True, ignore_removed=True):
        container.remove(force=True, v=True)
    prefix = f"{PROJECT}-test-"
    for network in client.networks.list():
        if str(network.name).startswith(prefix):
            network.remove()
    for volume in client.volumes.list():
        if str(volume.name).startswith(prefix):
            volume.remove()
    client.close()


def base_image_name() -> str:
    """The name of the Debian base image: the one of KAPPASTACK_BASE_IMAGE, or that of the one built here."""
    return os.environ.get("KAPPASTACK_BASE_IMAGE") or BASE_IMAGE


def base_image(host: str) -> str:
    """The Debian base image: the one that KAPPASTACK_BASE_IMAGE names, or one built here from Debian packages.

    Args:
        host: value of DOCKER_HOST for the engine.
    """
    if (name := base_image_name()) != BASE_IMAGE:
        return name
    found = subprocess.run(
        ["docker", "image", "inspect", BASE_IMAGE], env=environment(host), capture_output=True, check=False
    )
    if found.returncode != 0:
        archive = cache() / "images" / f"debian-{RELEASE}.tar"
        if not archive.is_file():
            _bootstrap(archive)
        # Python and Pulsar need the additional certificates of this machine, if it has any.
        subprocess.run(
            ["docker", "import", str(archive), BASE_IMAGE], env=environment(host), check=True, capture_output=True
        )
    return BASE_IMAGE


def _bootstrap(archive: Path) -> None:
    """A minimal Debian system without manuals, with this machine's certificates and apt settings."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    draft = archive.with_suffix(".draft.tar")
    hooks = (
        # The installation of the JRE fails without the folder for manuals.
        'mkdir -p "$1/usr/share/man/man1" "$1/usr/local/share/ca-certificates"',
        'cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/" 2>/dev/null || true',
        'cp /etc/apt/apt.conf.d/99* "$1/etc/apt/apt.conf.d/" 2>/dev/null || true',
        'chroot "$1" update-ca-certificates >/dev/null 2>&1',
    )
    excluded = ("/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/man/*")
    command = [
        *("mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates"),
        *(f"--dpkgopt=path-exclude={path}" for path in excluded),
        *(f"--customize-hook={hook}" for hook in hooks),
        *(RELEASE, str(draft)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"mmdebstrap failed:\n{done.stderr[-3000:]}")
    draft.replace(archive)
