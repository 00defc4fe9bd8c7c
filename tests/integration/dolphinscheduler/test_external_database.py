"""DolphinScheduler's metadata in an external PostgreSQL server, where database and role exist already."""

import json

import psycopg
import pytest
from psycopg import sql

from infra.resources import connections
from infra.resources.connections import MetadataDatabase
from infra.resources.dolphinscheduler import database
from infra.resources.dolphinscheduler.database import SUPERUSER_SECRET, DatabaseInputs, DatabaseProvider
from infra.settings_postgres import DATABASE_PASSWORD
from infra.state import StackState
from infra.versions import DOLPHINSCHEDULER
from tests.integration.dolphinscheduler.servers import STACK, TENANT, Servers

EXTERNAL = "test-external"
OWNER, NAME, PASSWORD = "owner", "metadata", "of the owner's"


@pytest.fixture
def inputs(servers: Servers) -> DatabaseInputs:
    """A stack whose connections name an empty database in the server."""
    known = connections.load(STACK)
    endpoint = known.endpoint("postgres", "sql")
    with psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user="postgres",
        password=known.secrets[SUPERUSER_SECRET],
        dbname="postgres",
        autocommit=True,
    ) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME}")
        server.execute(f"DROP ROLE IF EXISTS {OWNER}")
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(OWNER), sql.Literal(PASSWORD)))
        server.execute(f"CREATE DATABASE {NAME} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0")
    connect(servers, PASSWORD)
    return DatabaseInputs(
        stack=EXTERNAL,
        service="postgres",
        version=DOLPHINSCHEDULER,
        tenant=TENANT,
        secret_ids={},
        external=f"{OWNER}@{endpoint.address}/{NAME}",
    )


def connect(servers: Servers, password: str, ssl_mode: str = "disable") -> None:
    """Write the connections of the stack."""
    known = connections.load(STACK)
    used = MetadataDatabase(name=NAME, user=OWNER, ssl_mode=ssl_mode)
    secrets = {name: text for name, text in servers.secrets.items() if name != SUPERUSER_SECRET}
    document = known.model_copy(update={"metadata": used, "secrets": {**secrets, DATABASE_PASSWORD: password}})
    path = StackState(EXTERNAL).connections
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document.model_dump()))


def test_the_owner_creates_schema_and_accounts_without_a_superuser(inputs: DatabaseInputs) -> None:
    provider = DatabaseProvider()
    assert provider.find_drift(inputs) == ["the schema is missing: it will be recreated EMPTY"]
    provider.apply(inputs, None)
    assert provider.find_drift(inputs) == []
    provider.apply(inputs, inputs)
    assert provider.find_drift(inputs) == []


def test_an_unusable_server_ends_the_deployment_with_its_address_and_reason(
    servers: Servers, inputs: DatabaseInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_EXTERNAL_SECONDS", 1)
    for password, ssl_mode, reason in (
        ("wrong", "disable", "password authentication failed"),
        (PASSWORD, "require", "server does not support SSL"),
    ):
        connect(servers, password, ssl_mode)
        with pytest.raises(TimeoutError) as error:
            DatabaseProvider().apply(inputs, None)
        assert inputs.external in str(error.value)
        assert reason in str(error.value)
        assert password not in str(error.value).replace("password authentication", "")
