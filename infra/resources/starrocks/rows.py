"""Rows of reference data that a file of the repository declares."""

from pulumi import ResourceOptions

from apps.shared.starrocks import StarRocks, StarRocksError
from infra.resources.connections import ConnectionsMissing
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session

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
                    f"INSERT INTO {inputs.database}.{inputs.table} ({', '.join(columns)}) VALUES ({marks})",
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
            f"SELECT {', '.join(row)} FROM {inputs.database}.{inputs.table} WHERE {inputs.key} = %s",
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
                f"DELETE FROM {inputs.database}.{inputs.table} WHERE {inputs.key} = %s",
                (key,),
            )


class StarRocksRows(DynamicResource, module="kappastack", name="StarRocksRows"):
    """Declared rows of a table."""

    provider = RowsProvider

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
        super().__init__(name, inputs, opts)
