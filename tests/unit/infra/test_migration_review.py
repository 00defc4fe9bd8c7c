"""Which statements of migrations lose data or rewrite a table."""

from pathlib import Path

import pytest

from infra import platform
from infra.products.registry import declared
from infra.resources.starrocks.column_types import columns
from infra.resources.starrocks.migration_review import Review, review
from infra.resources.starrocks.migrations import read_migrations

TABLES = """
CREATE TABLE readings (
    id BIGINT NOT NULL, place VARCHAR(64) NULL COMMENT "where, roughly", count INT NULL, share DECIMAL(10, 2) NULL
) PRIMARY KEY (id) PARTITION BY date_trunc('month', at) DISTRIBUTED BY HASH (id)
PROPERTIES ("replication_num" = "${replication_num}");
CREATE TABLE places (name VARCHAR(64) NOT NULL) PRIMARY KEY (name) DISTRIBUTED BY HASH (name);
"""


def reviewed(folder: Path, *files: str) -> Review:
    for number, text in enumerate((TABLES, *files), 1):
        (folder / f"V{number:03}__step.sql").write_text(text)
    return review(read_migrations(folder), {"replication_num": "1"})


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DROP TABLE readings", "drops table readings"),
        ("drop table if exists `readings` force", "drops table readings"),
        ("DROP VIEW IF EXISTS latest", "drops view latest"),
        ("DROP MATERIALIZED VIEW hourly", "drops materialized view hourly"),
        ("DROP DATABASE other", "drops database other"),
        ("TRUNCATE TABLE readings", "removes all rows of table readings"),
        ("DELETE FROM readings WHERE id < 5", "removes rows of table readings"),
        ("INSERT OVERWRITE readings SELECT * FROM others", "replaces all rows of table readings"),
        ("ALTER TABLE readings DROP COLUMN place", "drops column place of readings"),
        ("ALTER TABLE readings ADD COLUMN a INT NULL, DROP COLUMN place", "drops column place of readings"),
        ("ALTER TABLE readings DROP PARTITION p202601", "drops partition p202601 of readings"),
        ("ALTER TABLE readings TRUNCATE PARTITION p202601", "replaces rows of readings"),
        ("ALTER TABLE readings SWAP WITH others", "replaces rows of readings"),
        ("ALTER TABLE readings SET ('partition_live_number' = '3')", "makes StarRocks drop old partitions of readings"),
        (
            "ALTER TABLE readings MODIFY COLUMN place VARCHAR(32) NULL",
            "narrows column place of readings from VARCHAR(64) to VARCHAR(32)",
        ),
        (
            "ALTER TABLE readings MODIFY COLUMN count INT NOT NULL",
            "narrows column count of readings from INT to INT NOT NULL",
        ),
        ("ALTER TABLE readings MODIFY COLUMN id INT NOT NULL", "from BIGINT NOT NULL to INT NOT NULL"),
        (
            "ALTER TABLE unknown MODIFY COLUMN id INT",
            "changes column id of unknown (no earlier migration defines this column), which cannot be undone",
        ),
    ],
)
def test_a_statement_that_loses_data_needs_a_marker(tmp_path: Path, statement: str, what: str) -> None:
    found = reviewed(tmp_path, f"-- A comment is no marker.\n{statement};\n")
    [problem] = found.problems
    assert what in problem
    assert f"V002__step.sql:2: `{' '.join(statement.split())}" in problem
    assert "-- destructive: REASON" in problem


@pytest.mark.parametrize(
    "statement",
    [
        "DROP ROLE IF EXISTS reader",
        "CREATE OR REPLACE VIEW latest AS SELECT 'DROP TABLE readings' AS words",
        "INSERT INTO places VALUES ('drop column'), ('truncate table')",
        "ALTER TABLE readings ADD COLUMN note VARCHAR(10) NULL COMMENT 'a, drop column (b'",
        "ALTER TABLE readings MODIFY COLUMN place VARCHAR(128) NULL AFTER id",
        "ALTER TABLE readings MODIFY COLUMN count BIGINT NULL",
        "ALTER TABLE readings MODIFY COLUMN share DECIMAL(12, 2) NULL",
        "ALTER TABLE readings RENAME COLUMN count TO counted",
        "ALTER TABLE readings COMMENT = 'TRUNCATE'",
        "CREATE TABLE fresh (a INT) DUPLICATE KEY (a); DROP TABLE fresh",
        "ALTER TABLE readings ADD COLUMN note VARCHAR(50) NULL COMMENT 'one ( two'; DROP USER someone",
        "CREATE TABLE fresh (a INT) DUPLICATE KEY (a); ALTER TABLE fresh DROP COLUMN a",
    ],
)
def test_a_statement_that_keeps_all_data_needs_none(tmp_path: Path, statement: str) -> None:
    found = reviewed(tmp_path, f"{statement};\n")
    assert found.losses == []


