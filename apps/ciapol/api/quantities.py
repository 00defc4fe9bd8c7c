"""Pollutants, and the categories of the air quality index."""

from enum import StrEnum
from typing import Final, Literal

CategoryKey = Literal["good", "moderate", "unhealthy_sensitive", "unhealthy", "very_unhealthy", "hazardous"]


class Pollutant(StrEnum):
    """A pollutant, measured in µg/m³."""

    PM25 = "pm25"
    PM10 = "pm10"
    SO2 = "so2"
    NO2 = "no2"
    O3 = "o3"
    CO = "co"


_CATEGORIES: Final[tuple[tuple[int, CategoryKey, str], ...]] = (
    (50, "good", "#00E400"),
    (100, "moderate", "#FFFF00"),
    (150, "unhealthy_sensitive", "#FF7E00"),
    (200, "unhealthy", "#FF0000"),
    (300, "very_unhealthy", "#8F3F97"),
)
_HAZARDOUS: Final[tuple[CategoryKey, str]] = ("hazardous", "#7E0023")


def category(aqi: int) -> tuple[CategoryKey, str]:
    """The category of an index and its official colour (US EPA, EPA-454/B-24-002, May 2024, tables 1 and 2)."""
    for upper, key, colour in _CATEGORIES:
        if aqi <= upper:
            return key, colour
    return _HAZARDOUS
