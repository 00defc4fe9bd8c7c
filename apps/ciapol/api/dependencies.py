"""Dependencies and problems that CIAPOL's routes share."""

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import AfterValidator

from apps.ciapol.api.store.aqi import CurrentIndex
from apps.ciapol.api.store.stations import exists
from apps.web.methods import decode_slashes
from apps.web.problems import FieldError, Problem, not_found
from apps.web.starrocks import Pool


async def _current(request: Request) -> CurrentIndex:
    current = request.app.state.current
    assert isinstance(current, CurrentIndex)
    return current


CurrentOf = Annotated[CurrentIndex, Depends(_current)]

StationId = Annotated[str, AfterValidator(decode_slashes), Path(min_length=1, max_length=64, examples=["ABJ-001"])]


def unknown_station(station_id: str) -> Problem:
    """The problem of a station that is neither registered nor has data (404)."""
    return not_found(
        "unknown-station",
        "Unknown station",
        f"No station {station_id!r} is registered and none has sent data.",
        FieldError(field="station_id", value=station_id, expected="the id of a station of /api/v1/stations"),
    )


def missing_station(pool: Pool, station_id: str) -> Problem | None:
    """The problem of a station that does not exist; None if it exists."""
    return None if exists(pool, station_id) else unknown_station(station_id)
