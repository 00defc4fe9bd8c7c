"""The declaration of CIAPOL's API."""

from fastapi import FastAPI

from apps.ciapol.api.measures import METRICS
from apps.ciapol.api.routers import aqi, measurements, predictions, quality, rejected, stations
from apps.ciapol.api.settings import Settings
from apps.ciapol.api.store.aqi import CurrentIndex
from apps.ciapol.api.store.newest import newest
from apps.web.api import Api
from apps.web.measures import queries
from apps.web.starrocks import Pool

DESCRIPTION = """
Stations of CIAPOL, their measurements and air quality index, read from StarRocks. Concentrations are in µg/m³.

The air quality index follows the US EPA (EPA-454/B-24-002, May 2024). It is the greatest sub-index of the pollutants:
PM2.5 and PM10 by the NowCast over 12 hours (values in 2 of the last 3), ozone by the mean of 8 hours (6 of 8) or by the
hour if its index is higher, CO by the mean of 8 hours (6 of 8), NO2 by the hour, SO2 by the hour and from 305 ppb on
by the mean of 24 hours (18 of 24). An hour counts if it has ended and has at least 75 % of the values that the station
usually sends. Gases are converted to ppb at 1013.25 hPa and the station's `reference_temperature`. AirNow reports a
NowCast of ozone instead of the mean of 8 hours. The repository's `docs/aqi-method.md` describes the details.
"""


def _prepare(app: FastAPI, settings: Settings, pool: Pool) -> None:
    app.state.current = CurrentIndex(pool, settings.queries_dir, settings.starrocks_query_seconds)


API = Api(
    name="ciapol",
    title="CIAPOL air quality",
    version="1.1.0",
    description=DESCRIPTION,
    settings=Settings,
    routers=[module.router for module in (stations, measurements, aqi, predictions, quality, rejected)],
    newest=newest,
    measure=queries(METRICS),
    prepare=_prepare,
)

create_app = API.create
