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
    """An emulator for one test, which may kill it."""
    server = start_emulator(tmp_path / "data")
    yield server
    server.stop()
