"""LionTrack's databases in an emulator, filled like the streaming jobs do."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apps.liontrack.pipeline.__main__ import main
from apps.liontrack.producers.events import ACTIVITIES, CHALLENGES, POSITIONS, PREFIX, WEIGHTS, Event
from apps.shared.starrocks import Argument, Cell, StarRocks
from apps.shared.starrocks_address import Address
from infra.products.registry import declared
from infra.resources.starrocks.migrations import read_migrations
from starrocks_emulator.pytest_plugin import EmulatorServer, start_emulator

PRODUCT = declared()["liontrack"]
_TABLES = {
    POSITIONS: ("lions_raw", "last_update", ("lion_id", "name", "position_lat", "position_lng", "last_update")),
    WEIGHTS: ("weights_raw", "measured_at", ("weight_id", "lion_id", "weight", "unit", "measured_at")),
    ACTIVITIES: ("users_raw", "occurred_at", ("event_id", "user_id", "username", "activity", "occurred_at")),
    CHALLENGES: ("challenges_raw", "updated_at", ("challenge_id", "user_id", "title", "status", "updated_at")),
}
_BATCH = 1000


@dataclass
class Lake:
    """The databases; every user has the same password."""

    server: EmulatorServer
    password: str = "of the tests"
    _messages: int = field(default=0)

    def connection(self, user: str = "root", database: str = "liontrack_bronze") -> StarRocks:
        """A connection as one of the product's users, or as root."""
        password = "" if user == "root" else self.password
        return StarRocks(Address("127.0.0.1", self.server.mysql_port, user, password, database), answer_seconds=600)

    def query(self, statement: str, arguments: Sequence[Argument] = ()) -> list[dict[str, Cell]]:
        """Run a query as root and return its rows."""
        with self.connection() as connection:
            return connection.query(statement, arguments)

    def clear(self) -> None:
        """Empty all tables."""
        with self.connection() as connection:
            for database in PRODUCT.databases:
                for row in connection.query(
                    "SELECT TABLE_NAME AS name FROM information_schema.tables "
                    "WHERE TABLE_SCHEMA = %s AND TABLE_TYPE = 'BASE TABLE'",
                    (database,),
                ):
                    if not str(row["name"]).endswith("_mv"):
                        connection.change(f"TRUNCATE TABLE {database}.{row['name']}")

    def store(
        self, events: Iterable[Event], *, received: datetime | None = None, loaded: datetime | None = None
    ) -> None:
        """Store events like the streaming jobs do.

        Args:
            events: events in the order of their messages.
            received: time at which the broker received the events; by default a minute after each event's own time.
            loaded: time of the load; by default now.
        """
        loaded = (loaded or datetime.now(UTC)).replace(tzinfo=None)
        rows: dict[str, list[tuple[object, ...]]] = {topic: [] for topic in _TABLES}
        messages: list[tuple[object, ...]] = []
        for event in events:
            self._messages += 1
            _, time, columns = _TABLES[event.topic]
            at = datetime.fromisoformat(str(event.fields[time])).replace(tzinfo=None)
            got = received or at + timedelta(minutes=1)
            message = f"1:{self._messages}:0:-1"
            metadata = event.fields["metadata"]
            values = [at if column == time else event.fields[column] for column in columns]
            text = json.dumps(metadata) if metadata else None
            rows[event.topic].append((*values, text, got, message, at.date()))
            messages.append((got, message, PREFIX + event.topic, event.key, at, True, event.payload.decode(), loaded))
        with self.connection() as connection:
            for topic, (table, _, columns) in _TABLES.items():
                names = (*columns, "metadata", "received_at", "message_id", "partition_date")
                _insert(connection, f"liontrack_bronze.{table}", names, rows[topic])
            of_message = (
                "received_at",
                "message_id",
                "topic",
                "message_key",
                "event_time",
                "usable",
                "payload",
                "loaded_at",
            )
            _insert(connection, "liontrack_bronze.messages", of_message, messages)

    def run(self, environment: Mapping[str, str], steps: Sequence[str]) -> None:
        """Run steps of the pipeline in this process; the variables must be set already."""
        for step in steps:
            assert main([step]) == 0, f"step {step} with {environment}"


def _insert(connection: StarRocks, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(batch))
        arguments = [value for row in batch for value in row]
        connection.change(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}", arguments)  # type: ignore[arg-type]  # the values of events


@contextmanager
def start_lake(folder: Path) -> Iterator[Lake]:
    """A new emulator with all migrations applied and the product's users."""
    server = start_emulator(folder / "data")
    lake = Lake(server)
    try:
        with lake.connection(database="") as connection:
            for database in PRODUCT.databases:
                connection.change(f"CREATE DATABASE {database}")
            for database in PRODUCT.databases:
                connection.change(f"USE {database}")
                for migration in read_migrations(PRODUCT.migrations(database)):
                    for statement in migration.statements({"replication_num": "1"}):
                        connection.change(statement.text)
            for user, role in PRODUCT.users.items():
                connection.change(f"CREATE USER '{user}'@'%' IDENTIFIED BY '{lake.password}'")
                connection.change(f"GRANT {role} TO USER '{user}'@'%'")
                connection.change(f"SET DEFAULT ROLE {role} TO '{user}'@'%'")
        yield lake
    finally:
        server.kill()
