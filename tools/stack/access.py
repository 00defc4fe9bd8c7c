"""`credentials`, `token`, `sql` and `unlock`: access for users."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from apps.shared.starrocks_errors import StarRocksError
from infra import platform as own
from infra.configuration import load_settings
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.dolphinscheduler.database import ADMIN_SECRET, SUPERUSER_SECRET, TOKEN_SECRET
from infra.resources.starrocks.client import session
from infra.services import pulsar_roles
from infra.services.grafana import ADMIN_SECRET as GRAFANA_SECRET
from infra.settings_postgres import DATABASE_PASSWORD
from infra.state import StackState
from tools.stack.configuration import stack_configuration
from tools.stack.table import table

console = Console(soft_wrap=True)
_HIDDEN = "•••• (SHOW=1)"


@dataclass(frozen=True)
class Login:
    """A login of a service.

    Args:
        service: name of the service for users.
        user: user or role.
        kind: `password` or `token`.
        secret: name of the secret.
        address: address that clients connect to.
    """

    service: str
    user: str
    kind: str
    secret: str
    address: str


def logins(known: connections.Connections) -> list[Login]:
    """Every login of a stack, by service and user."""
    starrocks = known.endpoint("starrocks", "query").url
    pulsar = known.endpoint("pulsar", "broker").url
    postgres = known.endpoint("postgres", "sql").url
    scheduler = f"{known.endpoint('dolphinscheduler', 'rest').url}/dolphinscheduler"
    found = [
        Login("DolphinScheduler", "admin", "password", ADMIN_SECRET, f"{scheduler}/ui/index.html"),
        Login("DolphinScheduler", "admin", "token", TOKEN_SECRET, scheduler),
        Login("PostgreSQL", known.metadata.user, "password", DATABASE_PASSWORD, postgres),
    ]
    # An external server has its own administrator.
    if SUPERUSER_SECRET in known.secrets:
        found.append(Login("PostgreSQL", "postgres", "password", SUPERUSER_SECRET, postgres))
    if GRAFANA_SECRET in known.secrets:
        found.append(Login("Grafana", "admin", "password", GRAFANA_SECRET, known.endpoint("grafana", "http").url))
    for name in known.secrets:
        if pulsar_roles.is_token(name):
            found.append(Login("Pulsar", pulsar_roles.role(name), "token", name, pulsar))
        elif name.startswith(own.secret("")):
            found.append(Login("StarRocks", name.removeprefix(own.secret("")), "password", name, starrocks))
    return sorted(found, key=lambda login: (login.service, login.user, login.kind))


def credentials(stack: str, *, user: str, show: bool) -> int:
    """Print users and addresses; with `show` also passwords and tokens.

    With `show` and a user, print only the secrets of that user, one per line.

    Args:
        stack: name of the stack.
        user: user to print; empty for all.
        show: whether to print the secrets.

    Returns:
        The exit status: 1 if the stack has no such user.

    Raises:
        ConnectionsMissing: the stack is not deployed.
    """
    known = connections.load(stack, wait=0)
    found = [login for login in logins(known) if user in ("", login.user)]
    if not found:
        users = ", ".join(dict.fromkeys(each.user for each in logins(known)))
        console.print(f"USER={user} is not a user of stack {stack}; its users are {users}")
        return 1
    if user and show:
        for login in found:
            print(known.secrets[login.secret])
        return 0
    now = datetime.now(UTC)
    rows = [("service", "user", "kind", "secret", "age", "address")]
    rows += [
        (
            *(each.service, each.user, each.kind),
            known.secrets[each.secret] if show else _HIDDEN,
            age(known.created.get(_signed_with(each.secret), ""), now),
            each.address,
        )
        for each in found
    ]
    print("\n".join(table(rows)))
    return 0


def _signed_with(secret: str) -> str:
    """The secret whose rotation also replaces `secret`: Pulsar's signing key for a token, else the secret itself."""
    return pulsar_roles.TOKEN_KEY if pulsar_roles.is_token(secret) else secret


def age(created: str, now: datetime) -> str:
    """Time since a secret was generated, in the largest whole unit; `-` if an older revision generated it.

    Args:
        created: time of the generation in ISO 8601; empty if unknown.
        now: the current time.
    """
    if not created:
        return "-"
    seconds = max(0, int((now - datetime.fromisoformat(created)).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def databases(stack: str) -> list[str]:
    """Databases of the stack's products in their order, then the platform's."""
    products = chosen(load_settings(stack_configuration(stack)).products)
    return [*(database for product in products for database in product.databases), own.DATABASE]


def sql(stack: str, *, user: str, database: str, query: str) -> int:
    """Run one query, or open the `mariadb` client on StarRocks."""
    known = connections.load(stack, wait=0)
    if own.secret(user) not in known.secrets:
        users = [login.user for login in logins(known) if login.secret.startswith(own.secret(""))]
        console.print(f"--user {user} is not a StarRocks user of stack {stack}; its users are {', '.join(users)}")
        return 1
    current = database or databases(stack)[0]
    if query:
        try:
            with session(stack, "starrocks", user) as starrocks:
                starrocks.execute(f"USE {current}")
                for row in starrocks.execute(query):
                    print("\t".join("NULL" if value is None else str(value) for value in row))
        except StarRocksError as error:
            console.print(f"[red]{escape(str(error))}")
            return 1
        return 0
    client = shutil.which("mariadb") or shutil.which("mysql")
    if client is None:
        console.print('No mariadb client: apt-get install mariadb-client, or make sql QUERY="SELECT …"')
        return 1
    endpoint = known.endpoint("starrocks", "query")
    StackState(stack).runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The password is passed in a file, because every user of the machine can read the arguments of a process.
    with tempfile.NamedTemporaryFile("w", dir=StackState(stack).runtime, suffix=".cnf", delete=False) as file:
        password = known.secrets[own.secret(user)]
        file.write(f"[client]\nhost={endpoint.host}\nport={endpoint.port}\nuser={user}\npassword={password}\n")
    try:
        command = [client, f"--defaults-extra-file={file.name}", current]
        return subprocess.run(command, check=False, env=dict(os.environ)).returncode
    finally:
        Path(file.name).unlink(missing_ok=True)


def token(stack: str, role: str) -> int:
    """Print the path of the file with the token of a Pulsar role."""
    secrets = connections.load(stack, wait=0).secrets
    known = {pulsar_roles.role(name): name for name in secrets if pulsar_roles.is_token(name)}
    if role not in known:
        problem = f"ROLE={role} is not a Pulsar role of stack {stack}" if role else "ROLE is not set"
        console.print(f"{problem}; the roles are {', '.join(known)}")
        return 1
    print(connections.token_file(stack, known[role]))
    return 0


def unlock(stack: str, database: str) -> int:
    """Remove the lock of a migration run whose process has ended."""
    with session(stack, "starrocks", "root") as root:
        there = {str(row[0]) for row in root.execute("SHOW DATABASES")}
        for each in [database] if database else [name for name in databases(stack) if name in there]:
            root.execute(f"USE {each}")
            if root.execute("SHOW TABLES LIKE 'schema_migrations_lock'"):
                root.execute("DROP TABLE schema_migrations_lock FORCE")
                console.print(f"{each} is unlocked.")
            else:
                console.print(f"{each} is not locked.")
    return 0
