"""The colour bands of the charts are equal to the breakpoints of the index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"\('(\w+)', '(\w+)', (\d+), (\d+), ([\d.]+), ([\d.]+), '([^']+)'")
TABLE = re.compile(r"(\w+): \{\s*averaging: \"(\w+)\",\s*ends: \[([^\]]+)\]")
# Factors from the migration's units to the page's units.
SCALE = {"µg/m³": 1, "ppb": 1, "ppm": 1000}


def page_ends() -> dict[str, tuple[str, list[float]]]:
    text = (ROOT / "apps/frontend/src/products/ciapol/aqi/bands.ts").read_text("utf-8")
    return {
        pollutant: (averaging, [float(end) for end in ends.split(",") if end.strip()])
        for pollutant, averaging, ends in TABLE.findall(text)
    }


def database_ends(pollutant: str, averaging: str) -> list[float]:
    migrations = sorted((ROOT / "sql/ciapol").glob("V*.sql"))
    rows = [row for file in migrations for row in ROW.findall(file.read_text("utf-8"))]
    ends = {
        int(index_high): float(high) * (1 if pollutant == "co" else SCALE[unit])
        for name, hours, _, index_high, _, high, unit in rows
        # Above 304 ppb the index of SO2 uses 24 h means; the page draws one axis.
        if name == pollutant and (hours == averaging or (name == "so2" and int(index_high) > 200))
    }
    return [ends[index] for index in (50, 100, 150, 200, 300)]


def test_every_pollutant_has_bands() -> None:
    assert set(page_ends()) == {"pm25", "pm10", "o3", "no2", "so2", "co"}


@pytest.mark.parametrize("pollutant", ["pm25", "pm10", "o3", "no2", "so2", "co"])
def test_bands_are_the_breakpoints_of_the_database(pollutant: str) -> None:
    averaging, ends = page_ends()[pollutant]
    assert ends == pytest.approx(database_ends(pollutant, averaging))


def constants(name: str) -> dict[str, float]:
    text = (ROOT / "apps/frontend/src/products/ciapol/aqi/bands.ts").read_text("utf-8")
    found = re.search(rf"export const {name} = (\{{[^}}]*\}}|[\d.]+)", text)
    assert found
    return {key or name: float(value) for key, value in re.findall(r"(?:(\w+): )?([\d.]+)", found.group(1))}


def test_gases_are_converted_as_in_the_query() -> None:
    query = (ROOT / "sql/ciapol/queries/aqi_hourly.sql").read_text("utf-8")
    masses = re.findall(r"(\w+) \* molar_volume / ([\d.]+)", query)
    assert {gas: float(mass) for gas, mass in masses} == constants("MOLAR_MASS")
    [(volume, reference)] = re.findall(
        r"([\d.]+) \* \(273\.15 \+ COALESCE\(stations\.reference_temperature, (\d+)\)\) / 298\.15 AS molar_volume",
        query,
    )
    assert float(volume) == constants("MOLAR_VOLUME")["MOLAR_VOLUME"]
    assert float(reference) == constants("DEFAULT_REFERENCE")["DEFAULT_REFERENCE"]
