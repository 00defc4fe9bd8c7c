"""Generated data for the fake API: hourly values with daily cycles and gaps, in Abidjan and Beijing."""

import itertools
import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

POLLUTANTS = ("pm25", "pm10", "o3", "no2", "so2", "co")

# Ends of (index, PM2.5 in µg/m³) pairs of the EPA's 2024 table: enough to give the page consistent numbers.
_PM25_TABLE = ((0, 0.0), (50, 9.0), (100, 35.4), (150, 55.4), (200, 125.4), (300, 225.4), (500, 325.4))
_CATEGORIES = (
    (50, "good", "#00E400"),
    (100, "moderate", "#FFFF00"),
    (150, "unhealthy_sensitive", "#FF7E00"),
    (200, "unhealthy", "#FF0000"),
    (300, "very_unhealthy", "#8F3F97"),
)


@dataclass(frozen=True, slots=True)
class SampleStation:
    """A station of the fake API. `level` is its usual PM2.5 in µg/m³, 0 for a station without data."""

    station_id: str
    name: str | None
    commune: str | None
    level: float
    time_zone: str = "Africa/Abidjan"
    demonstration: str | None = None
    registered: bool = True


STATIONS = (
    SampleStation("Aotizhongxin", "Aotizhongxin", "Chaoyang", 190, "Asia/Shanghai", "Pékin"),
    SampleStation("Gucheng", "Gucheng", "Shijingshan", 340, "Asia/Shanghai", "Pékin"),
    SampleStation("Dongsi", "Dongsi", "Dongcheng", 95, "Asia/Shanghai", "Pékin"),
    SampleStation("Nongzhanguan", "Nongzhanguan", "Chaoyang", 70, "Asia/Shanghai", "Pékin"),
    SampleStation("Wanshouxigong", "Wanshouxigong", "Xicheng", 47, "Asia/Shanghai", "Pékin"),
    SampleStation("Guanyuan", "Guanyuan", "Xicheng", 42, "Asia/Shanghai", "Pékin"),
    SampleStation("Changping", "Changping", "Changping", 26, "Asia/Shanghai", "Pékin"),
    SampleStation("Dingling", "Dingling", "Changping", 6.2, "Asia/Shanghai", "Pékin"),
    SampleStation("ABJ-001", "Plateau", "Le Plateau", 21),
    SampleStation("ABJ-002", "Zone industrielle de Yopougon", "Yopougon", 52),
    SampleStation("essai-17", None, None, 13, registered=False),
    SampleStation("ABJ-003", "Île Boulay", None, 0),
)


def hour_of(moment: datetime) -> datetime:
    """Start of the hour that contains a time."""
    return moment.replace(minute=0, second=0, microsecond=0)


def iso(moment: datetime) -> str:
    """UTC ISO 8601 with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def index_of(pm25: float) -> int:
    """The index of a PM2.5 concentration."""
    for (low_index, low), (high_index, high) in itertools.pairwise(_PM25_TABLE):
        if pm25 <= high:
            return round(low_index + (high_index - low_index) * (pm25 - low) / (high - low))
    return 500


def category_of(index: int) -> tuple[str, str]:
    """Category key and official colour of an index."""
    for high, key, color in _CATEGORIES:
        if index <= high:
            return key, color
    return "hazardous", "#7E0023"


def hourly(station: SampleStation, hour: datetime) -> dict[str, float | None] | None:
    """Means of an hour, equal at every call; None if the station sent nothing."""
    dice = random.Random(f"{station.station_id} {iso(hour)}")
    silent = dice.random() < 0.015 or (hour.day % 9 == 4 and 3 <= hour.hour < 9)
    if station.level == 0 or silent:
        return None
    days = hour.timestamp() / 86400
    phase = sum(station.station_id.encode()) / 7
    rush = math.exp(-(((hour.hour - 8) / 2.6) ** 2)) + math.exp(-(((hour.hour - 19) / 3.2) ** 2))
    slow = 1 + 0.45 * math.sin(days * 1.1 + phase) + 0.2 * math.sin(days * 2.7 + phase / 3)
    pm25 = max(1.0, station.level * (0.62 * slow + 0.4 * rush) * dice.uniform(0.92, 1.08))
    sun = max(0.0, math.sin((hour.hour - 6) / 12 * math.pi))
    return {
        "pm25": round(pm25, 1),
        "pm10": None if dice.random() < 0.05 else round(pm25 * 1.5 + 6, 1),
        "o3": round(18 + 92 * sun * slow, 1),
        "no2": round(14 + 48 * rush * slow, 1),
        "so2": round(3 + 6 * rush, 1),
        "co": round(240 + 9 * pm25 * dice.uniform(0.9, 1.1)),
        "temperature": round(25 + 5 * sun + dice.uniform(-0.4, 0.4), 1),
        "pressure": round(1011 + 1.6 * math.sin(days * 4 * math.pi), 1),
        "humidity": round(84 - 22 * sun),
        "wind_speed": round(1.4 + 2.2 * sun, 1),
    }


def sub_indices(values: dict[str, float | None]) -> dict[str, int | None]:
    """An approximate index for each pollutant."""
    pm25 = values["pm25"] or 0
    own = index_of(pm25)
    return {
        "pm25": own,
        "pm10": None if values["pm10"] is None else round(own * 0.62),
        "o3": round((values["o3"] or 0) * 0.42),
        "no2": round((values["no2"] or 0) * 0.47),
        "so2": round((values["so2"] or 0) * 0.5),
        "co": None,
    }


def reliability(index: int | None) -> dict[str, object]:
    """Fields about the reliability of an index, in the API's form; `index` is None if there is no index."""
    reason = "nothing_measured" if index is None else None
    return {"at_least": index, "missing": [], "provisional": False, "reason": reason}


def aqi_hour(station: SampleStation, hour: datetime) -> dict[str, object]:
    """The index of an hour in the schema of the API."""
    values = hourly(station, hour)
    none: dict[str, int | None] = dict.fromkeys(POLLUTANTS)
    if values is None:
        return {
            "hour_start": iso(hour),
            "aqi": None,
            "category": None,
            "dominant_pollutant": None,
            "sub_indices": none,
            **reliability(None),
        }
    indices = sub_indices(values)
    dominant = max(POLLUTANTS, key=lambda pollutant: indices[pollutant] or -1)
    index = indices[dominant] or 0
    return {
        "hour_start": iso(hour),
        "aqi": index,
        "category": category_of(index)[0],
        "dominant_pollutant": dominant,
        "sub_indices": indices,
        **reliability(index),
    }


def hours_between(start: datetime, end: datetime) -> list[datetime]:
    """Starts of the hours in [start, end)."""
    hours: list[datetime] = []
    hour = hour_of(start)
    while hour < end:
        if hour >= start:
            hours.append(hour)
        hour += timedelta(hours=1)
    return hours
