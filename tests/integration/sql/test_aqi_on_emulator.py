"""The hourly index of real measurements on the emulator, compared with an independent computation row by row."""

from collections.abc import Iterator

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.integration.api.platform import ROOT, Emulator, emulator
from tests.unit.sql import aqi_reference as reference

pytestmark = pytest.mark.integration

SAMPLE = ROOT / "apps" / "ciapol" / "sensors" / "data" / "beijing-sample.csv.xz"
SAMPLE_REFERENCE = 0.0
REGISTERED = ("Aotizhongxin", "Dongsi", "Shunyi", "Gucheng", "Guanyuan")
QUERY = (ROOT / "sql" / "ciapol" / "queries" / "aqi_hourly.sql").read_text()


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    """The sample of the repository: two months of nine hourly stations with real gaps, in UTC+8."""
    rows: pd.DataFrame = pd.read_csv(SAMPLE)
    local = pd.to_datetime(rows[["year", "month", "day", "hour"]])
    names = {"station": "station_id", "PM2.5": "pm25"} | {name.upper(): name for name in reference.POLLUTANTS}
    rows = rows.rename(columns=names).assign(measured_at=local - pd.Timedelta(hours=8))
    temperature = rows["station_id"].map(dict.fromkeys(REGISTERED, SAMPLE_REFERENCE))
    rows = rows[["station_id", "measured_at", *reference.POLLUTANTS]].assign(reference_temperature=temperature)
    assert {*REGISTERED} < set(rows["station_id"])
    return rows


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory, sample: pd.DataFrame) -> Iterator[Emulator]:
    """An emulator with the sample: the first half in the archive, the rest in the live table.

    Some stations are registered, with the reference temperature of the sample.
    """
    half = sample["measured_at"].sort_values().iloc[len(sample) // 2]
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        for table, part in (
            ("sensor_measurements_archive_zeta", sample[sample["measured_at"] < half]),
            ("sensor_measurements_zeta", sample[sample["measured_at"] >= half]),
        ):
            rows = part.drop(columns="reference_temperature").assign(message_id="1:1:0:-1", published_at=half)
            instance.load(table, list(rows.columns), rows.to_csv(index=False, header=False, na_rep="\\N"))
        registered = sample.dropna(subset="reference_temperature")["station_id"].unique()
        instance.insert(
            "stations",
            ("station_id", "name", "time_zone", "reference_temperature"),
            [(name, name, "Asia/Shanghai", SAMPLE_REFERENCE) for name in registered],
        )
        yield instance


def test_the_index_equals_the_independent_computation(starrocks: Emulator, sample: pd.DataFrame) -> None:
    start = sample["measured_at"].min().floor("h")
    end = sample["measured_at"].max().floor("h") + pd.Timedelta(hours=1)
    query = QUERY.replace("${from}", f"{start}").replace("${to}", f"{end}")
    with starrocks.connection() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        names = [column[0] for column in cursor.description or ()]
        found = pd.DataFrame(list(cursor.fetchall()), columns=names)
    expected = reference.aqi_hourly(sample)
    assert len(expected) == len(sample) > 10_000
    whole = [name for name in found.columns if name.startswith("aqi")]
    found = found.astype(dict.fromkeys(whole, "Int64")).sort_values(["station_id", "hour_start"], ignore_index=True)
    assert_frame_equal(found[expected.columns], expected, check_dtype=False, check_exact=False, atol=1e-8, rtol=0)
