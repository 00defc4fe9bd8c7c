"""The stack that the end-to-end tests share, made once and destroyed at the end."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from machine import TestStack  # beside this file, which is no package


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """A deployed stack."""
    made = TestStack(tmp_path_factory.mktemp("stack") / "state")
    try:
        made.up()
        yield made
    finally:
        made.destroy()
