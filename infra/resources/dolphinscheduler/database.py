"""DolphinScheduler's metadata in PostgreSQL: role, database, schema, administrator, tenant and token."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import Connection, sql
from pulumi import Input, ResourceOptions

from apps.shared.polling import wait_until
from infra.distributions import assemble, dolphinscheduler
from infra.resources import connections
from infra.resources.connections import Connections, ConnectionsMissing
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.services.postgres import MONITORING_ROLE, MONITORING_SECRET, NAME, SUPERUSER, Database
from infra.settings_postgres import DATABASE_PASSWORD
from infra.starting import wait_for_service
from infra.versions import DOLPHINSCHEDULER

SUPERUSER_SECRET = "postgres-superuser"  # noqa: S105 # names of secrets
ADMIN_SECRET = "dolphinscheduler-admin"  # noqa: S105
TOKEN_SECRET = "dolphinscheduler-token"  # noqa: S105
ACCOUNT_SECRETS = (ADMIN_SECRET, TOKEN_SECRET)
"""Secrets of accounts in the database."""
SECRETS = (SUPERUSER_SECRET, DATABASE_PASSWORD, *ACCOUNT_SECRETS, MONITORING_SECRET)
"""Secrets of the stack's own server."""
DATABASE = "dolphinscheduler"
ROLE = "dolphinscheduler"
"""Database and role in the stack's own server."""
_ADMIN_ID = 1
_CONNECTIONS_SECONDS = 600
_POSTGRESQL_SECONDS = 600
_EXTERNAL_SECONDS = 60
_TOKEN_EXPIRES = "2099-12-31 23:59:59"  # noqa: S105


class DatabaseInputs(Inputs):
    """PostgreSQL's service, the schema's version, the tenant of tasks, and the ids of the secrets.

    `external` is the address of the database in an external server, empty for the stack's own server.
    """

    stack: str
    service: str
    version: str
    tenant: str
    secret_ids: dict[str, str]
    external: str = ""


class WrongSchema(Exception):
    """The database has a schema that this version cannot use."""


class DatabaseProvider(Provider[DatabaseInputs]):
    """Creates the published schema and sets the administrator's generated password in the same transaction.

    The published default password therefore never works.
    """

    model = DatabaseInputs
    replace_on = ("stack",)

    def identity(self, inputs: DatabaseInputs) -> str:
        """One database per stack."""
        return f"{inputs.stack}/{DATABASE}"

    def apply(self, inputs: DatabaseInputs, previous: DatabaseInputs | None) -> None:
        """Create or change role, database, schema and accounts.

        Raises:
            TimeoutError: PostgreSQL did not respond.
            WrongSchema: the database belongs to another version of DolphinScheduler, or to another program.
        """
        # The file is written during the same deployment, but this resource cannot depend on it.
        connections.load(inputs.stack, wait=_CONNECTIONS_SECONDS)
        if inputs.external:
            self._wait_for_external(inputs)
        else:
            self._make_database(inputs)
        with _connected(inputs) as database, database.transaction():
            known = connections.load(inputs.stack)
            found = schema_version(database)
            if found is None:
                database.execute(_schema().read_bytes())
            elif found != inputs.version:
                raise WrongSchema(
                    f"database {DATABASE} has the schema of DolphinScheduler {found}, this is {inputs.version}: "
                    "deploy that version, or remove the stack's PostgreSQL with its data"
                )
            set_accounts(database, inputs.tenant, known.secrets)

    @staticmethod
    def _wait_for_external(inputs: DatabaseInputs) -> None:
        def problem() -> str:
            try:
                with _connected(inputs):
                    return ""
            except psycopg.OperationalError as error:
                return str(error).strip()

        wait_until(problem, within=_EXTERNAL_SECONDS, what=f"the external PostgreSQL {inputs.external}")

    @staticmethod
    def _make_database(inputs: DatabaseInputs) -> None:
        def problem() -> str:
            # The address may change during the deployment, so each attempt looks it up.
            try:
                with _connected(inputs, superuser=True) as server:
                    secrets = connections.load(inputs.stack).secrets
                    _set_password(server, SUPERUSER, secrets[SUPERUSER_SECRET])
                    _make_role_and_database(server, secrets[DATABASE_PASSWORD])
                    _make_monitoring_role(server, secrets[MONITORING_SECRET])
            except psycopg.OperationalError as error:
                return str(error)
            return ""

        wait_for_service(
            problem, stack=inputs.stack, service=inputs.service, within=_POSTGRESQL_SECONDS, what="PostgreSQL"
        )

    def find_drift(self, inputs: DatabaseInputs) -> list[str]:
        """Report a missing database, another schema, and accounts that were changed manually."""
        try:
            known = connections.load(inputs.stack)
            with _connected(inputs) as database:
                found = schema_version(database)
                if found is None:
                    return ["the schema is missing: it will be recreated EMPTY"]
                if found != inputs.version:
                    return [f"the schema has version {found}"]
                problems = _problems_of_accounts(database, inputs.tenant, known.secrets)
            # The stack has no other roles in an external server.
            return problems if inputs.external else [*problems, *_problems_of_roles(known, inputs.service)]
        except (psycopg.Error, ConnectionsMissing) as error:
            return [str(error).splitlines()[0]]

    def remove(self, inputs: DatabaseInputs) -> None:
        """Do nothing: the database is part of PostgreSQL's volume, or of an external server."""


