from collections.abc import Iterator
from pathlib import Path

import pytest

from starrocks_emulator.engine import Engine
from starrocks_emulator.testing import Client


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("emulator") / "data"
    engine = Engine(folder)
    yield engine
    engine.close()


@pytest.fixture
def client(engine: Engine) -> Iterator[Client]:
    """A root session with a fresh database `d`."""
    client = Client(engine)
    client.run("DROP DATABASE IF EXISTS d; CREATE DATABASE d; USE d")
    yield client
    client.session.close()