def test_a_marker_belongs_to_one_statement_and_has_a_reason(tmp_path: Path) -> None:
    found = reviewed(
        tmp_path,
        "-- Places are read from a file since June.\n-- destructive: nothing reads the table\nDROP TABLE places;\n"
        "DROP TABLE readings;\n",
        "-- destructive:\nDROP VIEW latest;\n",
    )
    assert [loss.reason for loss in found.losses] == ["nothing reads the table", "", ""]
    assert ["V002__step.sql:4: `DROP TABLE readings`" in line for line in found.problems] == [True, False]
    assert "V003__step.sql:2: `DROP VIEW latest`" in found.problems[1]


def test_a_migration_is_reviewed_with_the_columns_of_earlier_ones(tmp_path: Path) -> None:
    found = reviewed(
        tmp_path,
        "ALTER TABLE readings MODIFY COLUMN place VARCHAR(128) NULL;\n"
        "ALTER TABLE readings ADD COLUMN (note VARCHAR(9));\n",
        "ALTER TABLE readings RENAME log;\n",
        "ALTER TABLE log RENAME COLUMN note TO remark;\n",
        "ALTER TABLE log MODIFY COLUMN place VARCHAR(64) NULL;\n"
        "ALTER TABLE log MODIFY COLUMN remark VARCHAR(8) NULL;\n",
    )
    assert [loss.what for loss in found.losses] == [
        "narrows column place of log from VARCHAR(128) to VARCHAR(64)",
        "narrows column remark of log from VARCHAR(9) to VARCHAR(8)",
    ]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "ALTER TABLE readings MODIFY COLUMN count BIGINT NULL",
            "rewrites column count of table readings, which is partitioned and therefore probably large",
        ),
        ("ALTER TABLE places ORDER BY (name)", "rewrites table places"),
        ("ALTER TABLE places DISTRIBUTED BY HASH (name) BUCKETS 12", "rewrites table places"),
        ("ALTER TABLE places SET ('bloom_filter_columns' = 'name')", "rewrites table places"),
    ],
)
def test_a_statement_that_rewrites_a_table_is_named(tmp_path: Path, statement: str, what: str) -> None:
    [rewrite] = reviewed(tmp_path, f"{statement};\n").rewrites
    assert (rewrite.what, rewrite.place.rpartition("/")[2]) == (what, "V002__step.sql:1")


def test_a_table_that_is_dropped_and_created_again_has_its_new_columns(tmp_path: Path) -> None:
    found = reviewed(
        tmp_path,
        "-- destructive: its rows come from a file\nDROP TABLE places;\n"
        "CREATE TABLE places (name VARCHAR(8) NOT NULL) PRIMARY KEY (name);\n",
        "ALTER TABLE places MODIFY COLUMN name VARCHAR(64) NOT NULL;\n",
    )
    assert [loss.reason for loss in found.losses] == ["its rows come from a file"]


def test_an_added_column_and_a_new_table_rewrite_nothing(tmp_path: Path) -> None:
    text = (
        "ALTER TABLE readings ADD COLUMN note INT NULL;\nCREATE TABLE fresh (a INT) DUPLICATE KEY (a);\n"
        "ALTER TABLE fresh ORDER BY (a);\n"
    )
    assert reviewed(tmp_path, text).rewrites == []


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("VARCHAR(10)", "STRING", True),
        ("STRING", "VARCHAR(10)", False),
        ("TINYINT", "LARGEINT", True),
        ("BIGINT", "DOUBLE", False),
        ("INT", "DOUBLE", True),
        ("FLOAT", "DOUBLE", True),
        ("DOUBLE", "FLOAT", False),
        ("DATE", "DATETIME", True),
        ("DATETIME", "DATE", False),
        ("DECIMAL(10, 2)", "DECIMAL(12, 4)", True),
        ("DECIMAL(10, 2)", "DECIMAL(10, 4)", False),
        ("INT", "DECIMAL(9, 0)", False),
        ("INT", "VARCHAR(11)", True),
        ("BIGINT", "VARCHAR(11)", False),
        ("ARRAY<INT>", "ARRAY<INT>", True),
        ("JSON", "VARCHAR(10)", False),
    ],
)
def test_values_fit_into_types_that_hold_all_of_them(old: str, new: str, *, fits: bool) -> None:
    [before], [after] = columns(f"a {old}"), columns(f"a {new}")
    assert before.fits_into(after) is fits


@pytest.mark.parametrize(
    "folder",
    [platform.MIGRATIONS, *(each.migrations(name) for each in declared().values() for name in each.databases)],
    ids=lambda folder: folder.name,
)
def test_no_migration_of_the_repository_loses_data_without_a_reason(folder: Path) -> None:
    assert review(read_migrations(folder), {"replication_num": "1"}).problems == []
