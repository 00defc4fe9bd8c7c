"""Reference rows, which a file of the repository declares."""

from pulumi import ResourceOptions
from pydantic import Field

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError
from infra.resources.connections import ConnectionsMissing
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session

Cell = str | float | None


class RowsInputs(Inputs):
    """Rows by key; each maps columns to values.

    The engine drops nulls of structures, so `columns` lists all columns; a column that a row lacks is NULL.
    """

    stack: str
    service: str
    user: str
    database: str
    table: str
    key: str
    rows: dict[str, dict[str, Cell]]
    columns: list[str] = Field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The columns without the key. State of older revisions lacks them; there they are derived from the rows."""
        return self.columns or sorted({column for row in self.rows.values() for column in row})

    def values(self, key: str) -> list[Cell]:
        """The values of a row in the order of `names`."""
        return [self.rows[key].get(column) for column in self.names]


class RowsProvider(Provider[RowsInputs]):
    """Upserts the declared rows, and deletes rows that are no longer declared. Other rows stay as they are."""

    model = RowsInputs
    replace_on = ("stack", "database", "table")

    def identity(self, inputs: RowsInputs) -> str:
        """The table."""
        return f"{inputs.stack}/{inputs.database}.{inputs.table}"

    def apply(self, inputs: RowsInputs, previous: RowsInputs | None) -> None:
        """Upsert each row, and delete rows that are no longer declared."""
        with session(inputs.stack, inputs.service, inputs.user) as starrocks:
            # All columns are listed, because an INSERT into a PRIMARY KEY table keeps the values of unlisted columns.
            starrocks.insert(
                f"{inputs.database}.{inputs.table}",
                [inputs.key, *inputs.names],
                [(key, *inputs.values(key)) for key in inputs.rows],
            )
            if previous is not None:
                self._delete(starrocks, inputs, [*(previous.rows.keys() - inputs.rows.keys())])

    def find_drift(self, inputs: RowsInputs) -> list[str]:
        """Report missing and different rows."""
        try:
            with session(inputs.stack, inputs.service, inputs.user) as starrocks:
                return [text for key in inputs.rows if (text := self._problem(starrocks, inputs, key))]
        except (StarRocksError, ConnectionsMissing) as error:
            return [str(error)]

    @staticmethod
    def _problem(starrocks: StarRocks, inputs: RowsInputs, key: str) -> str:
        found = starrocks.execute(
            f"SELECT {', '.join([inputs.key, *inputs.names])} FROM {inputs.database}.{inputs.table} "
            f"WHERE {inputs.key} = %s",
            (key,),
        )
        if not found:
            return f"row {key} is missing"
        desired = zip(inputs.names, inputs.values(key), found[0][1:], strict=True)
        wrong = [f"{name} is {actual} instead of {value}" for name, value, actual in desired if value != actual]
        return f"row {key}: {', '.join(wrong)}" if wrong else ""

    def remove(self, inputs: RowsInputs) -> None:
        """Delete the declared rows, as root, because the rows' user may have been removed with its product."""
        with session(inputs.stack, inputs.service, "root") as starrocks:
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
        """`user` has SELECT, INSERT and DELETE on the table; `rows` are by the value of the column `key`."""
        inputs = {
            "stack": stack,
            "service": service,
            "user": user,
            "database": database,
            "table": table,
            "key": key,
            "rows": rows,
            "columns": sorted({column for row in rows.values() for column in row}),
        }
        super().__init__(name, inputs, opts)
