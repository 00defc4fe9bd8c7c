"""The privileges in effect after all migrations, and the order in which views are recreated."""

from collections.abc import Sequence

import pytest

from infra.resources.starrocks.migration_grants import Grant, desired_grants, missing_grants
from infra.resources.starrocks.migration_journal import SchemaObject, in_reading_order
from infra.resources.starrocks.migrations import read_migrations
from infra.settings import ROOT


def test_the_grants_in_effect_are_those_after_all_statements() -> None:
    statements = [
        "CREATE ROLE r",
        "GRANT SELECT, INSERT ON TABLE d.t TO ROLE r",
        "grant select on all tables in database d to role 'r'",
        "GRANT SELECT ON VIEW d.v TO ROLE old",
        "GRANT SELECT ON VIEW d.gone TO ROLE r",
        "grant operate on system to role r",
        "GRANT 'inner', `other` TO  ROLE 'r'",
        "REVOKE other FROM ROLE r",
        "REVOKE INSERT ON TABLE d.t FROM ROLE r",
        "DROP ROLE IF EXISTS old",
        "DROP VIEW gone",
    ]
    assert desired_grants(statements, "d") == {
        Grant("r", "SELECT", "TABLE d.t"),
        Grant("r", "SELECT", "ALL TABLES IN DATABASE d"),
        Grant("r", "OPERATE", "SYSTEM"),
        Grant("r", "inner", ""),
    }


@pytest.mark.parametrize(
    ("target", "database"),
    [
        ("TABLE d.t", "d"),
        ("MATERIALIZED VIEW d.v", "d"),
        ("DATABASE d", "d"),
        ("ALL TABLES IN DATABASE d", "d"),
        ("ALL TABLES IN ALL DATABASES", ""),
        ("ALL DATABASES", ""),
        ("SYSTEM", ""),
        ("CATALOG default_catalog", ""),
        ("", ""),
    ],
)
def test_the_database_of_a_privilege(target: str, database: str) -> None:
    assert Grant("r", "SELECT", target).database == database


class Frontend:
    """Executes SHOW ROLES and SHOW GRANTS like StarRocks."""

    def execute(self, statement: str) -> Sequence[Sequence[object]]:
        if statement == "SHOW ROLES":
            return [("root",), ("r",)]
        assert statement == "SHOW GRANTS FOR ROLE r"
        return [("'r'", None, "GRANT INSERT, SELECT ON TABLE d.t TO ROLE 'r'")]


def test_grants_of_a_role_that_does_not_exist_are_missing() -> None:
    desired = {Grant("r", "SELECT", "TABLE d.t"), Grant("r", "DELETE", "TABLE d.t"), Grant("s", "SELECT", "TABLE d.t")}
    assert missing_grants(Frontend(), desired) == [
        Grant("r", "DELETE", "TABLE d.t"),
        Grant("s", "SELECT", "TABLE d.t"),
    ]


def test_every_grant_of_the_repository_can_be_parsed() -> None:
    for folder in ("platform", "ciapol"):
        texts = [each.text for one in read_migrations(ROOT / "sql" / folder) for each in one.statements(VALUES)]
        grants = [text for text in texts if text.upper().startswith(("GRANT", "REVOKE"))]
        assert grants
        for text in grants:
            assert desired_grants([text.replace("REVOKE", "GRANT").replace(" FROM ROLE", " TO ROLE")], folder), text


VALUES = {"replication_num": "1"}


def view(name: str, ddl: str) -> SchemaObject:
    return SchemaObject("VIEW", name, f"CREATE VIEW `{name}` AS {ddl}")


def test_views_are_recreated_after_the_views_that_they_read() -> None:
    table = SchemaObject("TABLE", "t", "CREATE TABLE t (a INT)")
    first = view("a", "SELECT x.n FROM (`d`.`b`) AS x JOIN c ON x.n = c.n")
    second = view("b", "SELECT n FROM `d`.`t`, c")
    third = view("c", "SELECT b AS n FROM t")
    assert in_reading_order([first, second, third, table]) == [table, third, second, first]


def test_an_apparent_cycle_keeps_the_order_of_creation() -> None:
    one, two = view("one", "SELECT 1 FROM two"), view("two", "SELECT 1 FROM one")
    assert in_reading_order([one, two]) == [one, two]
