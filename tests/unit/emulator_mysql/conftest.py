from collections.abc import Iterator

import pytest

from tests.unit.emulator_mysql.serving import Served, serving
from tests.unit.emulator_mysql.sqlite_backend import SqliteBackend


@pytest.fixture
def backend() -> SqliteBackend:
    return SqliteBackend({"root": "", "ana": "s3cret"})


@pytest.fixture
def served(backend: SqliteBackend) -> Iterator[Served]:
    with serving(backend) as server:
        backend.kill = lambda connection_id: server.server.kill(connection_id, query_only=False)
        yield server
