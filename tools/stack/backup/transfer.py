"""Copies snapshots between the emulator's volume and the folder of a backup, by `tar` within the service."""

import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from infra.services.starrocks import REPOSITORIES
from infra.targets.operations import Operations
from tools.stack.backup.manifest import BackupError
from tools.stack.backup.snapshots import REPOSITORY

_SERVICE = "starrocks"
_PLACE = "backup"
LOCATION = f"file:///{_PLACE}"
"""Location of the emulator's repository."""


class EmulatorFiles:
    """The files of the emulator's repository."""

    def __init__(self, place: Operations) -> None:
        """`place` are the operations on the stack."""
        self._place = place
        volume = place.volume(_SERVICE, "data")
        self._folder = f"{volume}/{REPOSITORIES}/{_PLACE}/__starrocks_repository_{REPOSITORY}"

    def fetch(self, labels: Sequence[str], folder: Path) -> None:
        """Copy snapshots from the repository into a folder.

        Raises:
            BackupError: `tar` failed, or its archive ends early.
        """
        names = [_folder_of(label) for label in labels]
        damage = ""
        with self._running(["tar", "-C", self._folder, "-cf", "-", *names]) as process:
            assert process.stdout is not None
            try:
                with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                    archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _folder: member)
                    archive.extractall(folder)  # noqa: S202 # written by this program
            except tarfile.TarError as error:
                damage = str(error)
        self._check(process)
        if damage:
            raise BackupError(f"the archive of the snapshots, from service {_SERVICE}, is damaged: {damage}")

    def send(self, labels: Sequence[str], folder: Path) -> None:
        """Copy snapshots from a folder into the repository.

        Raises:
            BackupError: `tar` failed.
        """
        self._run(["mkdir", "-p", self._folder])
        with self._running(["tar", "-C", self._folder, "-xf", "-"]) as process:
            assert process.stdin is not None
            try:
                with tarfile.open(fileobj=process.stdin, mode="w|") as archive:
                    for label in labels:
                        archive.add(folder / _folder_of(label), _folder_of(label), filter=_without_owner)
                process.stdin.close()
            except BrokenPipeError:
                pass  # `tar` has ended, and its message contains the reason.
        self._check(process)

    def clear(self) -> None:
        """Delete all snapshots of the repository, also those of interrupted commands.

        Raises:
            BackupError: `rm` failed.
        """
        self._run(["rm", "-rf", self._folder])

    def _run(self, command: Sequence[str]) -> None:
        with self._running(command) as process:
            pass
        self._check(process)

    def _running(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._place.inside(_SERVICE, command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @staticmethod
    def _check(process: "subprocess.Popen[bytes]") -> None:
        if process.returncode != 0:
            words = process.args if isinstance(process.args, list) else []
            raise BackupError(f"{' '.join(map(str, words[:4]))} … ended with status {process.returncode}; see above")


def _folder_of(label: str) -> str:
    return f"__ss_{label}"


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
