"""A copy of this checkout, in which a test may add files."""

import os
import shutil
import subprocess
from pathlib import Path

from infra.settings import ROOT

_SHARED = (".venv", "apps/frontend/node_modules", "build/setup")
"""Installed packages."""
_DISTRIBUTIONS = "build/dist"


def copy_checkout(folder: Path) -> Path:
    """Copy all files that git tracks or would add, and the assembled distributions.

    Args:
        folder: a folder that does not exist.

    Returns:
        The folder.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.strip("\0").split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    # The context of an image contains distributions, in which symbolic links to other folders would be lost.
    shutil.copytree(ROOT / _DISTRIBUTIONS, folder / _DISTRIBUTIONS, symlinks=True, copy_function=_link)
    for name in _SHARED:
        (folder / name).symlink_to(ROOT / name)
    return folder


def _link(source: str, target: str) -> None:
    """Create a hard link, or a copy on another file system."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
