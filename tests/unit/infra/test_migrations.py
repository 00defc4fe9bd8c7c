from pathlib import Path

import pytest

from infra.resources.starrocks.migration_grants import desired_grants
from infra.resources.starrocks.migrations import Migration, MigrationError, read_migrations
from infra.resources.starrocks.schema import created_roles
from infra.settings import ROOT


def migration(text: str) -> Migration:
    return Migration("V001__x", Path("V001__x.sql"), text)


def test_statements_end_at_semicolons_outside_of_strings_and_comments() -> None:
    text = "-- a; b\nSELECT ';' AS a;\n\n/* ; */ INSERT INTO t VALUES ('it''s; so');\n"
    statements = migration(text).statements({})
    assert [(each.line, each.text) for each in statements] == [
        (2, "SELECT ';' AS a"),
        (4, "INSERT INTO t VALUES ('it''s; so')"),
    ]


def test_placeholders_are_filled_and_errors_name_unknown_ones_with_their_line() -> None:
    assert migration("SELECT ${n};").statements({"n": "3"})[0].text == "SELECT 3"
    with pytest.raises(MigrationError, match=r"V001__x.sql:2: unknown placeholder \$\{m\}"):
        migration("SELECT 1;\nSELECT ${m};").statements({"n": "3"})


def test_a_last_statement_without_a_semicolon_is_an_error() -> None:
    with pytest.raises(MigrationError, match=r"V001__x.sql:2: the last statement does not end"):
        migration("SELECT 1;\nSELECT 2\n").statements({})


def test_migrations_are_ordered_by_number(tmp_path: Path) -> None:
    for name in ("V010__b.sql", "V002__a.sql", "V100__c.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    assert [each.version for each in read_migrations(tmp_path)] == ["V002__a", "V010__b", "V100__c"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "no migrations"),
        (["first.sql"], "named V<number>__<name>.sql"),
        (["V001__a.sql", "V0001__b.sql"], "number 1 is already used by V0001__b.sql"),
    ],
)
def test_invalid_folders_are_rejected(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(MigrationError, match=message):
        read_migrations(tmp_path)


def test_checksums_ignore_line_ends_only() -> None:
    assert migration("SELECT 1;\n").checksum == migration("SELECT 1;\r\n").checksum
    assert migration("SELECT 1;\n").checksum != migration("SELECT 2;\n").checksum


def test_the_projects_own_migrations_can_be_read() -> None:
    for each in read_migrations(ROOT / "sql/ciapol"):
        assert each.statements({"replication_num": "1"})


def test_no_privilege_of_a_dropped_role_is_desired() -> None:
    statements = [
        s.text for m in read_migrations(ROOT / "sql" / "ciapol") for s in m.statements({"replication_num": "1"})
    ]
    roles = {grant.role for grant in desired_grants(statements, "ciapol_analytics")}
    assert roles
    assert all(role.startswith("ciapol_") for role in roles)


def test_the_roles_of_a_schema_exclude_dropped_ones() -> None:
    roles = created_roles(read_migrations(ROOT / "sql/ciapol"), {"replication_num": "1"})
    assert "ciapol_reader" in roles
    assert all(role.startswith("ciapol_") for role in roles)
