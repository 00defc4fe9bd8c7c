import pandas as pd

from tests.unit.sql import aqi_reference as reference


def table_of(pollutant: str, averaging: str) -> str:
    return f"{pollutant}_{averaging}" if pollutant in {"o3", "so2"} else pollutant


def test_the_table_is_that_of_the_epa(aqi_breakpoints: pd.DataFrame) -> None:
    rows = aqi_breakpoints.astype({"concentration_low": float, "concentration_high": float}).round(3)
    names = ["pollutant", "averaging", "concentration_low", "concentration_high", "aqi_low", "aqi_high"]
    found = {(table_of(row[0], row[1]), *row[2:]) for row in rows[names].to_numpy().tolist()}
    expected = {
        (table, float(low), float(high), index_low, index_high)
        for table, lines in reference.TABLES.items()
        for low, high, index_low, index_high in lines
    }
    assert found == expected
    assert len(aqi_breakpoints) == len(expected)


def test_adjacent_lines_differ_by_one_unit_of_the_last_digit(aqi_breakpoints: pd.DataFrame) -> None:
    for _, lines in aqi_breakpoints.groupby(["pollutant", "averaging"]):
        ordered = lines.sort_values("aqi_low")
        scale = 10 ** int(ordered["truncation_digits"].iloc[0])
        lows = (ordered["concentration_low"].astype(float) * scale).round().astype(int).to_list()
        highs = (ordered["concentration_high"].astype(float) * scale).round().astype(int).to_list()
        assert lows[1:] == [high + 1 for high in highs[:-1]]
        assert ordered["aqi_low"].to_list()[1:] == [index + 1 for index in ordered["aqi_high"].to_list()[:-1]]


def test_units_and_source(aqi_breakpoints: pd.DataFrame) -> None:
    units = aqi_breakpoints.groupby("pollutant")["unit"].agg(set).to_dict()
    assert units == {
        "pm25": {"µg/m³"},
        "pm10": {"µg/m³"},
        "o3": {"ppm"},
        "co": {"ppm"},
        "so2": {"ppb"},
        "no2": {"ppb"},
    }
    digits = aqi_breakpoints.groupby("pollutant")["truncation_digits"].agg(set).to_dict()
    assert digits == {"pm25": {1}, "pm10": {0}, "o3": {3}, "co": {1}, "so2": {0}, "no2": {0}}
    assert all("EPA-454/B-24-002" in source for source in aqi_breakpoints["source"])
