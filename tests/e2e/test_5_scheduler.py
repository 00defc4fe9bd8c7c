"""The deployed DolphinScheduler and its PostgreSQL: logins, contents, and the locations of the passwords."""

from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from machine import TestStack

from infra.resources.dolphinscheduler.database import SECRETS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_the_default_password_is_rejected(stack: TestStack) -> None:
    url = f"{stack.url('dolphinscheduler', 'rest')}/dolphinscheduler/login"
    known = {"userName": "admin", "userPassword": "dolphinscheduler123"}
    assert httpx.post(url, data=known).json()["code"] != 0
    generated = {**known, "userPassword": stack.connections.secrets["dolphinscheduler-admin"]}
    assert httpx.post(url, data=generated).json()["code"] == 0


@pytest.mark.parametrize("service", ["dolphinscheduler", "postgres"])
def test_every_listener_is_on_loopback(stack: TestStack, service: str) -> None:
    process = psutil.Process(stack.processes()[service].pid)
    listening = [
        each.laddr
        for one in [process, *process.children(recursive=True)]
        for each in one.net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert {address.ip for address in listening} == {"127.0.0.1"}


def rows(stack: TestStack, database: str, statement: str) -> list[str]:
    """The first column of a query, as PostgreSQL's superuser."""
    endpoint = stack.connections.endpoint("postgres", "sql")
    with psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user="postgres",
        password=stack.connections.secrets["postgres-superuser"],
        dbname=database,
    ) as connection:
        return [str(row[0]) for row in connection.execute(statement.encode())]


def test_postgresql_contains_only_the_metadata_of_dolphinscheduler(stack: TestStack) -> None:
    databases = rows(stack, "postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate")
    assert sorted(databases) == ["dolphinscheduler", "postgres"]
    tables = "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    assert rows(stack, "postgres", tables) == []
    found = rows(stack, "dolphinscheduler", tables)
    assert len(found) > 50
    assert [name for name in found if not name.startswith(("t_ds_", "qrtz_"))] == []


def test_postgresql_rejects_missing_and_guessed_passwords(stack: TestStack) -> None:
    endpoint = stack.connections.endpoint("postgres", "sql")
    for user in ("postgres", "dolphinscheduler"):
        for password in ("", user, "postgres"):
            with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
                psycopg.connect(
                    host=endpoint.host, port=endpoint.port, user=user, password=password, dbname="dolphinscheduler"
                )


def test_no_other_service_has_the_passwords(stack: TestStack) -> None:
    holders: dict[str, set[str]] = {name: set() for name in SECRETS}
    values = {name: stack.connections.secrets[name] for name in SECRETS}
    for folder in ("services", "supervisor", "logs"):
        for path in (stack.folder / stack.name / folder).rglob("*"):
            if path.is_file():
                text = path.read_text(errors="replace")
                for name, value in values.items():
                    if value in text:
                        holders[name].add(str(Path(folder, path.relative_to(stack.folder / stack.name / folder))))
    assert holders == {
        "postgres-superuser": {"services/postgres/secrets/superuser"},
        "dolphinscheduler-database": {"services/dolphinscheduler/secrets/database-password"},
        # The server stores a digest in its database. Only the deployment uses the token.
        "dolphinscheduler-admin": set(),
        "dolphinscheduler-token": set(),
        "postgres-monitoring": {"services/postgres-exporter/secrets/postgres-monitoring"},
    }


def test_no_password_is_in_a_process_list(stack: TestStack) -> None:
    secrets = [*stack.connections.secrets.values()]
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        assert not any(secret in line for secret in secrets), process