def _schema() -> Path:
    folder = assemble(dolphinscheduler(), lambda _line: None)
    return folder / "sql" / "dolphinscheduler_postgresql.sql"


@contextmanager
def _connected(inputs: DatabaseInputs, *, superuser: bool = False) -> Iterator[Connection]:
    known = connections.load(inputs.stack)
    user, name = (SUPERUSER, SUPERUSER_SECRET) if superuser else (known.metadata.user, DATABASE_PASSWORD)
    try:
        connection = _connect(known, inputs.service, user, known.secrets[name])
    except psycopg.OperationalError:
        # While the superuser's password is rotated, the server has the previous one until `apply` replaces it.
        if not superuser or name not in known.previous:
            raise
        connection = _connect(known, inputs.service, user, known.previous[name])
    with connection:
        yield connection


def _connect(known: Connections, service: str, user: str, password: str) -> Connection:
    endpoint = known.endpoint(service, "sql")
    return psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=user,
        password=password,
        dbname=known.metadata.name if user == known.metadata.user else "postgres",
        sslmode=known.metadata.ssl_mode,
        connect_timeout=5,
        application_name="kappastack",
        # CREATE DATABASE cannot run in a transaction, so callers begin transactions explicitly.
        autocommit=True,
    )


def _make_role(server: Connection, name: str, password: str) -> None:
    role = sql.Identifier(name)
    if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    _set_password(server, name, password)


def _set_password(server: Connection, name: str, password: str) -> None:
    # Encrypted by the client, because the server's log contains statements that fail.
    verifier = server.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    server.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(verifier)))


def _make_role_and_database(server: Connection, password: str) -> None:
    role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
    _make_role(server, ROLE, password)
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(database, role))
    for closed in (DATABASE, "postgres"):
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(closed)))


def _make_monitoring_role(server: Connection, password: str) -> None:
    """Create the exporter's role. PostgreSQL's role `pg_monitor` may read all statistics but no table."""
    role = sql.Identifier(MONITORING_ROLE)
    _make_role(server, MONITORING_ROLE, password)
    server.execute(sql.SQL("GRANT pg_monitor TO {}").format(role))
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(role))


def schema_version(database: Connection) -> str | None:
    """The version of DolphinScheduler's schema; None if the database has none."""
    if database.execute("SELECT to_regclass('t_ds_version')").fetchone() == (None,):
        return None
    row = database.execute("SELECT version FROM t_ds_version").fetchone()
    return str(row[0]) if row else ""


def _digest(password: str) -> str:
    """The MD5 digest that DolphinScheduler stores. Generated passwords have 192 random bits, so they need no salt."""
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


