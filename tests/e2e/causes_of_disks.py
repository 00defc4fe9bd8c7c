"""A small disk for StarRocks' data, and the cause of alerts about disks. Only root may mount a disk."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machine import TestStack

from infra.state import StackState
from infra.targets.host.supervisor import Supervisor

MAY_MOUNT = os.geteuid() == 0 and Path("/dev/loop-control").exists() and shutil.which("mkfs.ext4") is not None
_SERVICE = "starrocks"
_SPARE = 2**30
"""Bytes of the disk beyond twice the data. The file with the disk is sparse, so they take no space."""
_FREE_PERCENT = 3


@contextmanager
def small_disk(stack: TestStack, image: Path) -> Iterator[Path]:
    """StarRocks' data are on a small disk of their own, in the file `image`. Yields the folder of the disk."""
    folder = StackState(stack.name).volume(_SERVICE, "data")
    aside = folder.with_name("aside")
    with _stopped(stack):
        used = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
        folder.rename(aside)
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(2 * used + _SPARE)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(image))
        _run("mount", "-o", "loop", str(image), str(folder))
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        shutil.rmtree(aside)
    try:
        yield folder
    finally:
        with _stopped(stack):
            shutil.copytree(folder, aside, ignore=shutil.ignore_patterns("lost+found"))
            _run("umount", str(folder))
            folder.rmdir()
            aside.rename(folder)
        image.unlink()


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """The disk of a folder is almost full."""
    disk = shutil.disk_usage(folder)
    path = folder / "filling"
    try:
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, disk.free - disk.total * _FREE_PERCENT // 100)
        yield
    finally:
        path.unlink()


@contextmanager
def _stopped(stack: TestStack) -> Iterator[None]:
    supervisor = Supervisor(stack.name)
    supervisor.stop(_SERVICE)
    try:
        yield
    finally:
        supervisor.start(_SERVICE)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
