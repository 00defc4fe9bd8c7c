"""The state folder: checks that it belongs to kappastack, and removes the files of the commands."""

import errno
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from infra.state import StackState, state_folder

MARKER = "kappastack-state"
"""File that marks a state folder. A folder with other content and without this file is refused."""
PASSPHRASE = "passphrase"  # noqa: S105 # a file name
BACKEND = "pulumi"
HOME = "pulumi-home"
SALT_SUFFIX = ".encryptionsalt"
RESERVED = (MARKER, PASSPHRASE, BACKEND, HOME)
"""Names of entries of the state folder, which stacks must not have."""

_TEXT = "This folder contains the state of kappastack's stacks. `make destroy` removes it with the last stack.\n"
_DATA = "data"
_STACK_ENTRIES = frozenset(
    [
        *("logs", "supervisor", "services", _DATA, "tokens", "demonstration", "restoring"),
        *("backup.lock", "planned-starts"),
        *("connections.json", "secrets.json", "rotation.json", "health.json", "forwarding.log"),
    ]
)
_DEMONSTRATION = "demonstration-"
_DRAFT = re.compile(r"^\.(?P<name>.+)\.\d+\.[0-9a-f]{8}$")
"""Name of an unfinished file; see `apps.shared.files.write_file`."""
_OF_THE_FILE_SYSTEM = frozenset(["lost+found"])


class StateFolderError(Exception):
    """The state folder cannot be used; the message contains the reason and the remedy."""


def claim() -> Path:
    """Check that the state folder is empty or kappastack's, and mark it.

    Returns:
        The folder.

    Raises:
        StateFolderError: the folder has other content, or the path is not a folder.
    """
    folder = state_folder()
    if folder.exists() and not folder.is_dir():
        raise StateFolderError(f"KAPPASTACK_STATE={folder} is not a folder: name a new or an empty folder")
    foreign = [] if (folder / MARKER).is_file() else _foreign(folder)
    if foreign:
        raise StateFolderError(
            f"{folder} has content that is not kappastack's ({_listed(foreign)}): "
            "set KAPPASTACK_STATE to a new or an empty folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MARKER).is_file():
        try:
            (folder / MARKER).write_text(_TEXT)
        except OSError as error:
            # `destroy` must work on a full disk, where the marker stays empty.
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
    return folder


def remove_stack(stack: str, *, keep_data: bool) -> list[str]:
    """Remove the files of a stack.

    Args:
        stack: name of the stack.
        keep_data: whether the volumes of its services stay.

    Returns:
        A line for each remaining file or folder, with the reason.
    """
    state = StackState(stack)
    remaining = _remove(state.runtime)
    for path in _entries(state.folder):
        if _is_stack_entry(path.name) and not (keep_data and path.name == _DATA):
            remaining += _remove(path)
    if keep_data and _entries(state.folder / _DATA):
        return [*remaining, f"{state.folder / _DATA} stays: keepData is set"]
    return [*remaining, *_remove_empty(state.folder)]


def remove_if_unused() -> list[str]:
    """Remove the state folder unless it contains a stack.

    Returns:
        A line for each remaining file or folder, with the reason; nothing if a stack remains.
    """
    folder = state_folder()
    if has_stacks() or any(_is_stack_folder(path) for path in _entries(folder)):
        return []
    remaining = _remove(folder / BACKEND / ".pulumi") + _remove_empty(folder / BACKEND) + _remove(folder / HOME)
    for path in _entries(folder):
        if _undrafted(path.name) == PASSPHRASE:
            remaining += _remove(path)
    # The marker stays with foreign content, so that the folder remains usable.
    if [path.name for path in _left(folder)] == [MARKER]:
        remaining += _remove(folder / MARKER)
    return remaining + _remove_empty(folder)


def has_stacks() -> bool:
    """Whether secrets of a stack depend on the passphrase of the state folder."""
    folder = state_folder()
    return any(folder.glob(f"{BACKEND}/.pulumi/stacks/*/*.json")) or any(folder.glob(f"*{SALT_SUFFIX}"))


def _foreign(folder: Path) -> list[str]:
    """Entries of a folder without a marker that kappastack did not create."""
    entries = [path for path in _entries(folder) if path.name not in _OF_THE_FILE_SYSTEM]
    foreign = [
        path.name
        for path in entries
        if _undrafted(path.name) not in RESERVED and path.suffix != SALT_SUFFIX and not _is_stack_folder(path)
    ]
    # Older revisions wrote no marker, but always a backend or a stack's folder. A lone file `passphrase` is foreign.
    older = any(path.name == BACKEND or _is_stack_folder(path) for path in entries)
    return foreign if older else [path.name for path in entries]


def _is_stack_folder(path: Path) -> bool:
    return (
        path.is_dir()
        and path.name not in RESERVED
        and bool(entries := _entries(path))
        and all(_is_stack_entry(each.name) for each in entries)
    )


def _is_stack_entry(name: str) -> bool:
    name = _undrafted(name)
    return name in _STACK_ENTRIES or name.startswith(_DEMONSTRATION)


def _undrafted(name: str) -> str:
    match = _DRAFT.match(name)
    return match["name"] if match else name


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(path: Path) -> list[str]:
    """Remove a file, a link or a folder with its content; return a line if it stays."""
    if path.is_symlink() or path.is_file():
        try:
            path.unlink()
        except OSError as error:
            return [f"{path} stays: {error.strerror}"]
        return []
    if not path.is_dir():
        return []
    shutil.rmtree(path, ignore_errors=True)
    return _remove_empty(path)


def _remove_empty(folder: Path) -> list[str]:
    """Remove a folder if it is empty; return a line if it stays."""
    if not folder.is_dir():
        return []
    try:
        folder.rmdir()
    except OSError as error:
        return [f"{folder} stays: {_reason(folder, error)}"]
    return []


def _reason(folder: Path, error: OSError) -> str:
    if left := [path.name for path in _left(folder) if path.name != MARKER]:
        return f"it has content that kappastack did not create ({_listed(left)})"
    return "it is a mount point" if folder.is_mount() else str(error.strerror)


def _left(folder: Path) -> Iterator[Path]:
    return (path for path in _entries(folder) if path.name not in _OF_THE_FILE_SYSTEM)


def _listed(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:4])
    return f"{shown}, …" if len(names) > 4 else shown