def set_accounts(database: Connection, tenant: str, known: Mapping[str, str]) -> None:
    """Set the administrator's password, token and tenant.

    Args:
        database: a connection in a transaction.
        tenant: user that tasks run as.
        known: secrets by name.
    """
    database.execute(
        "INSERT INTO t_ds_tenant (tenant_code, description, queue_id, create_time, update_time) "
        "SELECT %(tenant)s::varchar, 'runs tasks', 1, now(), now() "
        "WHERE NOT EXISTS (SELECT 1 FROM t_ds_tenant WHERE tenant_code = %(tenant)s::varchar)",
        {"tenant": tenant},
    )
    database.execute(
        "UPDATE t_ds_user SET user_password = %s, email = '', state = 1, update_time = now(), "
        "tenant_id = (SELECT id FROM t_ds_tenant WHERE tenant_code = %s) WHERE id = %s",
        (_digest(known[ADMIN_SECRET]), tenant, _ADMIN_ID),
    )
    # A session that was begun with an older password ends.
    database.execute("DELETE FROM t_ds_session WHERE user_id = %s", (_ADMIN_ID,))
    database.execute("DELETE FROM t_ds_access_token WHERE user_id = %s", (_ADMIN_ID,))
    database.execute(
        "INSERT INTO t_ds_access_token (user_id, token, expire_time, create_time, update_time) "
        "VALUES (%s, %s, %s, now(), now())",
        (_ADMIN_ID, known[TOKEN_SECRET], _TOKEN_EXPIRES),
    )


def _problems_of_accounts(database: Connection, tenant: str, known: Mapping[str, str]) -> list[str]:
    problems = []
    password = database.execute("SELECT user_password FROM t_ds_user WHERE id = %s", (_ADMIN_ID,)).fetchone()
    if password != (_digest(known[ADMIN_SECRET]),):
        problems.append("the password of admin was changed by hand")
    if database.execute("SELECT 1 FROM t_ds_tenant WHERE tenant_code = %s", (tenant,)).fetchone() is None:
        problems.append(f"tenant {tenant} is missing")
    tokens = database.execute("SELECT token FROM t_ds_access_token WHERE user_id = %s", (_ADMIN_ID,)).fetchall()
    if (known[TOKEN_SECRET],) not in tokens:
        problems.append("the token of admin is missing")
    if others := sum(token != known[TOKEN_SECRET] for (token,) in tokens):
        problems.append(f"admin has {others} further tokens")
    users = database.execute(
        "SELECT user_name FROM t_ds_user WHERE id <> %s ORDER BY user_name", (_ADMIN_ID,)
    ).fetchall()
    return problems + [f"user {name} is not declared" for (name,) in users]


def _problems_of_roles(known: Connections, service: str) -> Iterator[str]:
    """Report roles of the stack's own server that cannot log in with their password."""
    for role, secret in ((MONITORING_ROLE, MONITORING_SECRET), (SUPERUSER, SUPERUSER_SECRET)):
        try:
            _connect(known, service, role, known.secrets.get(secret, "")).close()
        except psycopg.OperationalError as error:
            yield f"role {role} cannot log in: {str(error).splitlines()[0]}"


class DolphinSchedulerDatabase(DynamicResource, module="kappastack", name="DolphinSchedulerDatabase"):
    """DolphinScheduler's metadata in PostgreSQL, which must exist before its servers start."""

    provider = DatabaseProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        database: Database,
        tenant: str,
        secret_ids: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`tenant` is the user of tasks, `secret_ids` are the versions of the generated secrets."""
        address = f"{database.user}@{database.endpoint.address}/{database.name}?sslmode={database.ssl_mode}"
        super().__init__(
            name,
            {
                "stack": stack,
                "service": NAME,
                "version": DOLPHINSCHEDULER,
                "tenant": tenant,
                "secret_ids": dict(secret_ids),
                # The key exists only with an external database, so that resources of older revisions do not change.
                **({"external": address} if database.external else {}),
            },
            opts,
        )
