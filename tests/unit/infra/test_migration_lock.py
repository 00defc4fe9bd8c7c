"""The lock of a schema's migrations: one holder, others wait, and the lock of an ended process is taken over."""

import os
import re
import subprocess
import sys

import pytest

from apps.shared.starrocks_errors import StarRocksError
from infra.resources.starrocks.migration_lock import SchemaLocked, migration_lock, owner


class Database:
    """A database that contains at most the table of the lock."""

    def __init__(self, holder: str = "", leaves_after: int = 1000) -> None:
        self.holder = holder
        self._looks_left = leaves_after

    def execute(self, statement: str) -> list[tuple[str, str]]:
        if statement.startswith("CREATE TABLE schema_migrations_lock"):
            if self.holder:
                raise StarRocksError("StarRocks refused `CREATE TABLE`: Table 'schema_migrations_lock' already exists")
            match = re.search("COMMENT '([^']*)'", statement)
            assert match is not None
            self.holder = match[1]
        elif statement.startswith("SHOW CREATE TABLE"):
            if not self.holder:
                raise StarRocksError("Unknown table 'schema_migrations_lock'")
            self._looks_left -= 1
            answer = [("schema_migrations_lock", f'CREATE TABLE `x` (`id` int COMMENT "{self.holder}")')]
            if self._looks_left == 0:
                self.holder = ""
            return answer
        elif statement.startswith("DROP TABLE"):
            self.holder = ""
        return []


def hold(database: Database, within: float = 5) -> str:
    """Acquire and release the lock; return its holder meanwhile."""
    with migration_lock(database, stack="local", database="d", replication_num=1, within=within):
        return database.holder


def another(pid: int, *, node: str = "", since: str = "2026-01-01T00:00:00Z") -> str:
    own = re.fullmatch(r"(\S+)@(\S+) pid \d+ since \S+", owner())
    assert own is not None
    return f"{own[1]}@{node or own[2]} pid {pid} since {since}"


def test_the_lock_names_its_holder_and_is_released() -> None:
    database = Database()
    assert f" pid {os.getpid()} since " in hold(database)
    assert database.holder == ""


def test_the_lock_is_released_if_a_migration_fails() -> None:
    database = Database()
    with pytest.raises(ValueError, match="no"), migration_lock(database, stack="s", database="d", replication_num=1):
        raise ValueError("no")
    assert database.holder == ""


def test_a_foreign_lock_is_waited_for() -> None:
    database = Database(another(1, node="elsewhere"), leaves_after=2)
    assert f" pid {os.getpid()} " in hold(database)


def test_the_lock_of_an_ended_process_is_taken_over() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert f" pid {os.getpid()} " in hold(Database(another(ended.pid)), within=0)


def test_the_lock_is_taken_over_if_its_process_id_was_reused() -> None:
    assert hold(Database(another(os.getpid(), since="2001-01-01T00:00:00Z")), within=0)


@pytest.mark.parametrize("holder", ["root@vm 2026-01-01T00:00:00Z", another(1, node="elsewhere")])
def test_the_lock_of_a_process_that_cannot_be_checked_is_kept(holder: str) -> None:
    with pytest.raises(SchemaLocked, match=rf"d is being migrated by {holder}; .* make unlock STACK=local"):
        hold(Database(holder), within=0)


def test_the_lock_of_a_running_process_is_kept() -> None:
    with pytest.raises(SchemaLocked, match="is being migrated by "):
        hold(Database(owner()), within=0)


def test_any_other_error_is_raised_at_once() -> None:
    class Broken(Database):
        def execute(self, statement: str) -> list[tuple[str, str]]:
            raise StarRocksError("Backend is not alive")

    with pytest.raises(StarRocksError, match="not alive"):
        hold(Broken())
