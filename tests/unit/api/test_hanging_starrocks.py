"""Requests while StarRocks does not respond."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import httpx
import pytest

from apps.ciapol.api.app import create_app
from apps.ciapol.api.settings import Settings
from apps.ciapol.api.store.aqi import CurrentIndex
from apps.web.starrocks import Parameter, Pool, Row, StarRocksUnavailable

REQUESTS = 100
"""More than the threads that requests share."""


class HangingPool(Pool):
    """A pool whose queries end when the test allows it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.began = threading.Event()
        self.end = threading.Event()
        self.queries = 0

    def query(self, _sql: str, _parameters: Sequence[Parameter] = ()) -> list[Row]:
        self.queries += 1
        self.began.set()
        self.end.wait()
        raise StarRocksUnavailable("the test has ended")


@pytest.fixture
def pool(settings: Settings) -> Iterator[HangingPool]:
    hanging = HangingPool(settings)
    yield hanging
    hanging.end.set()


async def _statuses(client: httpx.AsyncClient, path: str, pool: HangingPool, *, ends: bool) -> tuple[int, list[int]]:
    """The status of /metrics while many requests of a path wait, and their own.

    Args:
        client: client of the API.
        path: path of the requests.
        pool: the pool that they wait for.
        ends: whether they end although the queries hang.
    """

    async def status(of: str) -> int:
        return (await client.get(of)).status_code

    waiting = [asyncio.create_task(status(path)) for _ in range(REQUESTS)]
    try:
        await asyncio.to_thread(pool.began.wait)
        metrics = await asyncio.wait_for(status("/metrics"), 60)
        if ends:
            return metrics, await asyncio.wait_for(asyncio.gather(*waiting), 60)
    finally:
        pool.end.set()
    return metrics, await asyncio.gather(*waiting)


def test_requests_of_the_current_index_share_one_failure(settings: Settings, pool: HangingPool) -> None:
    app = create_app(settings)
    app.state.current = CurrentIndex(pool, settings.queries_dir, within=5)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api", timeout=None)
    metrics, statuses = asyncio.run(_statuses(client, "/api/v1/aqi/current", pool, ends=True))
    assert (metrics, statuses, pool.queries) == (200, [503] * REQUESTS, 1)


def test_metrics_need_no_thread_of_the_other_routes(settings: Settings, pool: HangingPool) -> None:
    app = create_app(settings)
    app.state.pool = pool
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api", timeout=None)
    metrics, statuses = asyncio.run(_statuses(client, "/api/v1/stations", pool, ends=False))
    assert (metrics, statuses) == (200, [503] * REQUESTS)
