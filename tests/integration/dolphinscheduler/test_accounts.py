"""Accounts in PostgreSQL that were changed by hand."""

import psycopg
import pytest

from infra.resources.dolphinscheduler.database import DatabaseInputs, DatabaseProvider
from infra.services.postgres import MONITORING_ROLE
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
