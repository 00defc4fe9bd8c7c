"""Manual changes of tables, views, privileges and users on the emulator: what is reported, and what is repaired."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.starrocks import users
from infra.resources.starrocks.migrations import read_migrations
from infra.resources.starrocks.schema import SchemaInputs, drift, migrate
from infra.resources.starrocks.users import UsersInputs, UsersProvider
from starrocks_emulator.pytest_plugin import EmulatorServer

pytestmark = pytest.mark.integration

MIGRATION = """
CREATE TABLE t (id INT NOT NULL, n INT NULL, s VARCHAR(9) NULL) PRIMARY KEY (id)
DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "1");
CREATE VIEW v AS SELECT id, n FROM t;
CREATE MATERIALIZED VIEW m DISTRIBUTED BY HASH (id) BUCKETS 1 REFRESH MANUAL AS SELECT id, COUNT(*) AS c FROM t
GROUP BY id;
CREATE ROLE reader;
GRANT SELECT ON TABLE d.t TO ROLE reader;
GRANT SELECT ON VIEW d.v TO ROLE reader;
"""


@pytest.fixture
def root(server: EmulatorServer) -> Iterator[StarRocks]:
    with StarRocks(Address("127.0.0.1", server.mysql_port, "root", "")) as session:
        session.execute("DROP DATABASE IF EXISTS d FORCE")
        session.execute("DROP ROLE IF EXISTS reader")
        session.execute("CREATE DATABASE d")
        session.execute("USE d")
        yield session


class Schema:
    """A database with the migrations of a folder."""

    def __init__(self, root: StarRocks, folder: Path) -> None:
        self.root, self.folder = root, folder

    @property
    def inputs(self) -> SchemaInputs:
        versions = {each.version: each.checksum for each in read_migrations(self.folder)}
        where = {"stack": "test", "service": "starrocks", "database": "d", "folder": str(self.folder)}
        return SchemaInputs.model_validate({**where, "migrations": versions, "replication_num": 1, "keep_data": False})

    def apply(self) -> None:
        migrate(self.root, read_migrations(self.folder), self.inputs)

    def drift(self) -> list[str]:
        return drift(self.root, self.inputs)


@pytest.fixture
def schema(root: StarRocks, tmp_path: Path) -> Schema:
    (tmp_path / "V001__m.sql").write_text(MIGRATION)
    made = Schema(root, tmp_path)
    made.apply()
    assert made.drift() == []
    return made


def test_a_changed_table_is_reported_until_it_is_changed_back(
    schema: Schema, root: StarRocks, capsys: pytest.CaptureFixture[str]
) -> None:
    root.execute("ALTER TABLE t ADD COLUMN by_hand INT NULL")
    root.execute("ALTER TABLE t MODIFY COLUMN s VARCHAR(20) NULL")
    root.execute("ALTER TABLE t DROP COLUMN n")
    found = [
        'table t: column n is missing (int(11) NULL COMMENT "")',
        'table t: column s is `varchar(20) NULL COMMENT ""` instead of `varchar(9) NULL COMMENT ""`',
        'table t: column by_hand was added (int(11) NULL COMMENT "")',
    ]
    assert [line for line in schema.drift() if line.startswith("table")] == found
    schema.apply()
    assert "table t was changed by hand and is not repaired, to lose no data: column n is missing" in (
        capsys.readouterr().out
    )
    assert [line for line in schema.drift() if line.startswith("table")] == found
    root.execute("ALTER TABLE t DROP COLUMN by_hand")
    root.execute("ALTER TABLE t ADD COLUMN n INT NULL")
    # StarRocks does not narrow a column, so a migration declares the new form.
    assert schema.drift() == [found[1]]
    (schema.folder / "V002__m.sql").write_text("ALTER TABLE t MODIFY COLUMN s VARCHAR(20) NULL;")
    schema.apply()
    assert schema.drift() == []


def test_a_changed_materialized_view_is_reported(schema: Schema, root: StarRocks) -> None:
    root.execute("DROP MATERIALIZED VIEW m")
    root.execute(
        "CREATE MATERIALIZED VIEW m DISTRIBUTED BY HASH (id) BUCKETS 1 REFRESH MANUAL "
        "AS SELECT id, MAX(n) AS c FROM t GROUP BY id"
    )
    [line] = schema.drift()
    assert line.startswith("materialized view m: its definition has `")
    assert "max(" in line
    assert "count(" in line


def test_a_changed_view_is_restored(schema: Schema, root: StarRocks) -> None:
    root.execute("CREATE OR REPLACE VIEW v AS SELECT id, n + 1 AS n FROM t")
    root.execute("INSERT INTO t (id, n) VALUES (1, 2)")
    [line] = schema.drift()
    assert line.startswith("view v: its definition has `")
    schema.apply()
    assert schema.drift() == []
    assert root.execute("SELECT id, n FROM v") == [(1, 2)]


def test_an_added_privilege_is_revoked(schema: Schema, root: StarRocks) -> None:
    root.execute("GRANT INSERT ON TABLE d.t TO ROLE reader")
    assert schema.drift() == ["role reader also has INSERT on TABLE d.t"]
    schema.apply()
    assert schema.drift() == []


@pytest.mark.parametrize(
    ("granted", "line"),
    [
        ("OPERATE ON SYSTEM", "role reader also has OPERATE on SYSTEM"),
        ("SELECT ON ALL TABLES IN ALL DATABASES", "role reader also has SELECT on ALL TABLES IN ALL DATABASES"),
        ("db_admin", "role reader also has the role db_admin"),
    ],
)
def test_privileges_beyond_the_database_are_revoked(schema: Schema, root: StarRocks, granted: str, line: str) -> None:
    root.execute(f"GRANT {granted} TO ROLE reader")
    assert schema.drift() == [line]
    schema.apply()
    assert schema.drift() == []


def test_added_privileges_are_reported_while_an_object_is_missing(schema: Schema, root: StarRocks) -> None:
    root.execute("DROP MATERIALIZED VIEW m")
    root.execute("GRANT OPERATE ON SYSTEM TO ROLE reader")
    assert schema.drift() == [
        "materialized view m is missing: it will be recreated",
        "role reader also has OPERATE on SYSTEM",
    ]
    schema.apply()
    assert schema.drift() == []


def test_a_role_that_a_migration_grants_to_a_role_is_granted_again(schema: Schema, root: StarRocks) -> None:
    root.execute("DROP ROLE IF EXISTS outer_reader")
    (schema.folder / "V002__m.sql").write_text("CREATE ROLE outer_reader;\nGRANT reader TO ROLE outer_reader;")
    schema.apply()
    assert schema.drift() == []
    root.execute("REVOKE reader FROM ROLE outer_reader")
    assert schema.drift() == ["role outer_reader lacks the role reader"]
    schema.apply()
    assert schema.drift() == []
    root.execute("DROP ROLE outer_reader")


def test_an_inactive_materialized_view_is_activated(schema: Schema, root: StarRocks) -> None:
    root.execute("ALTER MATERIALIZED VIEW m INACTIVE")
    [line] = schema.drift()
    assert line.startswith("materialized view m is inactive and is not refreshed: ")
    schema.apply()
    assert schema.drift() == []


def test_a_materialized_view_that_cannot_be_activated_does_not_stop_the_deployment(
    schema: Schema, root: StarRocks, capsys: pytest.CaptureFixture[str]
) -> None:
    root.execute("ALTER TABLE t DROP COLUMN n")
    root.execute("DROP MATERIALIZED VIEW m")
    root.execute("ALTER TABLE t ADD COLUMN n INT NULL")
    root.execute(
        "CREATE MATERIALIZED VIEW m DISTRIBUTED BY HASH (id) BUCKETS 1 REFRESH MANUAL "
        "AS SELECT id, COUNT(n) AS c FROM t GROUP BY id"
    )
    root.execute("ALTER TABLE t DROP COLUMN n")
    assert any(line.startswith("materialized view m is inactive") for line in schema.drift())
    schema.apply()
    assert "materialized view m stays inactive: " in capsys.readouterr().out


def test_a_migration_makes_the_altered_form_the_desired_one(schema: Schema, root: StarRocks) -> None:
    (schema.folder / "V002__m.sql").write_text("ALTER TABLE t ADD COLUMN added INT NULL;")
    schema.apply()
    assert schema.drift() == []
    root.execute("ALTER TABLE t DROP COLUMN added")
    assert schema.drift() == ['table t: column added is missing (int(11) NULL COMMENT "")']


def test_other_privileges_of_a_user_are_reported_and_revoked(
    schema: Schema, root: StarRocks, server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def session(_stack: str, _service: str, user: str) -> Iterator[StarRocks]:
        password = "" if user == "root" else "secret"
        with StarRocks(Address("127.0.0.1", server.mysql_port, user, password)) as opened:
            opened.connect()
            yield opened

    monkeypatch.setattr(users, "session", session)
    monkeypatch.setattr(users, "wait_for", lambda *_: None)
    known = connections.Connections.model_validate(
        {"endpoints": {}, "secret_files": {}, "health": {}, "secrets": {"starrocks-u": "secret"}}
    )
    monkeypatch.setattr(connections, "load", lambda _stack: known)
    declared = UsersInputs(stack="test", service="starrocks", roles={"u": "reader"}, password_ids={})
    UsersProvider().apply(declared, None)
    assert UsersProvider().find_drift(declared) == []
    root.execute("GRANT db_admin TO USER 'u'@'%'")
    root.execute("GRANT DELETE ON TABLE d.t TO USER 'u'@'%'")
    root.execute("REVOKE reader FROM USER 'u'@'%'")
    root.execute("CREATE USER 'by_hand'@'%' IDENTIFIED BY 'secret'")
    assert UsersProvider().find_drift(declared) == [
        "user u lacks the role reader",
        "user u also has DELETE ON TABLE d.t",
        "user u also has db_admin",
    ]
    UsersProvider().apply(declared, declared)
    assert UsersProvider().find_drift(declared) == []
    root.execute("SET DEFAULT ROLE NONE TO 'u'@'%'")
    assert UsersProvider().find_drift(declared) == ["user u does not use its role reader by default"]
    UsersProvider().apply(declared, declared)
    assert UsersProvider().find_drift(declared) == []
    of_the_platform = declared.model_copy(update={"all_users": ["u", "v"]})
    for _ in range(2):
        assert UsersProvider().find_drift(of_the_platform) == ["user by_hand is not declared"]
        UsersProvider().apply(of_the_platform, of_the_platform)
    root.execute("DROP USER 'by_hand'@'%'")
    root.execute("ALTER USER 'u'@'%' IDENTIFIED BY 'other'")
    [line] = UsersProvider().find_drift(declared)
    assert line.startswith("user u: ")
    with pytest.raises(StarRocksError), session("", "", "u"):
        pass
