"""The emulator as a process with all migrations applied, for tests of the SQL and the API."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pymysql

from infra.resources.starrocks.migrations import read_migrations
from starrocks_emulator.pytest_plugin import EmulatorServer, start_emulator

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "ciapol_analytics"
_SCHEDULE = re.compile(r"REFRESH ASYNC EVERY \(INTERVAL \d+ MINUTE\)")

Value = str | int | float | None
Rows = list[tuple[object, ...]]


@dataclass
class Emulator:
    """The emulator's process, with methods for the database that tests need."""

    server: EmulatorServer

    def start(self) -> None:
        self.server.start_again()

    def stop(self) -> None:
        self.server.stop()

    def kill(self) -> None:
        self.server.kill()

    @contextmanager
    def connection(
        self, user: str = "root", password: str = "", database: str | None = DATABASE
    ) -> "Iterator[pymysql.Connection[pymysql.cursors.Cursor]]":
        connection = pymysql.connect(
            host="127.0.0.1",
            port=self.server.mysql_port,
            user=user,
            password=password,
            database=database,
            autocommit=True,
            charset="utf8mb4",
        )
        try:
            yield connection
        finally:
            connection.close()

    def execute(self, *statements: str) -> Rows:
        """Run statements as root, and return the rows of the last one."""
        with self.connection() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        marks = ", ".join(["%s"] * len(columns))
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def load(self, table: str, columns: Sequence[str], csv: str) -> None:
        """Stream Load of CSV with `\\N` for NULL."""
        url = f"http://127.0.0.1:{self.server.be_http_port}/api/{DATABASE}/{table}/_stream_load"
        headers = {"label": uuid4().hex, "format": "CSV", "column_separator": ",", "columns": ",".join(columns)}
        response = httpx.put(url, content=csv.encode(), headers=headers, auth=("root", ""), timeout=60)
        assert response.json()["Status"] == "Success", response.text

    def refresh(self) -> None:
        """Refresh the materialized views, which a deployed StarRocks does by their schedules."""
        for view in ("station_activity_mv", "station_activity_archive_mv", "hourly_means_mv"):
            self.execute(f"REFRESH MATERIALIZED VIEW {view} WITH SYNC MODE")

    def migrate(self) -> None:
        with self.connection(database=None) as connection, connection.cursor() as cursor:
            for database, folder in (("kappastack", "platform"), (DATABASE, "ciapol")):
                cursor.execute(f"CREATE DATABASE IF NOT EXISTS {database}")
                cursor.execute(f"USE {database}")
                for migration in read_migrations(ROOT / "sql" / folder):
                    for statement in migration.statements({"replication_num": "1"}):
                        # A scheduled refresh in the middle of a test would keep the test's rows in a view.
                        cursor.execute(_SCHEDULE.sub("REFRESH MANUAL", statement.text))

    def add_user(self, name: str, password: str, role: str) -> None:
        self.execute(
            f"CREATE USER IF NOT EXISTS '{name}'@'%' IDENTIFIED BY '{password}'",
            f"GRANT {role} TO USER '{name}'@'%'",
            f"SET DEFAULT ROLE {role} TO '{name}'@'%'",
        )


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    """A new emulator with all migrations applied."""
    folder.mkdir(exist_ok=True)
    instance = Emulator(start_emulator(folder / "data"))
    try:
        instance.migrate()
        yield instance
    finally:
        instance.kill()
