"""Copies and links files into a distribution."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from infra.distributions.digest import files


def place(paths: Iterable[Path], folder: Path) -> None:
    """Put files of the cache into a folder: as hard links, which use no space, or as copies if links are impossible."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy2(path, folder / path.name)


def copy_sources(source: Path, target: Path, suffixes: tuple[str, ...] = ()) -> None:
    """Copy the source files below a folder, or one file.

    Args:
        source: the folder or file.
        target: destination folder or file; missing folders are created.
        suffixes: suffixes of the file names to copy; empty for all files.
    """
    for path in files(source):
        if suffixes and not path.name.endswith(suffixes):
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
