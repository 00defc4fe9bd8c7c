from collections.abc import Iterator
from pathlib import Path

import pytest

from starrocks_emulator.pytest_plugin import (
    EmulatorServer,
    starrocks_database,
    starrocks_emulator_server,
    start_emulator,
)

__all__ = ["starrocks_database", "starrocks_emulator_server"]


@pytest.fixture
def own_emulator(tmp_path: Path) -> Iterator[EmulatorServer]:
    """A separate emulator that a test may kill."""
    server = start_emulator(tmp_path / "data")
    yield server
    server.stop()
