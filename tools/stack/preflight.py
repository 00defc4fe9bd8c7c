"""What a machine must allow for target `host`, checked before anything starts."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

_NOBODY = "65534"
_NAMESPACE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--", "true")
_SETPRIV = (
    *("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
    *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--", "true"),
)
"""The two ways in which root starts PostgreSQL; see `infra.services.postgres`."""
_MOUNTS = Path("/proc/mounts")


class MachineError(Exception):
    """The machine does not allow what a service needs; the message says what to do."""


def check(folder: Path, *, uid: int | None = None, works: Callable[[tuple[str, ...]], bool] | None = None) -> None:
    """Check this machine.

    Args:
        folder: of the stack's state.
        uid: of the deploying user; None for that of this process.
        works: whether a command succeeds; None runs it.

    Raises:
        MachineError: naming each problem with a way out.
    """
    found = [*user_problems(os.getuid() if uid is None else uid, works or _works), *mount_problems(folder)]
    if found:
        raise MachineError("\n".join(found))


def user_problems(uid: int, works: Callable[[tuple[str, ...]], bool]) -> list[str]:
    """Whether root can run PostgreSQL as another user."""
    if uid != 0 or works(_NAMESPACE) or works(_SETPRIV):
        return []
    return [
        "PostgreSQL does not run as root, and this machine lets root neither create a user namespace (unshare --user) "
        "nor run a program as nobody (setpriv): deploy as another user, or allow one of the two"
    ]


def mount_problems(folder: Path, mounts: Path = _MOUNTS) -> list[str]:
    """Whether Java finds the file system of the stack's data, which Pulsar's bookie asks for at its start.

    Java looks for the mount point in `/proc/mounts` (`sun.nio.fs.LinuxFileStore.findMountEntry`). In a chroot whose
    root is no mount point there is none.
    """
    try:
        known = {line.split()[1].encode().decode("unicode_escape") for line in mounts.read_text().splitlines()}
    except OSError:
        return []
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    device = place.stat().st_dev
    while place.parent != place:
        if place.parent.stat().st_dev != device and str(place) in known:
            return []
        place = place.parent
    if str(place) in known:
        return []
    return [
        f"Pulsar cannot store data in {folder}: {place} is no mount point here, as in a chroot. Set KAPPASTACK_STATE "
        "to a folder of a mounted file system"
    ]


def _works(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
