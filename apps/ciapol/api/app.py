"""The application put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from apps.ciapol.api import openapi, problems
from apps.ciapol.api.metrics import Metrics
from apps.ciapol.api.observation import Observation
from apps.ciapol.api.routers import aqi, measurements, operations, pipeline, predictions, quality, rejected, stations
from apps.ciapol.api.settings import Settings
from apps.ciapol.api.starrocks import Pool
from apps.ciapol.api.store.aqi import CurrentIndex

VERSION = "1.0.0"

DESCRIPTION = """
Stations of CIAPOL, their measurements and air quality index, read from StarRocks.

- Times are UTC, ISO 8601 with Z; `from` is inclusive, `to` exclusive. Concentrations are in µg/m³.
- Lists come in pages: `next_cursor`, or the `Link` header, leads to the next.
- Lists are CSV where `Accept: text/csv` asks for it.
- Errors are problem details (RFC 9457) that name the parameter, its value and what is expected.
"""


def create_app(settings: Settings) -> FastAPI:
    """The API; it connects to StarRocks with the first request, not here.

    FastAPI's own documentation pages load scripts from elsewhere: /openapi.json is there for any viewer.
    """
    pool = Pool(settings)
    metrics = Metrics(pool)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.close()

    app = FastAPI(
        title="CIAPOL air quality",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.pool = pool
    app.state.metrics = metrics
    app.state.current = CurrentIndex(pool, settings.queries_dir)
    app.add_middleware(Observation, metrics=metrics)
    problems.install(app)
    openapi.install(app)
    for module in (operations, stations, measurements, aqi, predictions, quality, pipeline, rejected):
        app.include_router(module.router)
    return app
