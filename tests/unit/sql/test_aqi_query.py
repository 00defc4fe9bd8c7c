import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.unit.sql import aqi_reference as reference

AqiQuery = Callable[[pd.DataFrame, str, str], pd.DataFrame]

NOON = pd.Timestamp("2026-01-31 12:00:00")
HOURS = {"24h": 24, "12h": 12, "8h": 8, "1h": 1}


def history(station_id: str, **newest_first: Sequence[float]) -> pd.DataFrame:
    """Hourly measurements up to noon, each pollutant newest first, NaN if not measured."""
    longest = max(len(values) for values in newest_first.values())
    rows = {name: [*values, *[math.nan] * (longest - len(values))] for name, values in newest_first.items()}
    times = [NOON - pd.Timedelta(hours=age) for age in range(longest)]
    return pd.DataFrame({"station_id": station_id, "measured_at": times, **rows})


def micrograms(gas: str, ppb: float) -> float:
    return ppb * reference.MOLAR_MASS[gas] / reference.MOLAR_VOLUME


def at_noon(aqi_query: AqiQuery, *parts: pd.DataFrame) -> pd.DataFrame:
    rows = aqi_query(pd.concat(parts, ignore_index=True), "2026-01-31 12:00:00", "2026-01-31 13:00:00")
    by_station: pd.DataFrame = rows.set_index("station_id")
    return by_station


def answer(rows: pd.DataFrame, key: object, *columns: str) -> list[object]:
    """Values of a row, None for NULL."""
    found: list[object] = []
    for column in columns:
        value = dict(zip(rows.index, rows[column], strict=True))[key]
        found.append(None if pd.isna(value) else value)
    return found


# table, column of the result, pollutant, hours needed, µg/m³ (particles) or ppb (gases) per unit of the table
TABLES = [
    ("pm25", "aqi_pm25", "pm25", 12, 1.0),
    ("pm10", "aqi_pm10", "pm10", 12, 1.0),
    ("o3_8h", "aqi_o3", "o3", 8, 1000.0),
    ("o3_1h", "aqi_o3", "o3", 1, 1000.0),
    ("co", "aqi_co", "co", 8, 1000.0),
    ("no2", "aqi_no2", "no2", 1, 1.0),
    ("so2_1h", "aqi_so2", "so2", 1, 1.0),
    ("so2_24h", "aqi_so2", "so2", 24, 1.0),
]


@pytest.mark.parametrize(("table", "column", "pollutant", "hours", "scale"), TABLES, ids=[t[0] for t in TABLES])
def test_the_index_is_exact_at_every_breakpoint(
    aqi_query: AqiQuery, table: str, column: str, pollutant: str, hours: int, scale: float
) -> None:
    digit = 10.0 ** -len(reference.TABLES[table][0][0].partition(".")[2])
    expected: dict[str, int] = {}
    parts = []
    for low, high, index_low, index_high in reference.TABLES[table]:
        cases = {
            f"at {low}": (float(low), index_low),
            f"at {high}": (float(high), index_high),
            f"truncated to {high}": (float(high) + 0.99 * digit, index_high),
        }
        for name, (concentration, index) in cases.items():
            if table == "o3_8h" and concentration >= 0.125:
                continue  # Eight such hours are in the 1-hour table too, which a separate test covers.
            value = concentration * scale
            if pollutant in reference.MOLAR_MASS:
                value = micrograms(pollutant, value)
            expected[name] = index
            parts.append(history(name, **{pollutant: [value] * hours}))
    rows = at_noon(aqi_query, *parts)
    assert {name: rows.loc[name, column] for name in expected} == expected
    assert {name: rows.loc[name, "aqi"] for name in expected} == expected
    assert set(rows["dominant_pollutant"]) == {pollutant}


