"""The API of CIAPOL put together."""

from fastapi import FastAPI

from apps.ciapol.api.routers import aqi, measurements, predictions, quality, rejected, stations
from apps.ciapol.api.settings import Settings
from apps.ciapol.api.store.aqi import CurrentIndex
from apps.ciapol.api.store.newest import newest
from apps.web.api import Api
from apps.web.starrocks import Pool

DESCRIPTION = """
Stations of CIAPOL, their measurements and air quality index, read from StarRocks. Concentrations are in µg/m³.
"""


def _prepare(app: FastAPI, settings: Settings, pool: Pool) -> None:
    app.state.current = CurrentIndex(pool, settings.queries_dir)


API = Api(
    name="ciapol",
    title="CIAPOL air quality",
    version="1.1.0",
    description=DESCRIPTION,
    settings=Settings,
    routers=[module.router for module in (stations, measurements, aqi, predictions, quality, rejected)],
    newest=newest,
    prepare=_prepare,
)

create_app = API.create
