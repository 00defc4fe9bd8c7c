"""`credentials`, `token`, `sql` and `unlock`: ways in for people."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.resources import connections
from infra.resources.starrocks.client import StarRocksError, session
from infra.services import pulsar_roles
from infra.state import StackState

console = Console()


def credentials(stack: str, *, show: bool) -> int:
    """Who may log in where; passwords only on request."""
    known = connections.load(stack, wait=0)
    table = Table("service", "user", "password", "address")
    for name, secret in sorted(known.secrets.items()):
        service, _, user = name.partition("-")
        port = next(iter(known.endpoints.get(service, {})), None)
        address = known.endpoint(service, port).url if port else ""
        table.add_row(service, user, secret if show else "•••• (SHOW=1)", address)
    console.print(table)
    return 0


def sql(stack: str, *, user: str, query: str) -> int:
    """Run one query, or open the `mariadb` client on StarRocks."""
    known = connections.load(stack, wait=0)
    if query:
        try:
            with session(stack, "starrocks", user) as starrocks:
                for row in starrocks.execute(query):
                    print("\t".join("NULL" if value is None else str(value) for value in row))
        except StarRocksError as error:
            console.print(f"[red]{error}")
            return 1
        return 0
    client = shutil.which("mariadb") or shutil.which("mysql")
    if client is None:
        console.print('No mariadb client: apt-get install mariadb-client, or make sql QUERY="SELECT …"')
        return 1
    endpoint = known.endpoint("starrocks", "query")
    StackState(stack).runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file, not an argument: arguments are in everybody's process list.
    with tempfile.NamedTemporaryFile("w", dir=StackState(stack).runtime, suffix=".cnf", delete=False) as file:
        password = known.secrets[f"starrocks-{user}"]
        file.write(f"[client]\nhost={endpoint.host}\nport={endpoint.port}\nuser={user}\npassword={password}\n")
    try:
        command = [client, f"--defaults-extra-file={file.name}", "ciapol_analytics"]
        return subprocess.run(command, check=False, env=dict(os.environ)).returncode
    finally:
        Path(file.name).unlink(missing_ok=True)


def token(stack: str, role: str) -> int:
    """Tell the file that holds the token of one of Pulsar's roles."""
    known = {pulsar_roles.role(name): name for name in pulsar_roles.TOKENS}
    if role not in known:
        console.print(f"ROLE={role or '…'}: there are {', '.join(known)}")
        return 1
    print(connections.token_file(stack, known[role]))
    return 0


def unlock(stack: str, database: str) -> int:
    """Remove the lock of a migration run that died."""
    with session(stack, "starrocks", "root") as root:
        root.execute(f"USE {database}")
        if not root.execute("SHOW TABLES LIKE 'schema_migrations_lock'"):
            console.print(f"{database} is not locked.")
            return 0
        root.execute("DROP TABLE schema_migrations_lock FORCE")
    console.print(f"{database} is unlocked.")
    return 0