def test_edges_of_the_8_hour_ozone_table_above_the_1_hour_table(aqi_query: AqiQuery) -> None:
    # seven hours at twice the required mean and the newest at 0: the 1-hour index is that of 0
    cases = {"0.199": 299, "0.200": 300, "0.201": 300, "0.350": 300}
    parts = [history(mean, o3=[0.0, *[micrograms("o3", float(mean) * 1000 * 8 / 7)] * 7]) for mean in cases]
    rows = at_noon(aqi_query, *parts)
    assert {mean: rows.loc[mean, "aqi_o3"] for mean in cases} == cases


def test_above_the_table_the_last_line_is_extrapolated(aqi_query: AqiQuery) -> None:
    # (500 - 301) / (325.4 - 225.5) * (400 - 225.5) + 301 = 648.6
    # (500 - 301) / (604 - 425) * (700 - 425) + 301 = 606.7
    # (500 - 301) / (2049 - 1250) * (3000 - 1250) + 301 = 736.9
    rows = at_noon(
        aqi_query,
        history("a", pm25=[400.0] * 12),
        history("b", pm10=[700.0] * 12),
        history("c", no2=[micrograms("no2", 3000)]),
    )
    assert rows["aqi"].to_dict() == {"a": 649, "b": 607, "c": 737}


def test_sulphur_dioxide_needs_a_day_above_200(aqi_query: AqiQuery) -> None:
    hour = micrograms("so2", 700)
    rows = at_noon(
        aqi_query,
        history("an hour", so2=[hour]),
        history("a day, mean 304", so2=[hour, *[(24 * micrograms("so2", 304.9) - hour) / 23] * 23]),
        history("a day, mean 305", so2=[0.0, *[micrograms("so2", 305) * 24 / 23] * 23]),
        history("18 hours", so2=[micrograms("so2", 605)] * 18),
        history("17 hours", so2=[micrograms("so2", 605)] * 17),
    )
    assert rows["aqi_so2"].to_dict() == {
        "an hour": 200,
        "a day, mean 304": 200,
        "a day, mean 305": 201,
        "18 hours": 301,
        "17 hours": 200,
    }


def test_examples_of_the_technical_assistance_document(aqi_query: AqiQuery) -> None:
    """US EPA, Technical Assistance Document for the Reporting of Daily Air Quality: worked examples.

    8-hour ozone of 0.07853333 ppm is truncated to 0.078 and gives 126. PM2.5 of 35.92431999 µg/m³ gives 102, and carbon
    monoxide of 8.47532711 ppm gives 90. The index of all three is 126; its dominant pollutant is ozone. 1-hour ozone
    of 0.162 ppm gives 147.
    """
    rows = at_noon(
        aqi_query,
        history(
            "three",
            o3=[micrograms("o3", 78.53333)] * 8,
            pm25=[35.92431999] * 12,
            co=[micrograms("co", 8475.32711)] * 8,
        ),
        history("one hour", o3=[micrograms("o3", 162)]),
    )
    three = rows.loc["three"]
    assert [three[f"aqi_{name}"] for name in ("o3", "pm25", "co")] == [126, 102, 90]
    assert (three["aqi"], three["dominant_pollutant"]) == (126, "o3")
    assert rows.loc["one hour", "aqi_o3"] == 147


def test_examples_of_the_nowcast(aqi_query: AqiQuery) -> None:
    """Two examples of the NowCast: EPA's (airnow.gov), 17.4 µg/m³, and AirNow's with a missing hour, 28.4 µg/m³.

    The indices follow from the 2024 breakpoints: 51 + 49 / 26.3 * (17.4 - 9.1) = 66.46 and
    51 + 49 / 26.3 * (28.4 - 9.1) = 86.96.
    """
    rows = at_noon(
        aqi_query,
        history("epa", pm25=[13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50]),
        history("airnow", pm25=[21, math.nan, 35, 49.2, 48.6, 53.7, 66.2, 69.2, 64.9, 50, 43, 34.9]),
    )
    assert rows["pm25_nowcast"].round(1).to_dict() == {"epa": 17.4, "airnow": 28.4}
    assert rows["aqi_pm25"].to_dict() == {"epa": 66, "airnow": 87}


