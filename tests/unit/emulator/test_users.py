"""Users, roles and grants are enforced."""

import hashlib

import pytest

from starrocks_emulator.testing import Client


@pytest.fixture
def people(client: Client) -> Client:
    client.run("DROP USER IF EXISTS ann; DROP ROLE IF EXISTS readers; DROP ROLE IF EXISTS writers")
    client.run(
        "CREATE TABLE t (k INT NOT NULL, v INT) PRIMARY KEY (k); CREATE VIEW w AS SELECT k FROM t; INSERT INTO t VALUES (1, 1);"  # noqa: E501
        "CREATE USER ann IDENTIFIED BY 'secret'; CREATE ROLE readers; CREATE ROLE writers;"
        "GRANT SELECT ON ALL VIEWS IN DATABASE d TO ROLE readers"
    )
    return client


def test_nothing_is_allowed_without_a_grant(people: Client) -> None:
    with pytest.raises(Exception, match="Access denied for user 'ann' to database 'd'"):
        people.as_user("ann", "d")
    ann = people.as_user("ann")
    assert ann.error("SELECT * FROM d.t").code == 5203
    assert ann.run("SHOW DATABASES") == [("information_schema",)]
    assert ann.run("SELECT * FROM information_schema.tables WHERE TABLE_SCHEMA = 'd'") == []
    for statement in ("CREATE DATABASE x", "CREATE USER x", "GRANT SELECT ON TABLE d.t TO USER ann", "SHOW GRANTS FOR root",  # noqa: E501
                      "CREATE TABLE d.x (k INT)", "DROP TABLE d.t", "ALTER TABLE d.t COMMENT = 'x'", "TRUNCATE TABLE d.t"):  # fmt: skip  # noqa: E501
        assert ann.error(statement).code == 5203, statement


def test_a_role_takes_effect_when_it_is_active(people: Client) -> None:
    people.run("GRANT readers TO USER ann")
    ann = people.as_user("ann")
    assert ann.error("SELECT * FROM d.w").code == 5203
    ann.run("SET ROLE readers")
    assert ann.run("SELECT * FROM d.w") == [(1,)]
    assert ann.error("SELECT * FROM d.t").code == 5203
    people.run("SET DEFAULT ROLE readers TO ann")
    later = people.as_user("ann", "d")
    assert later.run("SELECT * FROM w") == [(1,)]
    assert later.run("SHOW TABLES") == [("w",)]
    people.run("REVOKE readers FROM USER ann")
    assert people.as_user("ann").error("SELECT * FROM d.w").code == 5203


@pytest.mark.parametrize(
    ("privilege", "statement"),
    [
        ("SELECT", "SELECT * FROM d.t"),
        ("INSERT", "INSERT INTO d.t VALUES (5, 5)"),
        ("UPDATE", "UPDATE d.t SET v = 2 WHERE k = 1"),
        ("DELETE", "DELETE FROM d.t WHERE k = 1"),
        ("ALTER", "ALTER TABLE d.t COMMENT = 'x'"),
        ("DROP", "DROP TABLE d.t"),
    ],
)
def test_each_privilege_allows_only_its_statement(people: Client, privilege: str, statement: str) -> None:
    people.run(
        f"GRANT {privilege} ON TABLE d.t TO ROLE writers; GRANT writers TO USER ann; SET DEFAULT ROLE ALL TO ann"
    )
    people.run("REVOKE SELECT ON TABLE d.t FROM ROLE readers")
    ann = people.as_user("ann")
    others = {"SELECT": "SELECT * FROM d.t", "INSERT": "INSERT INTO d.t VALUES (5, 5)"}
    for other, text in others.items():
        if other != privilege:
            assert ann.error(text).code == 5203
    ann.run(statement)


def test_insert_select_needs_both_privileges(people: Client) -> None:
    people.run("GRANT INSERT ON TABLE d.t TO ROLE writers; GRANT writers TO USER ann; SET DEFAULT ROLE ALL TO ann")
    ann = people.as_user("ann")
    assert "SELECT" in ann.error("INSERT INTO d.t SELECT * FROM d.t").message


def test_a_new_table_of_the_same_name_has_no_grants(people: Client) -> None:
    people.run("GRANT SELECT ON TABLE d.t TO USER ann; DROP TABLE d.t; CREATE TABLE d.t (k INT)")
    assert people.as_user("ann").error("SELECT * FROM d.t").code == 5203


def test_show_grants(people: Client) -> None:
    people.run("GRANT readers TO USER ann; GRANT SELECT, INSERT ON TABLE d.t TO USER ann")
    people.run("GRANT GRANT ON SYSTEM TO USER ann; GRANT SELECT ON ALL TABLES IN DATABASE d TO ROLE readers")
    assert people.run("SHOW GRANTS FOR ann") == [
        ("'ann'@'%'", None, "GRANT 'readers' TO 'ann'@'%'"),
        ("'ann'@'%'", None, "GRANT GRANT ON SYSTEM TO USER 'ann'@'%'"),
        ("'ann'@'%'", "default_catalog", "GRANT INSERT, SELECT ON TABLE d.t TO USER 'ann'@'%'"),
    ]
    line = "GRANT SELECT ON ALL TABLES IN DATABASE d TO ROLE 'readers'"
    assert ("readers", "default_catalog", line) in people.run("SHOW GRANTS FOR ROLE readers")


def _scramble(password: str, salt: bytes) -> bytes:
    first = hashlib.sha1(password.encode()).digest()
    mask = hashlib.sha1(salt + hashlib.sha1(first).digest()).digest()
    return bytes(left ^ right for left, right in zip(first, mask, strict=True))


def test_passwords(people: Client) -> None:
    engine, salt = people.engine, b"01234567890123456789"
    assert engine.verify("ann", "h", _scramble("secret", salt), salt)
    assert not engine.verify("ann", "h", _scramble("wrong", salt), salt)
    assert not engine.verify("ann", "h", b"", salt)
    assert not engine.verify("ann", "h", bytes(20), salt)
    assert not engine.verify("nobody", "h", b"", salt)
    assert not engine.verify("nobody", "h", bytes(20), salt)
    assert engine.verify("root", "h", b"", salt)
    assert not engine.verify("root", "h", _scramble("x", salt), salt)
    ann = people.as_user("ann")
    ann.run("SET PASSWORD = PASSWORD('other')")
    assert engine.verify("ann", "h", _scramble("other", salt), salt)
    assert ann.error("SET PASSWORD FOR root = PASSWORD('x')").code == 5203
    people.run("ALTER USER 'ann'@'%' IDENTIFIED BY 'third'")
    assert engine.verify("ann", "h", _scramble("third", salt), salt)
    assert engine.users.verify_password("ann", "third")
    assert not engine.users.verify_password("nobody", "none")
