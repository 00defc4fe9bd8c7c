"""One emulator for each file of tests."""

from collections.abc import Iterator

import pytest

from starrocks_emulator.pytest_plugin import EmulatorServer, start_emulator


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorServer]:
    running = start_emulator(tmp_path_factory.mktemp("starrocks") / "data")
    try:
        yield running
    finally:
        running.kill()