@pytest.mark.parametrize(
    ("newest_first", "expected"),
    [
        ([8.0, 8.0], 8.0),
        ([math.nan, 8.0, 8.0], 8.0),
        ([8.0, math.nan, 8.0], 8.0),
        ([8.0, math.nan, math.nan, 8.0], None),
        ([math.nan, math.nan, 8.0, 8.0], None),
        ([0.0, 0.0, 0.0], 0.0),
        ([10.0, 0.0], 20 / 3),  # weight 0.5: (10 + 0) / (1 + 0.5)
        ([8.0, 10.0], (8 + 0.8 * 10) / 1.8),  # weight 8 / 10
        ([*[6.0] * 12, 1000.0], 6.0),  # the 13th hour before does not count
    ],
)
def test_nowcast(aqi_query: AqiQuery, newest_first: list[float], expected: float | None) -> None:
    rows = at_noon(aqi_query, history("s", pm10=newest_first, no2=[1.0]))
    found = rows.loc[["s"], ["pm10_nowcast", "aqi_pm10"]].dropna()
    if expected is None:
        assert found.empty
    else:
        assert found["pm10_nowcast"].to_list() == [pytest.approx(expected, abs=1e-8)]


def test_means_need_three_quarters_of_their_hours(aqi_query: AqiQuery) -> None:
    seventy = micrograms("o3", 70)
    carbon = micrograms("co", 4500)
    rows = at_noon(
        aqi_query,
        history("6 of 8", o3=[seventy] * 6, co=[carbon] * 6),
        history("5 of 8", o3=[seventy] * 5, co=[carbon] * 5),
    )
    assert rows["aqi_o3"].to_list()[1] == 100
    assert rows["aqi_co"].to_list()[1] == 51
    assert rows.loc["5 of 8", ["aqi", "aqi_known", "aqi_o3", "aqi_co", "dominant_pollutant"]].isna().all()
    assert rows["reason"].fillna("").to_dict() == {"5 of 8": "too_few_hours", "6 of 8": ""}
    assert rows["missing"].to_dict() == {"5 of 8": "o3:1,co:1", "6 of 8": ""}


INDEX = ("aqi", "aqi_known", "reason", "missing")


def test_the_first_hour_of_a_station_has_no_index(aqi_query: AqiQuery) -> None:
    """An index of 2, "good", would be based on nitrogen dioxide only."""
    rows = at_noon(aqi_query, history("new", pm25=[450.0], pm10=[600.0], no2=[5.0]))
    assert answer(rows, "new", *INDEX) == [None, 2, "too_few_hours", "pm25:1,pm10:1"]


@pytest.mark.parametrize(
    ("newest_first", "index", "known", "missing"),
    [
        ([450.0], None, 2, "pm25:1"),
        ([450.0, *[math.nan] * 30, *[9.0] * 12], None, 2, "pm25:1"),
        ([450.0, math.nan, 450.0], 748, 748, ""),
        ([450.0, 450.0, *[math.nan] * 30, 9.0], 748, 748, ""),
    ],
)
def test_the_first_hour_after_an_outage_has_no_index(
    aqi_query: AqiQuery, newest_first: list[float], index: int | None, known: int, missing: str
) -> None:
    rows = at_noon(aqi_query, history("s", pm25=newest_first, no2=[5.0] * len(newest_first)))
    assert answer(rows, "s", "aqi", "aqi_known", "missing") == [index, known, missing]


@pytest.mark.parametrize(
    ("newest_first", "hours"),
    [([40.0], 5), ([40.0] * 3, 3), ([40.0, *[math.nan] * 4, 40.0, 40.0, 40.0], 5), ([40.0, math.nan, *[40.0] * 3], 2)],
)
def test_the_number_of_hours_until_ozone_has_its_mean(
    aqi_query: AqiQuery, newest_first: list[float], hours: int
) -> None:
    rows = at_noon(aqi_query, history("s", o3=newest_first))
    assert answer(rows, "s", *INDEX) == [None, None, "too_few_hours", f"o3:{hours}"]


