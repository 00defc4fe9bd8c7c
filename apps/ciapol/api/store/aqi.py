"""The air quality index: the hours that were computed, and now."""

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from apps.ciapol.api.models import CurrentAqi, CurrentAqiList, HourlyAqi, Station, SubIndices
from apps.ciapol.api.quantities import category
from apps.ciapol.api.store.stations import stations
from apps.web import csv
from apps.web.rows import Rows
from apps.web.starrocks import Pool, Row
from apps.web.times import hour_of, now

NEWEST_HOURS: Final = 3
"""How old, in hours, the hour of a current index may be."""

CACHE_SECONDS: Final = 2.0
ALL_STATIONS: Final = 100_000

_POLLUTANTS: Final = tuple(SubIndices.model_fields)

SUB_INDICES: Final = tuple(f"aqi_{name}" for name in _POLLUTANTS)
"""Columns of the sub-indices, in the table and in CSV."""


def _sub_indices(row: Mapping[str, object]) -> SubIndices:
    return SubIndices.model_validate({name: row.get(f"aqi_{name}") for name in _POLLUTANTS})


def _hour(row: Row) -> HourlyAqi:
    aqi = row["aqi"]
    return HourlyAqi.model_validate(
        {**row, "category": category(aqi)[0] if isinstance(aqi, int) else None, "sub_indices": _sub_indices(row)}
    )


def _cells(hour: HourlyAqi) -> dict[str, csv.Cell]:
    return csv.flatten(hour.model_dump(mode="json"), {"sub_indices": "aqi_"})


HOURS: Final = Rows(
    table="aqi_hourly_zeta",
    item=HourlyAqi,
    key=("hour_start",),
    time="hour_start",
    longest=timedelta(days=366),
    columns=("hour_start", "aqi", "dominant_pollutant", *SUB_INDICES),
    build=_hour,
    csv=("hour_start", "aqi", "category", "dominant_pollutant", *SUB_INDICES),
    cells=_cells,
)
"""Computed hours of a station, by time."""


def fill(query: str, start: datetime, end: datetime) -> str:
    """`aqi_hourly.sql` for the hours from `start` on and before `end`, both on the hour, UTC."""
    return query.replace("${from}", f"{start:%Y-%m-%d %H:%M:%S}").replace("${to}", f"{end:%Y-%m-%d %H:%M:%S}")


class CurrentIndex:
    """The index of every station now, computed from the newest measurements and kept for two seconds."""

    def __init__(self, pool: Pool, queries: Path) -> None:
        """`queries` is the folder of `aqi_hourly.sql`."""
        self._pool = pool
        self._query = (queries / "aqi_hourly.sql").read_text(encoding="utf-8")
        self._lock = threading.Lock()
        self._kept: tuple[float, CurrentAqiList] | None = None

    def get(self) -> CurrentAqiList:
        """The list; callers that come at the same time share one computation."""
        with self._lock:
            if self._kept is not None and time.monotonic() - self._kept[0] < CACHE_SECONDS:
                return self._kept[1]
            started = time.monotonic()
            result = self._compute(now())
            self._kept = (started, result)
            return result

    def _compute(self, moment: datetime) -> CurrentAqiList:
        hour = hour_of(moment)
        query = fill(self._query, hour - timedelta(hours=NEWEST_HOURS), hour + timedelta(hours=1))
        newest: dict[str, Row] = {}
        for row in self._pool.query(query):
            station_id = str(row["station_id"])
            if station_id not in newest or _order(row) > _order(newest[station_id]):
                newest[station_id] = row
        known = stations(self._pool, "", ALL_STATIONS)
        items = [_current(station, newest.get(station.station_id)) for station in known]
        items.sort(key=lambda item: -1 if item.aqi is None else item.aqi, reverse=True)
        return CurrentAqiList(computed_at=moment, items=_ranked(items))


def _order(row: Row) -> tuple[bool, str]:
    """An hour with an index before one without, then the newer one."""
    return row["aqi"] is not None, str(row["hour_start"])


def _current(station: Station, row: Row | None) -> CurrentAqi:
    aqi = row["aqi"] if row else None
    key, colour = category(aqi) if isinstance(aqi, int) else (None, None)
    return CurrentAqi.model_validate(
        {
            "rank": None,
            "station": station,
            "hour_start": row["hour_start"] if row else None,
            "aqi": aqi,
            "category": key,
            "color": colour,
            "dominant_pollutant": row["dominant_pollutant"] if row else None,
            "sub_indices": _sub_indices(row or {}),
        }
    )


def _ranked(items: list[CurrentAqi]) -> list[CurrentAqi]:
    """Ranks as in sport: equal indices share one."""
    ranked: list[CurrentAqi] = []
    for place, item in enumerate(items, start=1):
        if item.aqi is None:
            ranked.append(item)
            continue
        same = ranked and ranked[-1].aqi == item.aqi
        ranked.append(item.model_copy(update={"rank": ranked[-1].rank if same else place}))
    return ranked
