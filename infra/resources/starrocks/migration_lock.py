"""The lock of a database's migrations: a table, because only one process succeeds in creating it."""

import getpass
import os
import platform
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

import psutil

from apps.shared.polling import wait_until
from apps.shared.starrocks_errors import StarRocksError

_TABLE = "schema_migrations_lock"
_COMMENT = re.compile(r"COMMENT [\"']([^\"']*)")
_OWNER = re.compile(r"^\S+@(?P<node>\S+) pid (?P<pid>\d+) since (?P<since>\S+)$")
_LOOK_SECONDS = 0.5


class SchemaLocked(Exception):
    """Another run is applying migrations, or died while applying them."""


class Statements(Protocol):
    """A session that runs statements."""

    def execute(self, statement: str) -> Sequence[Sequence[object]]:
        """Run a statement and return its rows."""


@contextmanager
def migration_lock(
    root: Statements, *, stack: str, database: str, replication_num: int, within: float = 60
) -> Iterator[None]:
    """Hold the lock of the session's database.

    The function waits for the lock of another process, because an interrupted `up` continues for a while. A lock whose
    process ran on this machine and has ended is removed.

    Args:
        root: a session in the database.
        stack: name of the stack, for the error message.
        database: name of the database, for the error message.
        replication_num: number of replicas of the table.
        within: time limit in seconds.

    Raises:
        SchemaLocked: another process held the lock until the time limit; the message names the process.
    """
    holder = ""

    def problem() -> str:
        nonlocal holder
        if _taken(root, replication_num):
            return ""
        holder = _holder(root)
        if holder and _died(holder):
            root.execute(f"DROP TABLE IF EXISTS {_TABLE} FORCE")
            if _taken(root, replication_num):
                return ""
        return holder or "another process"

    try:
        wait_until(problem, within=within, what=f"the lock of {database}", pause=_LOOK_SECONDS)
    except TimeoutError:
        raise SchemaLocked(
            f"{database} is being migrated by {holder or 'another process'}; "
            f"if that run died: make unlock STACK={stack}"
        ) from None
    try:
        yield
    finally:
        root.execute(f"DROP TABLE {_TABLE} FORCE")


def _taken(root: Statements, replication_num: int) -> bool:
    try:
        root.execute(
            f"CREATE TABLE {_TABLE} (id INT NOT NULL COMMENT '{owner()}') PRIMARY KEY (id) "
            f'DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES ("replication_num" = "{replication_num}")'
        )
    except StarRocksError as error:
        if "already exists" not in str(error).lower():
            raise
        return False
    return True


def _holder(root: Statements) -> str:
    """The lock's holder, from the table's comment; empty if the lock has just been released."""
    try:
        [[_name, ddl, *_]] = root.execute(f"SHOW CREATE TABLE {_TABLE}")
    except StarRocksError:
        return ""
    by = _COMMENT.search(str(ddl))
    return by[1] if by else ""


def owner() -> str:
    """The text that identifies this process as holder, in characters that need no quoting."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    user, node = (re.sub(r"[^\w.-]", "-", name) for name in (getpass.getuser(), platform.node()))
    return f"{user}@{node} pid {os.getpid()} since {since}"


def _died(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended. A new process may have the same process id."""
    found = _OWNER.match(holder)
    if found is None or found["node"] != re.sub(r"[^\w.-]", "-", platform.node()):
        return False
    try:
        process = psutil.Process(int(found["pid"]))
        began = process.create_time()
        zombie = process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    return zombie or began > datetime.fromisoformat(found["since"]).timestamp() + 1
