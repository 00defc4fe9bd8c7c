"""Differences between SHOW CREATE statements as StarRocks 3.5 prints them."""

import pytest

from infra.resources.starrocks import schema_change
from infra.resources.starrocks.migrations import MigrationError
from infra.resources.starrocks.object_changes import changes
from infra.resources.starrocks.schema_change import wait_for_schema_change

TABLE = """CREATE TABLE `t` (
  `id` int(11) NOT NULL COMMENT "",
  `tags` map<varchar(9),decimal(9, 2)> NULL DEFAULT NULL COMMENT "a, b",
  INDEX by_id (`id`) USING BITMAP COMMENT ''
) ENGINE=OLAP
PRIMARY KEY(`id`)
PARTITION BY RANGE(`id`)
(PARTITION p1 VALUES [("1"), ("2")))
DISTRIBUTED BY HASH(`id`) BUCKETS 1
PROPERTIES (
"compression" = "LZ4",
"replication_num" = "3"
);"""
MATERIALIZED = """CREATE MATERIALIZED VIEW `m` (`id`, `c`)
DISTRIBUTED BY HASH(`id`)
REFRESH ASYNC
PROPERTIES (
"replicated_storage" = "true",
"replication_num" = "3"
)
AS SELECT `t`.`id`, count(*) AS `c` FROM `d`.`t` GROUP BY `t`.`id`;"""


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("  `id` int(11) NOT NULL", "  `id` bigint(20) NOT NULL",
         'column id is `bigint(20) NOT NULL COMMENT ""` instead of `int(11) NOT NULL COMMENT ""`'),
        ('"a, b"', '"a"', 'column tags is `map<varchar(9),decimal(9, 2)> NULL DEFAULT NULL COMMENT "a"` instead of '
         '`map<varchar(9),decimal(9, 2)> NULL DEFAULT NULL COMMENT "a, b"`'),
        (",\n  INDEX by_id (`id`) USING BITMAP COMMENT ''", "",
         "index by_id is missing ((`id`) USING BITMAP COMMENT '')"),
        ("\n) ENGINE", ',\n  `n` int(11) NULL COMMENT ""\n) ENGINE', 'column n was added (int(11) NULL COMMENT "")'),
        ('num" = "3"', 'num" = "1"', "property replication_num is 1 instead of 3"),
        ('"LZ4",', '"LZ4",\n"partition_ttl" = "1 MONTH",', "property partition_ttl is 1 MONTH instead of not set"),
    ],
)  # fmt: skip
def test_a_change_of_a_table_is_named(before: str, after: str, line: str) -> None:
    changed = TABLE.replace(before, after)
    assert changed != TABLE
    assert changes("TABLE", TABLE, changed) == [line]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('("2")))', '("2"))),\nPARTITION p2 VALUES [("2"), ("3"))'),
        ("BUCKETS 1", "BUCKETS 4"),
        ('"LZ4",', '"LZ4",\n"property_of_a_later_version" = "true",'),
        ('"compression" = "LZ4",\n', ""),
    ],
)
def test_changes_by_starrocks_itself_are_no_difference(before: str, after: str) -> None:
    changed = TABLE.replace(before, after)
    assert changed != TABLE
    assert changes("TABLE", TABLE, changed) == []


def test_a_change_of_a_materialized_view_is_named() -> None:
    assert changes("MATERIALIZED VIEW", MATERIALIZED, MATERIALIZED.replace("count(*)", "max(`t`.`n`)")) == [
        "its definition has `max(`t`.`n`) AS `c` FROM `d`.`t` GROUP BY `t`.`id`` instead of "
        "`count(*) AS `c` FROM `d`.`t` GROUP BY `t`.`id``"
    ]
    assert changes("MATERIALIZED VIEW", MATERIALIZED, MATERIALIZED.replace('"3"', '"1"')) == [
        "property replication_num is 1 instead of 3"
    ]
    later = MATERIALIZED.replace("PROPERTIES (", 'PROPERTIES (\n"session.of_a_later_version" = "1",')
    assert changes("MATERIALIZED VIEW", MATERIALIZED, later) == []


def test_a_change_of_a_view_is_named() -> None:
    view = "CREATE VIEW `v` (`id`) AS SELECT `t`.`id` FROM `t`;"
    assert changes("VIEW", view, view.replace("AS SELECT", "\nAS SELECT")) == []
    assert changes("VIEW", view, view.replace("`t`;", "`t` WHERE `t`.`id` > 1;")) == [
        "its definition has `WHERE `t`.`id` > 1` instead of ``"
    ]


class Frontend:
    """Returns the next prepared list of a table's schema changes at each query."""

    def __init__(self, *states: str) -> None:
        self.states = [*states]

    def query(self, statement: str) -> list[dict[str, object]]:
        assert statement == "SHOW ALTER TABLE COLUMN"
        job: dict[str, object] = {
            "JobId": "7",
            "TableName": "t",
            "State": self.states.pop(0),
            "Msg": "no space",
            "Progress": "1/2",
        }
        return [{**job, "TableName": "other", "State": "RUNNING"}, job]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.shared.polling.time.sleep", lambda _seconds: None)


def test_the_end_of_a_schema_change_is_awaited() -> None:
    frontend = Frontend("PENDING", "WAITING_TXN", "RUNNING", "FINISHED")
    wait_for_schema_change(frontend, "t")
    assert frontend.states == []


def test_a_cancelled_schema_change_is_an_error_unless_it_is_an_older_one() -> None:
    wait_for_schema_change(Frontend("CANCELLED"), "t")
    with pytest.raises(MigrationError, match="cancelled the schema change of table t: no space"):
        wait_for_schema_change(Frontend("RUNNING", "CANCELLED"), "t")


def test_the_wait_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_change, "_WITHIN", 0)
    with pytest.raises(TimeoutError, match=r"the schema change of table t.*RUNNING \(1/2\)"):
        wait_for_schema_change(Frontend("RUNNING", "RUNNING"), "t")
