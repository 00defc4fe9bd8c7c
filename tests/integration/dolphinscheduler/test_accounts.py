"""Accounts in PostgreSQL that were changed by hand."""

from collections.abc import Iterator

import psycopg
import pytest

from infra.resources.dolphinscheduler.database import DatabaseInputs, DatabaseProvider
from infra.services.postgres import MONITORING_ROLE, SUPERUSER
from infra.versions import DOLPHINSCHEDULER
from tests.integration.dolphinscheduler.servers import STACK, TENANT, Servers

pytestmark = pytest.mark.integration

INPUTS = DatabaseInputs(stack=STACK, service="postgres", version=DOLPHINSCHEDULER, tenant=TENANT, secret_ids={})


@pytest.mark.parametrize(
    ("database", "statement", "line"),
    [
        ("postgres", f"ALTER ROLE {MONITORING_ROLE} PASSWORD 'other'", f"role {MONITORING_ROLE} cannot log in: "),
        ("postgres", f"ALTER ROLE {MONITORING_ROLE} NOLOGIN", f"role {MONITORING_ROLE} cannot log in: "),
        ("dolphinscheduler", "UPDATE t_ds_user SET user_password = ''", "the password of admin was changed by hand"),
        ("dolphinscheduler", "DELETE FROM t_ds_access_token", "the token of admin is missing"),
        (
            "dolphinscheduler",
            "INSERT INTO t_ds_access_token (user_id, token, expire_time) VALUES (1, 'by hand', now())",
            "admin has 1 further tokens",
        ),
    ],
)
def test_a_changed_account_is_reported_and_repaired(servers: Servers, database: str, statement: str, line: str) -> None:
    provider = DatabaseProvider()
    assert provider.find_drift(INPUTS) == []
    with psycopg.connect(servers.superuser(database), autocommit=True) as connection:
        connection.execute(statement)
    [found] = provider.find_drift(INPUTS)
    assert found.startswith(line)
    provider.apply(INPUTS, INPUTS)
    assert provider.find_drift(INPUTS) == []


@pytest.fixture
def added_user(servers: Servers) -> Iterator[None]:
    """A user of DolphinScheduler that a person created."""
    with psycopg.connect(servers.superuser("dolphinscheduler"), autocommit=True) as connection:
        connection.execute("INSERT INTO t_ds_user (user_name, user_type, state) VALUES ('by_hand', 1, 1)")
        yield
        connection.execute("DELETE FROM t_ds_user WHERE user_name = 'by_hand'")


@pytest.mark.usefixtures("added_user")
def test_an_added_user_is_reported_and_kept() -> None:
    provider = DatabaseProvider()
    for _ in range(2):
        assert provider.find_drift(INPUTS) == ["user by_hand is not declared"]
        provider.apply(INPUTS, INPUTS)


def test_a_superuser_with_another_password_is_reported(servers: Servers) -> None:
    with psycopg.connect(servers.superuser("postgres"), autocommit=True) as connection:
        [[verifier]] = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (SUPERUSER,))
        connection.execute(f"ALTER ROLE {SUPERUSER} PASSWORD 'other'")
        try:
            [line] = DatabaseProvider().find_drift(INPUTS)
        finally:
            connection.execute(f"ALTER ROLE {SUPERUSER} PASSWORD '{verifier}'")
    assert line.startswith(f"role {SUPERUSER} cannot log in: ")
    assert DatabaseProvider().find_drift(INPUTS) == []
