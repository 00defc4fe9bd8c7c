"""Copying and linking files into a distribution."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from infra.distributions.digest import files


def place(paths: Iterable[Path], folder: Path) -> None:
    """Put files of the cache into a folder: as hard links, which take no space, where that can be."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy2(path, folder / path.name)


def copy_sources(source: Path, target: Path, suffixes: tuple[str, ...] = ()) -> None:
    """Copy what counts as sources below a folder.

    Args:
        source: the folder.
        target: created where missing.
        suffixes: ends of the file names to copy; empty for all.
    """
    for path in files(source):
        if suffixes and not path.name.endswith(suffixes):
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
