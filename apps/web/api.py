"""The declaration of an API, and the application that is created from it."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from fastapi import APIRouter, Depends, FastAPI
from prometheus_client.registry import Collector

from apps.web import operations, problems
from apps.web.health import ReadNewest, health
from apps.web.methods import Methods
from apps.web.metrics import Measure, Metrics
from apps.web.observation import Observation
from apps.web.openapi import DescribedApi
from apps.web.parameters import only_known_parameters
from apps.web.settings import Settings
from apps.web.starrocks import Pool

S = TypeVar("S", bound=Settings)

CONVENTIONS = """
- Times are UTC, ISO 8601 with Z. A date alone means the start of that day in UTC. `from` is inclusive, `to` exclusive.
- Lists are paged in JSON; `next_cursor` and the `Link` header refer to the next page.
- With `Accept: text/csv` or `format=csv`, lists are CSV, complete unless `limit` is set. Text that a spreadsheet would
  evaluate gets a leading apostrophe. `format=csv-fr` has a byte order mark, `;` and decimal commas.
- Unknown query parameters are refused. Errors are problem details (RFC 9457) that name the parameter, its value and
  what is expected.
"""
"""Conventions of all APIs of the kit; a part of their description."""


@dataclass(frozen=True, kw_only=True)
class Api(Generic[S]):
    """An HTTP API that reads StarRocks.

    Args:
        name: short name, which the types of its problems contain: `urn:NAME:problem:KIND`.
        title: title for users.
        version: version of its interface.
        description: description of its data; `create` appends the conventions of all APIs.
        settings: class of its settings.
        routers: its routes, which all are GET.
        newest: reads the times of its newest data for /health; None for an API without data of its own.
        measure: reads metrics of its data for /metrics; None without such metrics.
        prepare: stores objects that routes need, except the pool, in `app.state`; it must not connect.
        collectors: creates collectors of further metrics, which do not come from StarRocks; it must not connect.
    """

    name: str
    title: str
    version: str
    description: str
    settings: type[S]
    routers: Sequence[APIRouter]
    newest: ReadNewest | None = None
    measure: Measure | None = None
    prepare: Callable[[FastAPI, S, Pool], None] | None = None
    collectors: Callable[[S], Sequence[Collector]] | None = None

    def create(self, settings: S) -> FastAPI:
        """Create the application. It connects to StarRocks at the first request."""
        pool = Pool(settings, f"{self.name}-api")

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            yield
            pool.close()

        app = self._routes(lifespan)
        fresh_within = timedelta(seconds=settings.fresh_within_seconds)
        metrics = Metrics(
            pool,
            lambda: health(pool, self.newest, fresh_within),
            self.measure,
            self.collectors(settings) if self.collectors is not None else (),
        )
        app.state.name = self.name
        app.state.settings = settings
        app.state.pool = pool
        app.state.newest = self.newest
        app.state.metrics = metrics
        if self.prepare is not None:
            self.prepare(app, settings, pool)
        app.add_middleware(Methods)
        app.add_middleware(Observation, metrics=metrics)
        problems.install(app)
        return app

    def describe(self) -> str:
        """The OpenAPI document as JSON; it needs neither settings nor StarRocks."""
        return json.dumps(self._routes(None).openapi(), indent=2, ensure_ascii=False)

    def _routes(self, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None) -> FastAPI:
        # FastAPI's documentation pages are off, because they load scripts from other hosts.
        app = DescribedApi(
            title=self.title,
            version=self.version,
            description=f"{self.description.strip()}\n{CONVENTIONS}",
            lifespan=lifespan,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            dependencies=[Depends(only_known_parameters)],
        )
        for router in (operations.router, *self.routers):
            app.include_router(router)
        return app
