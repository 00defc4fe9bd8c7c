from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from starrocks.alembic import StarRocksImpl  # type: ignore[import-untyped]  # it has no types
from starrocks.datatype import (  # type: ignore[import-untyped]  # it has no types
    BIGINT,
    BOOLEAN,
    DATETIME,
    DECIMAL,
    DOUBLE,
    VARCHAR,
)

from tests.integration.emulator_mysql.emulator_process import Emulator

pytestmark = pytest.mark.integration


@pytest.fixture
def engine(emulator: Emulator, database: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"starrocks://root:@127.0.0.1:{emulator.port}/{database}")
    yield engine
    engine.dispose()


COMMENT = "readings of stations"
KEY, DISTRIBUTED, PROPERTIES = "station_id, read_at", "HASH(station_id) BUCKETS 1", {"replication_num": "1"}


def table_of(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "readings",
        metadata,
        *columns(),
        comment=COMMENT,
        starrocks_primary_key=KEY,
        starrocks_distributed_by=DISTRIBUTED,
        starrocks_properties=PROPERTIES,
    )


def columns() -> list[sa.Column[object]]:
    return [
        sa.Column("station_id", VARCHAR(64), nullable=False),
        sa.Column("read_at", DATETIME, nullable=False),
        sa.Column("level", DOUBLE),
        sa.Column("price", DECIMAL(18, 4)),
        sa.Column("counted", BIGINT),
        sa.Column("valid", BOOLEAN),
        sa.Column("note", VARCHAR(255), comment="what was seen"),
    ]


def test_create_write_and_reflect(engine: sa.Engine, database: str) -> None:
    metadata = sa.MetaData()
    table = table_of(metadata)
    metadata.create_all(engine)
    at = datetime.fromisoformat("2026-01-31 12:05:06")
    rows = [{"station_id": f"S{n}", "read_at": at, "level": n / 2, "note": "d'été"} for n in range(100)]
    with engine.begin() as connection:
        assert connection.execute(sa.insert(table), rows).rowcount == 100
        found = connection.execute(
            sa.select(table.c.level, table.c.note, table.c.read_at).where(table.c.station_id == "S7")
        ).all()
    assert [tuple(row) for row in found] == [(3.5, "d'été", at)]

    inspector = sa.inspect(engine)
    assert set(inspector.get_table_names()) == {"measurements", "readings"}
    assert database in inspector.get_schema_names()
    assert [column["name"] for column in inspector.get_columns("readings")] == [c.name for c in table.columns]
    assert inspector.get_pk_constraint("readings")["constrained_columns"] == ["station_id", "read_at"]
    assert inspector.get_table_comment("readings") == {"text": "readings of stations"}
    options = inspector.get_table_options("readings")
    assert options["starrocks_primary_key"] == "station_id, read_at"
    reflected = sa.Table("readings", sa.MetaData(), autoload_with=engine)
    assert [(c.name, c.nullable, c.comment) for c in reflected.columns] == [
        (c.name, c.nullable, c.comment) for c in table.columns
    ]
    metadata.drop_all(engine)
    assert not sa.inspect(engine).has_table("readings")


def test_views_are_reflected(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE VIEW noted AS SELECT station_id, note FROM measurements"))
    inspector = sa.inspect(engine)
    assert inspector.get_view_names() == ["noted"]
    assert "note" in (inspector.get_view_definition("noted") or "")
    assert [column["name"] for column in inspector.get_columns("noted")] == ["station_id", "note"]


def test_alembic_finds_nothing_to_change_after_an_upgrade(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("DROP TABLE measurements FORCE"))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert isinstance(context.impl, StarRocksImpl)
        metadata = sa.MetaData()
        table = table_of(metadata)
        operations = Operations(context)
        operations.create_table(
            "readings",
            *columns(),
            comment=COMMENT,
            starrocks_primary_key=KEY,
            starrocks_distributed_by=DISTRIBUTED,
            starrocks_properties=PROPERTIES,
        )
        assert compare_metadata(context, metadata) == []
        operations.add_column("readings", sa.Column("added", BIGINT))
        assert [change[:3] for change in compare_metadata(context, metadata)] == [("remove_column", None, "readings")]
        table.append_column(sa.Column("added", BIGINT))
        assert compare_metadata(context, metadata) == []
