"""Health of an API: whether StarRocks responds, and the age of its data."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, Field

from apps.web.starrocks import NoBackendAlive, Pool, StarRocksRefused, StarRocksUnavailable
from apps.web.times import now

log = logging.getLogger(__name__)

_VERSION: Final = "SELECT current_version() AS version, @@version_comment AS comment"


@dataclass(frozen=True)
class Newest:
    """Times of the newest data, UTC.

    Args:
        measured_at: time of the newest event, by its own clock; None if there is none.
        received_at: time of the newest message, by the broker's clock; None if it is unknown.
    """

    measured_at: datetime | None
    received_at: datetime | None = None


ReadNewest = Callable[[Pool], Newest]


def newest(statement: str) -> ReadNewest:
    """A reader of the newest times; the statement returns a row with `measured_at` and optionally `received_at`."""

    def read(pool: Pool) -> Newest:
        row = pool.query(statement)[0]
        return Newest(_time(row["measured_at"]), _time(row.get("received_at")))

    return read


class StarRocksHealth(BaseModel):
    """Whether StarRocks responds, and its version."""

    reachable: bool
    version: str | None = Field(examples=["3.5.0"])
    emulator: bool | None = Field(examples=[False])
    error: str | None = Field(
        examples=[None], description="reason why StarRocks cannot be used, such as no living backend"
    )


class DataHealth(BaseModel):
    """The age of the data."""

    last_measured_at: datetime | None = Field(examples=["2026-01-31T12:00:00Z"])
    last_received_at: datetime | None = Field(examples=["2026-01-31T12:00:01Z"])
    age_seconds: float | None = Field(examples=[12.3], description="time since the newest event")
    fresh: bool


class Health(BaseModel):
    """The API's health: `stale` if the data are old, `down` if StarRocks cannot be used.

    For an API without its own data, `data` is null.
    """

    status: Literal["ok", "stale", "down"]
    starrocks: StarRocksHealth
    data: DataHealth | None


_NO_DATA: Final = DataHealth(last_measured_at=None, last_received_at=None, age_seconds=None, fresh=False)


def health(pool: Pool, read: ReadNewest | None, fresh_within: timedelta) -> Health:
    """Read the health; an unusable StarRocks is a result, not an exception.

    Args:
        pool: connections to StarRocks.
        read: reads the times of the newest data; None for an API without data of its own.
        fresh_within: age of the newest event beyond which the data count as stale.
    """
    nothing = None if read is None else _NO_DATA
    try:
        row = pool.query(_VERSION)[0]
    except (StarRocksUnavailable, StarRocksRefused) as error:
        log.warning("StarRocks unavailable", extra={"fields": {"reason": str(error)}})
        reached = isinstance(error, StarRocksRefused | NoBackendAlive)
        away = StarRocksHealth(reachable=reached, version=None, emulator=None, error=str(error))
        return Health(status="down", starrocks=away, data=nothing)
    version, comment = str(row["version"]), str(row["comment"])
    emulator = "emulator" in f"{version} {comment}".lower()
    starrocks = StarRocksHealth(reachable=True, version=version, emulator=emulator, error=None)
    if read is None:
        return Health(status="ok", starrocks=starrocks, data=None)
    try:
        times = read(pool)
    except (StarRocksUnavailable, StarRocksRefused) as error:
        log.warning("data unavailable", extra={"fields": {"reason": str(error)}})
        broken = starrocks.model_copy(update={"error": str(error)})
        return Health(status="down", starrocks=broken, data=_NO_DATA)
    age = None if times.measured_at is None else max((now() - times.measured_at).total_seconds(), 0.0)
    fresh = age is not None and age <= fresh_within.total_seconds()
    data = DataHealth(
        last_measured_at=times.measured_at, last_received_at=times.received_at, age_seconds=age, fresh=fresh
    )
    return Health(status="ok" if fresh else "stale", starrocks=starrocks, data=data)


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
