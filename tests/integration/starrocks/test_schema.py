"""The schema resource on the emulator: interruptions, recreation, grants."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from apps.shared.starrocks import Argument, Row, StarRocks
from apps.shared.starrocks_address import Address
from infra.resources.starrocks.migrations import MigrationError, read_migrations
from infra.resources.starrocks.schema import SchemaInputs, drift, migrate
from infra.settings import ROOT
from starrocks_emulator.pytest_plugin import EmulatorServer

pytestmark = pytest.mark.integration

PRIMARY = 'PRIMARY KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "${replication_num}")'


class Killed(Exception):
    """The deployment is killed."""


class Session(StarRocks):
    """A session that dies after a number of statements of the migrations."""

    dies_after = -1
    sent: list[str]

    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        rows = super().execute(statement, arguments)
        if "schema_" not in statement and not statement.startswith(("SHOW", "SELECT", "USE", "CREATE DATABASE")):
            self.sent.append(statement)
            if len(self.sent) == self.dies_after:
                raise Killed
        return rows


@pytest.fixture
def root(server: EmulatorServer) -> Iterator[Session]:
    with Session(Address("127.0.0.1", server.mysql_port, "root", "")) as session:
        session.sent = []
        yield session


def database(root: Session, name: str) -> None:
    root.execute(f"DROP DATABASE IF EXISTS {name} FORCE")
    root.execute(f"CREATE DATABASE {name}")
    root.execute(f"USE {name}")
    root.sent = []


def inputs(name: str, folder: Path) -> SchemaInputs:
    return SchemaInputs(
        stack="test",
        service="starrocks",
        database=name,
        folder=str(folder),
        migrations={each.version: each.checksum for each in read_migrations(folder)},
        replication_num=1,
        keep_data=False,
    )


def write(folder: Path, *texts: str) -> None:
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts, 1):
        (folder / f"V{number:03}__m.sql").write_text(text)


def apply(root: Session, name: str, folder: Path) -> None:
    migrate(root, read_migrations(folder), inputs(name, folder))


EVERY_KIND = f"""
CREATE TABLE a (id INT NOT NULL, n INT NULL) {PRIMARY};
CREATE TABLE gone (id INT NOT NULL) {PRIMARY};
CREATE TABLE old (id INT NOT NULL) {PRIMARY};
CREATE VIEW v AS SELECT id FROM a;
CREATE VIEW gone_v AS SELECT id FROM a;
CREATE ROLE every_kind;
CREATE ROLE gone_role;
GRANT SELECT ON TABLE every_kind.a TO ROLE every_kind;
INSERT INTO a (id, n) VALUES (1, 2);
ALTER TABLE a ADD COLUMN added INT NULL;
ALTER TABLE a ADD COLUMN dropped INT NULL;
ALTER TABLE a MODIFY COLUMN n BIGINT NULL;
ALTER TABLE a RENAME COLUMN added TO renamed;
ALTER TABLE a DROP COLUMN dropped;
ALTER TABLE old RENAME new;
DROP VIEW gone_v;
DROP TABLE gone;
DROP ROLE gone_role;
CREATE OR REPLACE VIEW v AS SELECT id, n FROM a;
DELETE FROM a WHERE id = 9;
"""


def test_every_statement_may_be_killed_before_it_is_recorded(root: Session, tmp_path: Path) -> None:
    write(tmp_path / "m", EVERY_KIND)
    [migration] = read_migrations(tmp_path / "m")
    statements = migration.statements({"replication_num": "1"})
    for number in range(1, len(statements) + 1):
        database(root, "every_kind")
        for role in ("every_kind", "gone_role"):
            root.execute(f"DROP ROLE IF EXISTS {role}")
        root.sent, root.dies_after = [], number
        with pytest.raises(Killed):
            apply(root, "every_kind", tmp_path / "m")
        assert root.sent[-1] == statements[number - 1].text
        root.sent, root.dies_after = [], -1
        apply(root, "every_kind", tmp_path / "m")
        assert drift(root, inputs("every_kind", tmp_path / "m")) == [], statements[number - 1].text
        assert root.execute("SELECT id, n, renamed FROM a") == [(1, 2, None)]
        tables = {str(row[0]) for row in root.execute("SHOW TABLES")}
        assert tables - {"schema_migrations", "schema_objects"} == {"a", "new", "v"}


def test_an_effect_that_no_migration_caused_is_an_error(root: Session, tmp_path: Path) -> None:
    """A column that a user added by hand is a conflict that must be reported."""
    database(root, "conflict")
    write(tmp_path / "m", f"CREATE TABLE a (id INT NOT NULL) {PRIMARY};")
    apply(root, "conflict", tmp_path / "m")
    root.execute("ALTER TABLE a ADD COLUMN n INT NULL")
    write(tmp_path / "m", f"CREATE TABLE a (id INT NOT NULL) {PRIMARY};", "ALTER TABLE a ADD COLUMN n INT NULL;")
    with pytest.raises(MigrationError, match=r"V002__m.sql:1: StarRocks refused `ALTER TABLE a ADD COLUMN"):
        apply(root, "conflict", tmp_path / "m")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER TABLE a SWAP WITH b;", "ALTER … SWAP WITH cannot be repeated"),
        ("UPDATE a SET n = n + 1 WHERE id = 1;", "UPDATE cannot be repeated"),
        ("INSERT INTO d VALUES (1);", "INSERT into d, which has no primary key, would double rows"),
        ("ALTER TABLE a ADD COLUMN (x INT, y DECIMAL(9, 2));", "several changes cannot be repeated"),
        ("ALTER TABLE a ADD COLUMN x INT, DROP COLUMN n;", "several changes cannot be repeated"),
    ],
)
def test_a_statement_that_is_not_repeatable_is_rejected_before_it_is_sent(
    root: Session, tmp_path: Path, statement: str, reason: str
) -> None:
    database(root, "refused")
    tables = f"CREATE TABLE a (id INT NOT NULL, n INT) {PRIMARY};\nCREATE TABLE d (id INT) DISTRIBUTED BY RANDOM;\n"
    write(tmp_path / "m", tables + statement)
    with pytest.raises(MigrationError, match=rf"V001__m.sql:3: .*{reason}"):
        apply(root, "refused", tmp_path / "m")
    assert statement.rstrip(";") not in root.sent


def test_views_are_recreated_after_the_views_that_they_read(root: Session, tmp_path: Path) -> None:
    """After CREATE OR REPLACE a view may read a view that was created later."""
    database(root, "order_of_views")
    write(
        tmp_path / "m",
        f"CREATE TABLE t (id INT NOT NULL) {PRIMARY};\nCREATE VIEW a AS SELECT id FROM t;\n"
        "CREATE VIEW z AS SELECT id FROM t;\nCREATE OR REPLACE VIEW a AS SELECT z.id FROM z JOIN t ON z.id = t.id;\n",
    )
    apply(root, "order_of_views", tmp_path / "m")
    for statement in ("DROP VIEW a", "DROP VIEW z", "DROP TABLE t FORCE"):
        root.execute(statement)
    assert drift(root, inputs("order_of_views", tmp_path / "m")) == [
        "table t is missing: it will be recreated EMPTY",
        "view z is missing: it will be recreated",
        "view a is missing: it will be recreated",
    ]
    apply(root, "order_of_views", tmp_path / "m")
    assert root.execute("SELECT * FROM a") == []
    assert drift(root, inputs("order_of_views", tmp_path / "m")) == []


def test_a_recreated_table_has_the_columns_that_were_added_later(root: Session, tmp_path: Path) -> None:
    database(root, "later_columns")
    write(
        tmp_path / "m",
        f"CREATE TABLE t (id INT NOT NULL) {PRIMARY};",
        "ALTER TABLE t ADD COLUMN n INT NULL;",
    )
    apply(root, "later_columns", tmp_path / "m")
    root.execute("DROP TABLE t FORCE")
    apply(root, "later_columns", tmp_path / "m")
    assert root.execute("SELECT id, n FROM t") == []


def test_grants_are_repeated_including_those_of_another_databases_migrations(root: Session, tmp_path: Path) -> None:
    root.execute("DROP ROLE IF EXISTS outside_role")
    database(root, "platform_of_test")
    write(tmp_path / "platform", f"CREATE TABLE t (id INT NOT NULL) {PRIMARY};")
    apply(root, "platform_of_test", tmp_path / "platform")
    database(root, "product_of_test")
    write(
        tmp_path / "product",
        f"CREATE TABLE own (id INT NOT NULL) {PRIMARY};\nCREATE ROLE IF NOT EXISTS outside_role;\n"
        "GRANT SELECT, INSERT ON TABLE platform_of_test.t TO ROLE outside_role;\n"
        "GRANT DELETE ON TABLE product_of_test.own TO ROLE outside_role;\n"
        "REVOKE INSERT ON TABLE platform_of_test.t FROM ROLE outside_role;\n",
    )
    apply(root, "product_of_test", tmp_path / "product")
    product = inputs("product_of_test", tmp_path / "product")
    assert drift(root, product) == []
    root.execute("DROP TABLE platform_of_test.t FORCE")
    root.execute("DROP TABLE product_of_test.own FORCE")
    root.execute("USE platform_of_test")
    apply(root, "platform_of_test", tmp_path / "platform")
    root.execute("USE product_of_test")
    assert drift(root, product) == ["table own is missing: it will be recreated EMPTY"]
    apply(root, "product_of_test", tmp_path / "product")
    assert drift(root, product) == []
    root.execute("REVOKE SELECT ON TABLE platform_of_test.t FROM ROLE outside_role")
    assert drift(root, product) == ["role outside_role lacks SELECT on TABLE platform_of_test.t"]
    apply(root, "product_of_test", tmp_path / "product")
    grants = " ".join(str(value) for row in root.execute("SHOW GRANTS FOR ROLE outside_role") for value in row)
    assert "SELECT ON TABLE platform_of_test.t" in grants
    assert "INSERT" not in grants


def test_the_repositorys_migrations_are_repeatable_and_in_effect(root: Session) -> None:
    for name, folder in (("kappastack", "platform"), ("ciapol_analytics", "ciapol")):
        database(root, name)
        path = ROOT / "sql" / folder
        migrate(root, read_migrations(path), inputs(name, path))
        assert drift(root, inputs(name, path)) == []
        root.sent = []
        migrate(root, read_migrations(path), inputs(name, path))
        assert root.sent == []
