"""Times of the newest measurement and message."""

from datetime import datetime, timedelta
from typing import Final

from apps.ciapol.api.store.stations import RECENT
from apps.web.health import Newest
from apps.web.starrocks import Pool
from apps.web.times import now

_MEASURED: Final = """
SELECT MAX(last_measured_at) AS newest
FROM (
    SELECT station_id, last_measured_at FROM station_activity_mv
    UNION ALL
    SELECT station_id, measured_at FROM sensor_measurements_zeta WHERE measured_at >= %s
) AS sources
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = sources.station_id)
"""

_RECEIVED: Final = "SELECT MAX(received_at) AS newest FROM raw_measurements_zeta WHERE received_at >= %s"


def newest(pool: Pool) -> Newest:
    """The newest measurement of all stations except test stations, and the newest message of all stations."""
    measured = pool.query(_MEASURED, (now() - RECENT,))[0]["newest"]
    return Newest(measured if isinstance(measured, datetime) else None, _received(pool))


def _received(pool: Pool) -> datetime | None:
    """The time of the newest message; recent messages are read first, because they are in one partition."""
    for since in (now() - RECENT, now() - timedelta(days=36500)):
        received = pool.query(_RECEIVED, (since,))[0]["newest"]
        if isinstance(received, datetime):
            return received
    return None
