"""Reference rows on the emulator: an emptied cell becomes NULL, although an INSERT of some columns keeps the others."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from infra.resources.starrocks import rows
from infra.resources.starrocks.rows import RowsInputs, RowsProvider
from starrocks_emulator.pytest_plugin import EmulatorServer

pytestmark = pytest.mark.integration

CREATE = (
    "CREATE TABLE reference.stations (id VARCHAR(9) NOT NULL, name VARCHAR(9) NULL, height DOUBLE NULL, "
    'note VARCHAR(9) NULL) PRIMARY KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "1")'
)


@pytest.fixture
def root(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[StarRocks]:
    with StarRocks(Address("127.0.0.1", server.mysql_port, "root", "")) as connection:

        @contextmanager
        def session(_stack: str, _service: str, _user: str) -> Iterator[StarRocks]:
            yield connection

        monkeypatch.setattr(rows, "session", session)
        connection.execute("DROP DATABASE IF EXISTS reference FORCE")
        connection.execute("CREATE DATABASE reference")
        connection.execute(CREATE)
        yield connection


def inputs(**stations: dict[str, str | float | None]) -> RowsInputs:
    """The inputs as Pulumi passes them to the provider, without nulls."""
    columns = sorted({column for row in stations.values() for column in row})
    without = {key: {name: value for name, value in row.items() if value is not None} for key, row in stations.items()}
    where = {"stack": "s", "service": "starrocks", "user": "root", "database": "reference", "table": "stations"}
    return RowsInputs.model_validate({**where, "key": "id", "rows": without, "columns": columns})


def test_an_emptied_cell_becomes_null_and_other_columns_and_rows_stay(root: StarRocks) -> None:
    provider = RowsProvider()
    first = inputs(a={"name": "A", "height": 1.5}, b={"name": "B", "height": 2.5})
    provider.apply(first, None)
    root.execute("UPDATE reference.stations SET note = 'mine' WHERE id = 'a'")
    root.execute("INSERT INTO reference.stations (id, name) VALUES ('own', 'Own')")
    assert provider.find_drift(first) == []
    second = inputs(a={"name": "A", "height": None}, c={"name": None, "height": None})
    assert provider.find_drift(second) == ["row a: height is 1.5 instead of None", "row c is missing"]
    provider.apply(second, first)
    assert provider.find_drift(second) == []
    assert root.execute("SELECT * FROM reference.stations ORDER BY id") == [
        ("a", "A", None, "mine"),
        ("c", None, None, None),
        ("own", "Own", None, None),
    ]
    provider.remove(second)
    assert root.execute("SELECT id FROM reference.stations") == [("own",)]


def test_without_declared_rows_nothing_changes(root: StarRocks) -> None:
    RowsProvider().apply(inputs(), None)
    assert RowsProvider().find_drift(inputs()) == []
