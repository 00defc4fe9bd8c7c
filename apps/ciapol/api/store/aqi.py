"""The air quality index: stored hours, and the current index."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from apps.ciapol.api.models import CurrentAqi, CurrentAqiList, HourIndex, HourlyAqi, MissingIndex, Station, SubIndices
from apps.ciapol.api.quantities import CategoryKey, category
from apps.ciapol.api.store.stations import stations
from apps.web import csv
from apps.web.background import Background
from apps.web.rows import Rows
from apps.web.starrocks import Pool, Row, StarRocksUnavailable
from apps.web.times import hour_of, now

NEWEST_HOURS: Final = 3
"""Maximum age in hours of the hour of a current index."""

RUNNING: Final = "running"
"""Reason of an hour that has not ended."""

REASSURING: Final = 100
"""Up to this index, outdoor activities are advised to be possible; this advice needs a complete index."""

CACHE_SECONDS: Final = 10.0
"""Seconds for which the current index is cached; it changes when an hour ends, and with late measurements."""

ALL_STATIONS: Final = 100_000

_POLLUTANTS: Final = tuple(SubIndices.model_fields)

SUB_INDICES: Final = tuple(f"aqi_{name}" for name in _POLLUTANTS)
"""Columns of the sub-indices, in the table and in CSV."""


def _sub_indices(row: Mapping[str, object]) -> SubIndices:
    return SubIndices.model_validate({name: row.get(f"aqi_{name}") for name in _POLLUTANTS})


def _missing(row: Mapping[str, object]) -> list[MissingIndex]:
    """The column `missing`, such as `pm25:1,o3:5`: pollutants with the hours until they have a sub-index."""
    text, start = row.get("missing"), row.get("hour_start")
    if not isinstance(text, str) or not text or not isinstance(start, datetime):
        return []
    parts = (part.split(":") for part in text.split(","))
    return [
        MissingIndex(pollutant=pollutant, expected_at=start + timedelta(hours=int(hours) + 1))
        for pollutant, hours in parts
    ]


def at_least(row: Mapping[str, object]) -> int | None:
    """The greatest known sub-index; the index itself for rows that are older than the column."""
    known = row.get("aqi_known")
    value = row.get("aqi") if known is None else known
    return value if isinstance(value, int) else None


def _category(row: Mapping[str, object]) -> tuple[CategoryKey, str] | tuple[None, None]:
    """The category of the index; without an index, that of the greatest known sub-index if it exceeds 100.

    None in a running hour, or if neither applies.
    """
    known = at_least(row)
    if known is None or row.get("reason") == RUNNING or (row["aqi"] is None and known <= REASSURING):
        return None, None
    return category(known)


def _index(row: Mapping[str, object]) -> dict[str, object]:
    """The fields of `HourIndex` from a row."""
    return {
        "hour_start": row["hour_start"],
        "aqi": row["aqi"],
        "at_least": at_least(row),
        "category": _category(row)[0],
        "dominant_pollutant": row["dominant_pollutant"],
        "provisional": row.get("reason") == RUNNING,
        "reason": row.get("reason"),
        "missing": _missing(row),
        "sub_indices": _sub_indices(row),
    }


def _hour(row: Row) -> HourlyAqi:
    return HourlyAqi.model_validate(_index(row))


def cells(item: HourIndex) -> dict[str, csv.Cell]:
    """The CSV cells of an hour's index; missing pollutants are given by name."""
    flat = csv.flatten(item.model_dump(mode="json", exclude={"missing"}), {"station": "", "sub_indices": "aqi_"})
    return {**flat, "missing": " ".join(each.pollutant for each in item.missing)}


INDEX_COLUMNS: Final = (
    *("hour_start", "aqi", "at_least", "category", "dominant_pollutant", "provisional", "reason", "missing"),
    *SUB_INDICES,
)
"""Columns of an hour's index in CSV."""

HOURS: Final = Rows(
    table="aqi_hourly_zeta",
    item=HourlyAqi,
    key=("hour_start",),
    time="hour_start",
    longest=timedelta(days=366),
    columns=("hour_start", "aqi", "dominant_pollutant", *SUB_INDICES, "aqi_known", "reason", "missing"),
    build=_hour,
    csv=INDEX_COLUMNS,
    cells=cells,
)
"""Computed hours of a station, sorted by time."""


def fill(query: str, start: datetime, end: datetime) -> str:
    """The text of `aqi_hourly.sql` for the full hours (UTC) from `start`, inclusive, to `end`, exclusive."""
    return query.replace("${from}", f"{start:%Y-%m-%d %H:%M:%S}").replace("${to}", f"{end:%Y-%m-%d %H:%M:%S}")


class CurrentIndex:
    """The index of every station now, computed from the newest measurements and kept for ten seconds."""

    def __init__(self, pool: Pool, queries: Path, within: float) -> None:
        """Create a cache without content.

        Args:
            pool: connections to StarRocks.
            queries: folder of `aqi_hourly.sql`.
            within: time limit of a request in seconds.
        """
        self._pool = pool
        self._within = within
        self._query = (queries / "aqi_hourly.sql").read_text(encoding="utf-8")
        self._computed = Background(lambda: self._compute(now()), fresh_seconds=CACHE_SECONDS)

    async def get(self) -> CurrentAqiList:
        """The list. Simultaneous requests share one computation and its error. A waiting request occupies no thread.

        Raises:
            StarRocksUnavailable: StarRocks does not respond in time.
            StarRocksRefused: StarRocks returned an error.
        """
        try:
            return await self._computed.wait(self._within)
        except TimeoutError:
            raise StarRocksUnavailable(f"StarRocks did not respond within {self._within:g} s") from None

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
        items.sort(key=_gravity, reverse=True)
        return CurrentAqiList(computed_at=moment, items=_ranked(items))


def _order(row: Row) -> tuple[bool, bool, str]:
    """Sort key of a station's hours: ended hours first, then hours with pollutants, then the newest.

    A newer hour without an index precedes an older one with an index, because the older one may reassure wrongly.
    """
    return row.get("reason") != RUNNING, row.get("reason") != "nothing_measured", str(row["hour_start"])


_NO_HOUR: Final[Row] = {"hour_start": None, "aqi": None, "dominant_pollutant": None}


def _current(station: Station, row: Row | None) -> CurrentAqi:
    index = row or _NO_HOUR
    return CurrentAqi.model_validate({**_index(index), "rank": None, "station": station, "color": _category(index)[1]})


def _gravity(item: CurrentAqi) -> int:
    return -1 if item.category is None or item.at_least is None else item.at_least


def _ranked(items: list[CurrentAqi]) -> list[CurrentAqi]:
    """Assign ranks; equal indices share a rank, and the following rank is skipped."""
    ranked: list[CurrentAqi] = []
    for place, item in enumerate(items, start=1):
        if item.category is None:
            ranked.append(item)
            continue
        same = ranked and ranked[-1].at_least == item.at_least
        ranked.append(item.model_copy(update={"rank": ranked[-1].rank if same else place}))
    return ranked