def minutes(station_id: str, *hours: tuple[int, int, float]) -> pd.DataFrame:
    """Hours before noon, number of readings, and value of PM2.5 and NO2."""
    rows = [
        (station_id, NOON - pd.Timedelta(hours=ago) + pd.Timedelta(minutes=minute), value, value)
        for ago, readings, value in hours
        for minute in range(readings)
    ]
    return pd.DataFrame(rows, columns=["station_id", "measured_at", "pm25", "no2"])


def test_a_single_reading_is_not_a_valid_hour(aqi_query: AqiQuery) -> None:
    """If one reading counted as an hour, 12 hours at 10 µg/m³ and one reading of 500 would give 360, "hazardous"."""
    usual = [(ago, 60, 10.0) for ago in range(1, 13)]
    rows = at_noon(
        aqi_query,
        minutes("one of 60", *usual, (0, 1, 500.0)),
        minutes("44 of 60", *usual, (0, 44, 500.0)),
        minutes("45 of 60", *usual, (0, 45, 500.0)),
        minutes("a gap of 100 h", (0, 1, 500.0), *((ago, 60, 10.0) for ago in range(100, 112))),
    )
    assert answer(rows, "one of 60", *INDEX) == [None, 53, "too_few_values", "no2:1"]
    assert answer(rows, "44 of 60", *INDEX) == [None, 53, "too_few_values", "no2:1"]
    assert answer(rows, "45 of 60", "reason", "missing") == [None, ""]
    assert answer(rows, "45 of 60", "aqi") == answer(rows, "45 of 60", "aqi_pm25") != [53]
    assert answer(rows, "a gap of 100 h", *INDEX) == [None, None, "too_few_values", "pm25:2,no2:1"]


def test_an_hour_without_enough_readings_counts_in_no_later_one(aqi_query: AqiQuery) -> None:
    hours = [(ago, 60, 10.0) for ago in range(13) if ago != 1]
    rows = at_noon(aqi_query, minutes("s", *hours, (1, 1, 500.0)))
    assert answer(rows, "s", "pm25_nowcast", "reason") == [pytest.approx(10.0), None]


def test_an_hour_with_few_values_of_one_pollutant_counts_for_the_others(aqi_query: AqiQuery) -> None:
    hours = minutes("s", *((ago, 60, 10.0) for ago in range(13)))
    hours.loc[hours["measured_at"] > NOON, "pm25"] = math.nan
    hours.loc[hours["measured_at"] == NOON, "pm25"] = 500.0
    rows = at_noon(aqi_query, hours)
    assert answer(rows, "s", "pm25_nowcast", "aqi", "reason") == [pytest.approx(10.0), 53, None]


def test_the_current_hour_has_no_index(aqi_query: AqiQuery) -> None:
    now = pd.Timestamp.now("UTC").tz_localize(None)
    hour = now.floor("h")
    times = [hour - pd.Timedelta(hours=ago) for ago in range(13)]
    frame = pd.DataFrame({"station_id": "s", "measured_at": times, "pm25": [500.0, *[10.0] * 12]})
    rows = aqi_query(frame, f"{times[3]}", f"{hour + pd.Timedelta(hours=1)}").set_index("hour_start")
    assert answer(rows, times[1], *INDEX) == [53, 53, None, ""]
    if pd.Timestamp.now("UTC").tz_localize(None).floor("h") == hour:
        assert answer(rows, hour, "aqi", "reason", "missing") == [None, "running", ""]
        assert answer(rows, hour, "aqi_known") != [53]


