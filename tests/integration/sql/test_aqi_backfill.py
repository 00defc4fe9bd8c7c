"""Four years of one station, backfilled in chunks on the emulator, and the edges of the breakpoints.

The measurements come from KAPPASTACK_DATA, a folder of UCI data set 501, if it is set. Otherwise they are generated.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from apps.tasks.windows import Window, window
from tests.integration.api.platform import ROOT, Emulator, emulator
from tests.unit.sql import aqi_reference as reference
from tests.unit.sql import edges

pytestmark = pytest.mark.integration

QUERY = (ROOT / "sql" / "ciapol" / "queries" / "aqi_hourly.sql").read_text()
CHUNK = timedelta(days=31)
SILENT_MONTH = "2015-02"


def generated() -> pd.DataFrame:
    """Four realistic years of hourly values: seasons, daily cycles, episodes, gaps of a sensor or the whole station.

    There are gaps at and around the ends of months and for a whole month. Some hours have two measurements.
    """
    random = np.random.default_rng(7)
    times = pd.date_range("2013-02-28 16:00", "2017-02-28 15:00", freq="h")
    count = len(times)
    noise = np.zeros(count)
    for i in range(1, count):
        noise[i] = 0.97 * noise[i - 1] + random.normal(0, 0.25)
    season = np.cos(2 * np.pi * times.day_of_year.to_numpy() / 365.25)
    day = np.sin(2 * np.pi * times.hour.to_numpy() / 24)
    rows = pd.DataFrame({"station_id": "four years", "measured_at": times})
    for name, typical, swing in (
        ("pm25", 60, 0.2),
        ("pm10", 90, 0.2),
        ("so2", 15, 0.2),
        ("no2", 45, 0.3),
        ("o3", 60, -0.9),
        ("co", 1100, 0.2),
    ):
        level = typical * np.exp(noise + swing * season + 0.3 * day + random.normal(0, 0.2, count))
        rows[name] = level.round(1)
        begins = random.random(count) < 0.004
        lengths = np.minimum(random.geometric(0.15, count), 40)
        missing = np.zeros(count, dtype=bool)
        for begin in np.flatnonzero(begins):
            missing[begin : begin + lengths[begin]] = True
        rows.loc[missing, name] = np.nan
    midnight = (times.day == 1) & (times.hour < 3) & (times.month % 3 == 0)
    evening = (times + pd.Timedelta(hours=5)).day < times.day
    silent = midnight | (evening & (times.month % 4 == 0)) | (times.strftime("%Y-%m") == SILENT_MONTH)
    rows = rows[~(silent | (random.random(count) < 0.01))]
    twice = rows.sample(frac=0.02, random_state=1)
    twice = twice.assign(measured_at=twice["measured_at"] + pd.Timedelta("20min"))
    return pd.concat([rows, twice], ignore_index=True)


def real(folder: Path) -> pd.DataFrame:
    """The first station of the folder. Its times are in UTC+8."""
    rows = pd.read_csv(sorted(folder.glob("*.csv.xz"))[0])
    local = pd.to_datetime(rows[["year", "month", "day", "hour"]])
    names = {"station": "station_id", "PM2.5": "pm25"} | {name.upper(): name for name in reference.POLLUTANTS}
    rows = rows.rename(columns=names).assign(measured_at=local - pd.Timedelta(hours=8))
    return rows[["station_id", "measured_at", *reference.POLLUTANTS]]


@pytest.fixture(scope="module")
def measurements() -> pd.DataFrame:
    folder = os.environ.get("KAPPASTACK_DATA")
    return real(Path(folder)) if folder else generated()


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory, measurements: pd.DataFrame) -> Iterator[Emulator]:
    """An emulator with the station: three years in the archive, the fourth in the live table."""
    archived = measurements["measured_at"] < "2016-03-01"
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        load(instance, "sensor_measurements_archive_zeta", measurements[archived])
        load(instance, "sensor_measurements_zeta", measurements[~archived])
        yield instance


def load(instance: Emulator, table: str, rows: pd.DataFrame) -> None:
    rows = rows.assign(message_id="1:1:0:-1", published_at="2017-03-01 00:00:00")
    instance.load(table, list(rows.columns), rows.to_csv(index=False, header=False, na_rep="\\N"))


def backfill(starrocks: Emulator, chunks: list[Window]) -> None:
    """Run the statement of the hourly task for each chunk of a past range."""
    for chunk in chunks:
        query = QUERY
        for name, value in chunk.placeholders.items():
            query = query.replace(f"${{{name}}}", value)
        starrocks.execute(f"INSERT INTO aqi_hourly_zeta {query}")


def stored(starrocks: Emulator, columns: list[str]) -> pd.DataFrame:
    rows = starrocks.execute(f"SELECT {', '.join(columns)} FROM aqi_hourly_zeta ORDER BY hour_start")
    whole = [name for name in columns if name.startswith("aqi")]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(whole, "Int64"))


def four_years() -> list[Window]:
    asked = window(timedelta(hours=48), "2013-02-01T00:00:00Z", "2017-04-01T00:00:00Z", datetime.now(UTC))
    return asked.chunks(CHUNK)


def months() -> list[Window]:
    starts = [datetime(year, month, 1, tzinfo=UTC) for year in range(2013, 2018) for month in range(1, 13)]
    return [Window(start, end) for start, end in pairwise(starts)]


def test_four_years_equal_an_independent_computation_and_a_second_backfill_changes_nothing(
    starrocks: Emulator, measurements: pd.DataFrame
) -> None:
    expected = reference.aqi_hourly(measurements)
    assert len(expected) > 30_000
    columns = list(expected.columns)
    chunks = four_years()
    assert len(chunks) > 48
    backfill(starrocks, chunks)
    first = stored(starrocks, columns)
    assert_frame_equal(first, expected, check_dtype=False, check_exact=False, atol=1e-8, rtol=0)
    backfill(starrocks, chunks)
    assert_frame_equal(stored(starrocks, columns), first)
    backfill(starrocks, months())  # with other chunks: calendar months
    assert_frame_equal(stored(starrocks, columns), first)


def test_both_sides_of_every_edge_are_exact(starrocks: Emulator) -> None:
    cases = list(edges.cases())
    rows = pd.concat([case.measurements() for case in cases], ignore_index=True)
    columns = ["station_id", "measured_at", *reference.POLLUTANTS]
    load(starrocks, "sensor_measurements_zeta", rows.reindex(columns=columns))
    registered = [(case.station_id, "x", "UTC", case.temperature) for case in cases if case.temperature is not None]
    starrocks.insert("stations", ("station_id", "name", "time_zone", "reference_temperature"), registered)
    query = QUERY.replace("${from}", "2026-01-31 12:00:00").replace("${to}", "2026-01-31 13:00:00")
    with starrocks.connection() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        names = [column[0] for column in cursor.description or ()]
        found = pd.DataFrame(list(cursor.fetchall()), columns=names)
    whole = [name for name in names if name.startswith("aqi")]
    found = found.astype(dict.fromkeys(whole, "Int64")).set_index("station_id")
    assert edges.wrong(found, cases) == {}
