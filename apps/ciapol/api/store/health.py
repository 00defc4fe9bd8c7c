"""Whether StarRocks answers and how old the data are."""

import logging
from datetime import datetime, timedelta
from typing import Final

from apps.ciapol.api.models import DataHealth, Health, StarRocksHealth
from apps.ciapol.api.starrocks import Pool, StarRocksRefused, StarRocksUnavailable
from apps.ciapol.api.store.stations import RECENT, SMOKE_TESTS
from apps.ciapol.api.times import now

log = logging.getLogger(__name__)

_VERSION: Final = "SELECT current_version() AS version, @@version_comment AS comment"

_MEASURED: Final = """
SELECT MAX(last_measured_at) AS newest
FROM (
    SELECT station_id, last_measured_at FROM station_activity_mv
    UNION ALL
    SELECT station_id, measured_at FROM sensor_measurements_zeta WHERE measured_at >= %s
) AS sources
WHERE station_id NOT LIKE %s
"""

_RECEIVED: Final = "SELECT MAX(received_at) AS newest FROM raw_measurements_zeta WHERE received_at >= %s"


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _received(pool: Pool) -> datetime | None:
    """Recent messages are tried first: they are in one partition."""
    for since in (now() - RECENT, now() - timedelta(days=36500)):
        newest = _time(pool.query(_RECEIVED, (since,))[0]["newest"])
        if newest is not None:
            return newest
    return None


def health(pool: Pool, fresh_within: timedelta) -> Health:
    """The whole health; it does not raise where StarRocks is away."""
    nothing = DataHealth(last_measured_at=None, last_received_at=None, age_seconds=None, fresh=False)
    try:
        row = pool.query(_VERSION)[0]
        version, comment = str(row["version"]), str(row["comment"])
        starrocks = StarRocksHealth(
            reachable=True, version=version, emulator="emulator" in f"{version} {comment}".lower()
        )
    except (StarRocksUnavailable, StarRocksRefused) as error:
        log.warning("StarRocks unavailable", extra={"fields": {"reason": str(error)}})
        away = StarRocksHealth(reachable=False, version=None, emulator=None)
        return Health(status="down", starrocks=away, data=nothing)
    try:
        measured = _time(pool.query(_MEASURED, (now() - RECENT, SMOKE_TESTS))[0]["newest"])
        received = _received(pool)
    except (StarRocksUnavailable, StarRocksRefused) as error:
        log.warning("data unavailable", extra={"fields": {"reason": str(error)}})
        return Health(status="down", starrocks=starrocks, data=nothing)
    age = None if measured is None else max((now() - measured).total_seconds(), 0.0)
    fresh = age is not None and age <= fresh_within.total_seconds()
    data = DataHealth(last_measured_at=measured, last_received_at=received, age_seconds=age, fresh=fresh)
    return Health(status="ok" if fresh else "stale", starrocks=starrocks, data=data)
