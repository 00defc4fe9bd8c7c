from collections.abc import Callable, Iterator

import duckdb
import pandas as pd
import pytest
import sqlglot
from sqlglot import exp

from tests.unit.sql import ddl

AqiQuery = Callable[[pd.DataFrame, str, str], pd.DataFrame]

COLUMNS = ("station_id", "measured_at", "pm25", "pm10", "o3", "co", "no2", "so2")


@pytest.fixture(scope="session")
def aqi_breakpoints() -> pd.DataFrame:
    """The rows that the migration inserts into aqi_breakpoints."""
    for path in ddl.MIGRATIONS:
        for statement in ddl.parse(path.read_text()):
            if isinstance(statement, exp.Insert) and statement.this.this.name == "aqi_breakpoints":
                rows: pd.DataFrame = duckdb.execute(statement.expression.sql("duckdb")).df()
                return rows.set_axis(_names(statement), axis=1)
    raise AssertionError("no migration fills aqi_breakpoints")


def _names(insert: exp.Insert) -> list[str]:
    return [column.name for column in insert.this.expressions]


@pytest.fixture(scope="session")
def aqi_query(aqi_breakpoints: pd.DataFrame) -> Iterator[AqiQuery]:
    """Runs `aqi_hourly.sql` in DuckDB, translated by sqlglot. Rows by station and hour, without computed_at.

    Measurements with a column `reference_temperature` are those of registered stations.
    """
    query = next(path for path in ddl.QUERIES if path.name == "aqi_hourly.sql").read_text()
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.register("aqi_breakpoints", aqi_breakpoints)

    def run(measurements: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
        connection.register("measurements", measurements.reindex(columns=list(COLUMNS)))
        registered = measurements.reindex(columns=["station_id", "reference_temperature"]).dropna().drop_duplicates()
        connection.register("stations", registered.astype({"station_id": "str", "reference_temperature": "float64"}))
        starrocks = query.replace("${from}", start).replace("${to}", end)
        ignore = sqlglot.ErrorLevel.IGNORE  # DuckDB does not support the hint
        sql = sqlglot.transpile(starrocks, read="starrocks", write="duckdb", unsupported_level=ignore)[0]
        rows = connection.execute(f"SELECT * EXCLUDE (computed_at) FROM ({sql}) ORDER BY station_id, hour_start").df()
        whole = [name for name in rows.columns if name.startswith("aqi")]
        return rows.astype(dict.fromkeys(whole, "Int64"))

    yield run
    connection.close()
