"""LionTrack's Node.js package, built for tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

from infra.settings import ROOT

_PACKAGE = ROOT / "apps/liontrack/producer-node"


def program(name: str) -> str:
    """Path of `node` or `npm`; the test is skipped if the machine lacks it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: run `make setup`")
    return found


def build(folder: Path) -> Path:
    """A copy of the package in a new folder, installed and compiled."""
    shutil.copytree(_PACKAGE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    npm = program("npm")
    for command in ([npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit"], [npm, "run", "build"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder
