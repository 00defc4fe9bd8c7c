"""Folders of the checkout and of the user's cache, locks between processes, atomic writes."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
# Folder that the set-up writes to: its stamp, the prepared environment, logs of its commands.
NOTES = ROOT / "build" / "setup"


def cache() -> Path:
    """The user's cache folder for downloads and builds, which all checkouts share."""
    folder = os.environ.get("KAPPASTACK_CACHE")
    return Path(folder).expanduser().resolve() if folder else Path.home() / ".cache" / "kappastack"


def state_folder() -> Path:
    """The state folder of this checkout: `.kappastack`, or the folder in KAPPASTACK_STATE."""
    return Path(os.environ.get("KAPPASTACK_STATE") or ROOT / ".kappastack").resolve()


@contextmanager
def locked(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold an exclusive lock on a file, across processes; the kernel releases it when the process ends.

    Args:
        path: the lock file; it is created if missing and never deleted.
        on_wait: called once if another process holds the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, text: str) -> None:
    """Write a file atomically: readers find the old text or the new one, also after an interruption."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)
