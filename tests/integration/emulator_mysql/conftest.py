from collections.abc import Iterator

import pytest

from tests.integration.emulator_mysql.emulator_process import Emulator, emulator_process

CREATE = """
CREATE TABLE measurements (
    station_id VARCHAR(64) NOT NULL,
    measured_at DATETIME NOT NULL,
    value DOUBLE NULL,
    quality TINYINT NULL,
    valid BOOLEAN NULL,
    price DECIMAL(18, 4) NULL,
    day DATE NULL,
    counted BIGINT NULL,
    note VARCHAR(255) NULL
) PRIMARY KEY (station_id, measured_at)
DISTRIBUTED BY HASH (station_id) BUCKETS 1
PROPERTIES ("replication_num" = "1")
"""


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator_process(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture
def database(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database with a table `measurements`."""
    name = f"db_{abs(hash(request.node.nodeid)) % 10**10}"
    with emulator.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
        cursor.execute(CREATE)
        yield name
        cursor.execute(f"DROP DATABASE {name} FORCE")
