"""The atomic file writer of this project. It uses the standard library only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

_PRIVATE = 0o600
_READABLE = 0o644


def write_file(path: Path, content: str | bytes, *, mode: int = _READABLE) -> None:
    """Write a file atomically: readers find the old or the new content, also after a crash of the machine.

    Args:
        path: the file; missing folders are created.
        content: the whole content.
        mode: permissions of the file.

    Raises:
        OSError: the file cannot be written; the old content stays, and the temporary file is deleted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    data = content.encode() if isinstance(content, str) else content
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner may read; see `write_file`."""
    write_file(path, content, mode=_PRIVATE)