def test_an_hour_is_the_mean_of_its_measurements(aqi_query: AqiQuery) -> None:
    minutes = pd.DataFrame(
        {
            "station_id": "s",
            "measured_at": [NOON, NOON + pd.Timedelta(minutes=59, seconds=59), NOON + pd.Timedelta(minutes=30)],
            "no2": [0.0, micrograms("no2", 106), math.nan],
        }
    )
    rows = at_noon(aqi_query, minutes)
    assert rows.loc["s", "aqi_no2"] == 50  # 53 ppb
    assert rows.loc["s", "measurements"] == 3


def test_a_measurement_without_pollutants_gives_an_hour_without_index(aqi_query: AqiQuery) -> None:
    row = at_noon(aqi_query, history("s", no2=[math.nan])).loc["s"]
    assert (row["measurements"], row["reason"], row["missing"]) == (1, "nothing_measured", "")
    assert row.drop(["measurements", "hour_start", "reason", "missing"]).isna().all()


def test_hours_outside_the_range_are_omitted(aqi_query: AqiQuery) -> None:
    hours = [4.0] * 30
    rows = aqi_query(history("s", no2=hours), "2026-01-31 10:00:00", "2026-01-31 12:00:00")
    assert [f"{t:%H}" for t in rows["hour_start"]] == ["10", "11"]


def test_equal_sub_indices_have_one_dominant_pollutant(aqi_query: AqiQuery) -> None:
    rows = at_noon(aqi_query, history("s", pm25=[9.0] * 12, pm10=[54.0] * 12, no2=[micrograms("no2", 53)]))
    assert (rows.loc["s", "aqi"], rows.loc["s", "dominant_pollutant"]) == (50, "pm25")


def made_up(seed: int, days: int) -> pd.DataFrame:
    """Measurements every 20 minutes with daily cycles, peaks above every table, missing values and missing hours."""
    random = np.random.default_rng(seed)
    parts: list[pd.DataFrame] = []
    for number in range(3):
        times = pd.date_range("2026-01-28", periods=days * 72, freq="20min")
        level = np.exp(random.normal(0, 0.25, len(times)).cumsum() * 0.2 + np.sin(np.arange(len(times)) / 11))
        scales = {"pm25": 40, "pm10": 90, "o3": 90, "co": 4000, "no2": 120, "so2": 200}
        frame = pd.DataFrame({"station_id": f"S{number}", "measured_at": times})
        for name, scale in scales.items():
            values = scale * level * random.lognormal(0, 0.5, len(times))
            frame[name] = np.where(random.random(len(times)) < 0.3, np.nan, values.round(1))
        hour = frame["measured_at"].dt.floor("h")
        silent = hour.drop_duplicates().sample(frac=0.2, random_state=seed + number)
        parts.append(frame[~hour.isin(silent)])
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_query_equals_an_independent_computation_row_by_row(aqi_query: AqiQuery, seed: int) -> None:
    measurements = made_up(seed, days=20)
    expected = reference.aqi_hourly(measurements)
    found = aqi_query(measurements, "2026-01-28 00:00:00", "2026-02-17 00:00:00")
    assert len(found) > 1000
    assert found["aqi_known"].max() > 500
    assert found["aqi"].notna().sum() > 100
    assert set(found["reason"].dropna()) == {"too_few_values", "too_few_hours"}
    assert set(found["dominant_pollutant"].dropna()) == set(reference.POLLUTANTS)
    assert_frame_equal(found[expected.columns], expected, check_dtype=False, check_exact=False, atol=1e-8, rtol=0)


def test_a_part_of_the_hours_gives_the_same_rows(aqi_query: AqiQuery) -> None:
    measurements = made_up(3, days=6)
    whole = aqi_query(measurements, "2026-01-28 00:00:00", "2026-02-03 00:00:00")
    part = aqi_query(measurements, "2026-01-31 05:00:00", "2026-02-01 02:00:00")
    inside = whole[(whole["hour_start"] >= "2026-01-31 05:00:00") & (whole["hour_start"] < "2026-02-01 02:00:00")]
    assert len(part) > 40
    assert_frame_equal(part, inside.reset_index(drop=True))
