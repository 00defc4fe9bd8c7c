"""Versions of distributions that are built from this repository. Equal sources and locks give equal versions."""

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from infra.checkout.paths import ROOT
from infra.versions import PROJECT

LEFT_OUT = {
    "__pycache__",
    "node_modules",
    "target",
    "tests",
    "test",
    "dist",
    ".vite",
    "coverage",
    ".idea",
    ".vscode",
}
"""Names of folders that are left out of distributions: caches, other tools' output, tests."""


def files(source: Path) -> Iterator[Path]:
    """The source files below a folder, in a stable order; for a file, the file itself."""
    if source.is_file():
        yield source
        return
    for folder, names, contents in os.walk(source):
        names[:] = sorted(name for name in names if name not in LEFT_OUT)
        for name in sorted(contents):
            if not name.endswith((".pyc", ".md", ".tsbuildinfo")):
                yield Path(folder) / name


def version(sources: Iterable[Path], extra: Iterable[str] = ()) -> str:
    """Version of a build from these files and folders, such as `0.1.0-3f2a90c1b7de`.

    Args:
        sources: files and folders of the repository; missing ones count as empty.
        extra: other inputs of the build, as text.
    """
    digest = sha256()
    for source in sources:
        for path in files(source):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
            digest.update(content)
    for text in extra:
        digest.update(f"{text}\n".encode())
    return f"{PROJECT}-{digest.hexdigest()[:12]}"


def interpreter() -> str:
    """Tag of compiled Python packages: the version of Python and the platform, such as `cp311-linux-x86_64`."""
    return f"cp{sys.version_info.major}{sys.version_info.minor}-{sysconfig.get_platform()}"
