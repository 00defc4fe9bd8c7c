"""Rows of reference data that a file of the repository declares, such as the stations of a product."""

import csv
from pathlib import Path

from pulumi import ResourceOptions

from infra.resources.connections import ConnectionsMissing
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks import StarRocks, StarRocksError, session

Cell = str | float | None


class RowsInputs(Inputs):
    """Rows by key; each is a mapping of column to value, empty cells are NULL."""

    stack: str
    service: str
    user: str
    database: str
    table: str
    key: str
    rows: dict[str, dict[str, Cell]]


class RowsProvider(Provider[RowsInputs]):
    """Upserts the declared rows; rows that people added by other means are left alone."""

    model = RowsInputs
    replace_on = ("stack", "database", "table")

    def identity(self, inputs: RowsInputs) -> str:
        """The table."""
        return f"{inputs.stack}/{inputs.database}.{inputs.table}"

    def apply(self, inputs: RowsInputs, previous: RowsInputs | None) -> None:
        """Upsert each row, and delete those that the file no longer has."""
        with session(inputs.stack, inputs.service, inputs.user) as starrocks:
            for key, row in inputs.rows.items():
                columns = [inputs.key, *row]
                marks = ", ".join(["%s"] * len(columns))
                starrocks.execute(
                    f"INSERT INTO {inputs.database}.{inputs.table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                    (key, *row.values()),
                )
            if previous is not None:
                self._delete(starrocks, inputs, [*(previous.rows.keys() - inputs.rows.keys())])

    def find_drift(self, inputs: RowsInputs) -> list[str]:
        """Rows that are missing or different."""
        try:
            with session(inputs.stack, inputs.service, inputs.user) as starrocks:
                return [
                    text for key, row in inputs.rows.items() if (text := self._complaint(starrocks, inputs, key, row))
                ]
        except (StarRocksError, ConnectionsMissing) as error:
            return [str(error)]

    @staticmethod
    def _complaint(starrocks: StarRocks, inputs: RowsInputs, key: str, row: dict[str, Cell]) -> str:
        found = starrocks.execute(
            f"SELECT {', '.join(row)} FROM {inputs.database}.{inputs.table} WHERE {inputs.key} = %s",  # noqa: S608
            (key,),
        )
        if not found:
            return f"row {key} is missing"
        wrong = [name for name, value, got in zip(row, row.values(), found[0], strict=True) if value != got]
        return f"row {key} differs in {', '.join(wrong)}" if wrong else ""

    def remove(self, inputs: RowsInputs) -> None:
        """Delete the declared rows."""
        with session(inputs.stack, inputs.service, inputs.user) as starrocks:
            self._delete(starrocks, inputs, list(inputs.rows))

    @staticmethod
    def _delete(starrocks: StarRocks, inputs: RowsInputs, keys: list[str]) -> None:
        for key in keys:
            starrocks.execute(
                f"DELETE FROM {inputs.database}.{inputs.table} WHERE {inputs.key} = %s",  # noqa: S608
                (key,),
            )


class StarRocksRows(DynamicResource, module="kappastack", name="StarRocksRows"):
    """Declared rows of a table."""

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        user: str,
        database: str,
        table: str,
        key: str,
        rows: dict[str, dict[str, Cell]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`user` may SELECT, INSERT and DELETE there; `rows` by the value of the column `key`."""
        inputs = {
            "stack": stack,
            "service": service,
            "user": user,
            "database": database,
            "table": table,
            "key": key,
            "rows": rows,
        }
        super().__init__(RowsProvider, name, inputs, opts)


def rows_from_csv(
    path: Path, *, key: str, renamed: dict[str, str], numbers: tuple[str, ...]
) -> dict[str, dict[str, Cell]]:
    """Read declared rows.

    Args:
        path: a CSV with a header.
        key: the column of the file that holds the key.
        renamed: column of the table by column of the file, where they differ.
        numbers: columns of the file that hold numbers.

    Raises:
        ValueError: a number that is none, a key that is missing or doubled; the message has file and line.
    """
    rows: dict[str, dict[str, Cell]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line, record in enumerate(csv.DictReader(file), start=2):
            identity = record.pop(key, "")
            if not identity or identity in rows:
                raise ValueError(f"{path}:{line}: {key} {identity!r}: expected a value that no other line has")
            row: dict[str, Cell] = {}
            for name, text in record.items():
                try:
                    value: Cell = None if text == "" else float(text) if name in numbers else text
                except ValueError:
                    raise ValueError(f"{path}:{line}: {name} {text!r}: expected a number") from None
                row[renamed.get(name, name)] = value
            rows[identity] = row
    return rows
