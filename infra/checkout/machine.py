"""Checks that a machine meets the requirements of target `host`, before any service starts. Standard library only."""

import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

NOBODY = 65534
"""Number of the user and the group nobody."""
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
SETPRIV = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    # Without this bit, access(2), which initdb calls, ignores the capability of a user that is not root.
    "--securebits=+no_setuid_fixup",
    *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--"),
)
"""The two ways in which root starts PostgreSQL as nobody.

With the capability, the user nobody can enter folders of root.
"""
_MOUNTS = Path("/proc/mounts")


class MachineError(Exception):
    """The machine does not meet a requirement of a service; the message contains the remedy."""


def check(folder: Path) -> None:
    """Check this machine.

    Args:
        folder: the stack's state folder.

    Raises:
        MachineError: names each problem and its remedy.
    """
    if found := problems(folder):
        raise MachineError("\n".join(found))


def problems(folder: Path) -> list[str]:
    """Each problem of this machine, with its remedy.

    Args:
        folder: the stack's state folder.
    """
    return [*user_problems(os.getuid()), *mount_problems(folder)]


def user_problems(
    uid: int, *, runs: Callable[[tuple[str, ...]], bool] | None = None, named: Callable[[int], bool] | None = None
) -> list[str]:
    """Problems that prevent PostgreSQL from starting: root must run it as another user, and each user needs a name.

    Args:
        uid: user id of the deploying user.
        runs: whether a command succeeds; by default the command is run.
        named: whether the machine has a name for a user id; by default it is looked up in the user database.
    """
    if uid != 0:
        if (named or _named)(uid):
            return []
        return [
            f"PostgreSQL does not start for a user without a name, and this machine has none for user {uid}: add one, "
            f"such as `useradd --uid {uid} kappastack`, or deploy as another user"
        ]
    if (runs or works)((*NAMESPACE, "true")) or (runs or works)((*SETPRIV, "true")):
        return []
    return [
        "PostgreSQL does not run as root, and this machine lets root neither create a user namespace (unshare --user) "
        "nor run a program as nobody (setpriv): deploy as another user, or allow one of the two"
    ]


def mount_problems(folder: Path, mounts: Path = _MOUNTS) -> list[str]:
    """Problems that prevent Java from finding the file system of the stack's data, which Pulsar's bookie needs.

    Java looks for the mount point in `/proc/mounts` (`sun.nio.fs.LinuxFileStore.findMountEntry`). In a chroot whose
    root is not a mount point, Java finds none.
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
        f"Pulsar cannot store data in {folder}: {place} is not a mount point, as in a chroot. Set KAPPASTACK_STATE "
        "to a folder of a mounted file system"
    ]


def works(command: tuple[str, ...]) -> bool:
    """Whether this machine runs a command with exit status 0."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _named(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
