"""Databases and their tables: cached in memory, durable in the data folder."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table, table_from_json
from starrocks_emulator.storage import Storage, Transaction

SYSTEM_DATABASES = ("_statistics_", "information_schema", "sys")
"""Databases that StarRocks creates; only information_schema can be queried here."""


def now_text() -> str:
    """The current time in UTC, as StarRocks prints a DATETIME."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


class Catalog:
    """All databases, tables and views. Changes are made in a `Transaction` and become visible after its commit."""

    def __init__(self, storage: Storage) -> None:
        """Read the catalog of `storage`."""
        self._databases = {name: int(number) for name, number in storage.documents("database")}
        tables = [table_from_json(document) for _, document in storage.documents("table")]
        self._tables = {(table.database, table.name): table for table in tables}
        self.generation = 0
        counter = storage.documents("counter")
        self._last_id = int(counter[0][1]) if counter else 10000

    def new_id(self, change: Transaction) -> int:
        """A new, unique object id."""
        self._last_id += 1
        change.put("counter", "id", str(self._last_id))
        return self._last_id

    @property
    def databases(self) -> Mapping[str, int]:
        """User databases with their ids."""
        return self._databases

    def database(self, name: str | None) -> str:
        """The name of a database that exists.

        Raises:
            SqlError: 1046 for None, 5501 for an unknown name.
        """
        if name is None:
            raise errors.no_database()
        if name in self._databases:
            return name
        if name.lower() in SYSTEM_DATABASES:
            return name.lower()
        raise errors.unknown_database(name)

    def create_database(self, change: Transaction, name: str) -> None:
        """Add a database."""
        number = self.new_id(change)
        change.put("database", name, str(number))
        change.after(lambda: self._databases.__setitem__(name, number))
        self._changes(change)

    def drop_database(self, change: Transaction, name: str) -> None:
        """Remove an empty database."""
        change.delete("database", name)

        def apply() -> None:
            self._databases.pop(name, None)

        change.after(apply)
        self._changes(change)

    def _changes(self, change: Transaction) -> None:
        def bump() -> None:
            self.generation += 1

        change.after(bump)

    def tables(self, database: str | None = None) -> list[Table]:
        """Tables, views and materialized views, by name."""
        found: Iterable[Table] = list(self._tables.values())
        return sorted(
            (table for table in found if database in (None, table.database)), key=lambda table: table.full_name
        )

    def find(self, database: str | None, name: str) -> Table | None:
        """The object with this name, or None."""
        return self._tables.get((self.database(database), name))

    def table(self, database: str | None, name: str) -> Table:
        """The object with this name.

        Raises:
            SqlError: 1046 without a database, 5501 if the database does not exist, 5502 if the object does not.
        """
        found = self.find(database, name)
        if found is None:
            raise errors.unknown_table(f"{database}.{name}")
        return found

    def by_id(self, number: int) -> Table | None:
        """The object with that id, or None."""
        return next((table for table in list(self._tables.values()) if table.id == number), None)

    def put(self, change: Transaction, table: Table) -> None:
        """Add or replace an object; its id stays, its name may change."""
        previous = self.by_id(table.id)
        change.put("table", str(table.id), table.to_json())

        def apply() -> None:
            if previous and self._tables.get((previous.database, previous.name)) == previous:
                del self._tables[previous.database, previous.name]
            self._tables[table.database, table.name] = table
            self.generation += 1

        change.after(apply)

    def exchange(self, first: Table, second: Table) -> None:
        """Register two tables under their swapped names, after the commit."""
        self._tables[first.database, first.name] = first
        self._tables[second.database, second.name] = second
        self.generation += 1

    def remove(self, change: Transaction, table: Table) -> None:
        """Remove an object and, for tables, its rows."""
        change.delete("table", str(table.id))
        if table.kind != "view":
            change.cursor.execute(f"DROP TABLE IF EXISTS {table.stored}")

        def apply() -> None:
            self._tables.pop((table.database, table.name), None)
            self.generation += 1

        change.after(apply)


def check_new_name(kind: str, name: str) -> None:
    """Refuse names that StarRocks refuses (`FeNameFormat`)."""
    if not name or len(name) > 256 or not (name[0].isalpha() or name[0] == "_") or not all(
        character.isalnum() or character in "_-" for character in name
    ):  # fmt: skip
        raise SqlError(5063, f"Getting analyzing error. Detail message: Incorrect {kind} name '{name}'.", "42000")
