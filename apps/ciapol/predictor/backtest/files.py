"""Histories from files of measurements, with the index computed by the product's query."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import sqlglot
from sqlglot import exp

from apps.ciapol.predictor.history import COLUMNS, History, Station, hour_number
from apps.ciapol.predictor.index import Breakpoint, IndexMethod
from apps.ciapol.sensors.files import read_measurements

_ROOT = Path(__file__).resolve().parents[4]
SAMPLE = _ROOT / "apps" / "ciapol" / "sensors" / "data" / "beijing-sample.csv.xz"
"""The repository's sample: two months of nine stations."""

_SQL = _ROOT / "sql" / "ciapol"
_ZONE = "Asia/Shanghai"
"""Time zone of the stations of UCI data set 501."""
_REFERENCE = 0.0
"""Temperature in °C to which their gas concentrations refer, as in `apps/ciapol/sensors/data/stations.csv`."""


class NoFilesError(Exception):
    """A folder has no files of measurements."""


def histories(folder: Path | None) -> list[History]:
    """The histories of the stations in a folder's `.csv.xz` and `.csv` files.

    Args:
        folder: folder of the files; None for the sample.

    Raises:
        NoFilesError: the folder has no such files.
    """
    paths = [SAMPLE] if folder is None else sorted([*folder.glob("*.csv.xz"), *folder.glob("*.csv")])
    if not paths:
        raise NoFilesError(f"data: {folder} has no .csv.xz and no .csv")
    rows = [
        {"station_id": m.station_id, "measured_at": m.measured_at.astimezone(UTC).replace(tzinfo=None), **m.values}
        for path in paths
        for m in read_measurements(path)
    ]
    measurements = pd.DataFrame(rows).reindex(columns=["station_id", "measured_at", *COLUMNS[1:]])
    return [
        _history(str(station_id), part) for station_id, part in hourly(measurements, _REFERENCE).groupby("station_id")
    ]


def hourly(measurements: pd.DataFrame, reference_temperature: float) -> pd.DataFrame:
    """Hourly means and the hourly index of each station, with the columns station_id, hour_start and `COLUMNS`."""
    means = ", ".join(f"AVG({name}) AS {name}" for name in COLUMNS[1:])
    with _database(measurements, reference_temperature) as database:
        found: pd.DataFrame = database.execute(
            "SELECT means.*, indices.aqi FROM ("
            f"SELECT station_id, date_trunc('hour', measured_at) AS hour_start, {means} FROM measurements GROUP BY ALL"
            f") AS means LEFT JOIN ({_index_query(measurements)}) AS indices "
            "USING (station_id, hour_start)"
        ).df()
    return found


@contextmanager
def _database(measurements: pd.DataFrame, reference_temperature: float) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A DuckDB database with the measurements, their stations, and the breakpoints from the migrations."""
    with duckdb.connect() as database:
        database.register("measurements", measurements)
        database.execute(f"CREATE TABLE aqi_breakpoints AS {_breakpoints()}")
        database.execute(
            "CREATE TABLE stations AS SELECT DISTINCT station_id, CAST(? AS DOUBLE) AS reference_temperature "
            "FROM measurements",
            [reference_temperature],
        )
        yield database


def _breakpoints() -> str:
    text = (_SQL / "V001__stations_and_breakpoints.sql").read_text().replace("${replication_num}", "1")
    for statement in sqlglot.parse(text, read="starrocks"):
        if isinstance(statement, exp.Insert) and isinstance(statement.this, exp.Schema):
            names = ", ".join(column.name for column in statement.this.expressions)
            return f"SELECT * FROM ({statement.expression.sql('duckdb')}) AS breakpoints ({names})"
    raise LookupError("no migration fills aqi_breakpoints")


def index_method() -> IndexMethod:
    """The method of the index with the breakpoints from the migrations."""
    names = ", ".join(field.name for field in fields(Breakpoint))
    rows = duckdb.execute(f"SELECT {names} FROM ({_breakpoints()})").fetchall()
    return IndexMethod(
        Breakpoint(pollutant, averaging, low, high, float(least), float(most), digits)
        for pollutant, averaging, low, high, least, most, digits in rows
    )


def _index_query(measurements: pd.DataFrame) -> str:
    """The product's query in DuckDB's dialect; sqlglot translates it, as in the emulator."""
    query = (_SQL / "queries" / "aqi_hourly.sql").read_text()
    begin, end = measurements["measured_at"].min(), measurements["measured_at"].max() + pd.Timedelta(hours=1)
    text = query.replace("${from}", f"{begin:%Y-%m-%d %H:00:00}").replace("${to}", f"{end:%Y-%m-%d %H:00:00}")
    # IGNORE, because DuckDB has no hints.
    return sqlglot.transpile(text, read="starrocks", write="duckdb", unsupported_level=sqlglot.ErrorLevel.IGNORE)[0]


def _history(station_id: str, rows: pd.DataFrame) -> History:
    hours = rows["hour_start"].map(lambda moment: hour_number(moment.to_pydatetime())).to_numpy(dtype=np.int64)
    first = int(hours.min())
    values = np.full((int(hours.max()) - first + 1, len(COLUMNS)), np.nan)
    values[hours - first] = rows[list(COLUMNS)].to_numpy(dtype=np.float64, na_value=np.nan)
    return History(Station(station_id, _ZONE, _ZONE, _REFERENCE), first, values)
