"""The health of an API, as its `/health` reports it."""

import asyncio
import time
from dataclasses import dataclass
from typing import Literal, TypedDict

import httpx

from apps.frontend.server import bodies
from apps.frontend.server.bodies import Body

State = Literal["ok", "stale", "down"]


class Reachability(TypedDict):
    """Whether an API responds to `/health`, with the latency in milliseconds or the error."""

    reachable: bool
    latency_ms: float | None
    error: str | None


class StarRocksState(TypedDict):
    """Whether StarRocks responds; `version` and `emulator` are None if unknown."""

    reachable: bool
    version: str | None
    emulator: bool | None


#: Age of the data in seconds (`age_seconds`), whether they are fresh (`fresh`), and further values of the product.
DataState = dict[str, str | float | bool | None]


class ProductState(Reachability):
    """The state of a product; `data` is None if its health contains no data."""

    status: State
    data: DataState | None


@dataclass(frozen=True)
class Health:
    """A response of `/health`; StarRocks is None if the API did not report it."""

    reachability: Reachability
    starrocks: StarRocksState | None
    data: DataState | None

    @property
    def state(self) -> State:
        """`down` without the API or StarRocks, `stale` with old data."""
        if not self.reachability["reachable"] or self.starrocks is None or not self.starrocks["reachable"]:
            return "down"
        return "stale" if self.data is not None and self.data["fresh"] is not True else "ok"

    @property
    def product(self) -> ProductState:
        """The state of the product that this API belongs to."""
        return {"status": self.state, **self.reachability, "data": self.data}


async def health(client: httpx.AsyncClient, deadline_seconds: float) -> Health:
    """Read the health of an API within `deadline_seconds`; a failure is a result, not an exception."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(deadline_seconds):
            response = await client.get("/health", headers={"accept": "application/json"})
    except TimeoutError:
        return _unreachable(f"no response within {deadline_seconds:g} s")
    except httpx.HTTPError as error:
        return _unreachable(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    latency_ms = round((time.monotonic() - started) * 1000, 1)
    try:
        body: object = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "starrocks" not in body:
        return _unreachable(f"/health responded with HTTP {response.status_code} without a member starrocks")
    return Health(
        {"reachable": True, "latency_ms": latency_ms, "error": None},
        _starrocks(bodies.member(body, "starrocks")),
        _data(bodies.member(body, "data")) if isinstance(body.get("data"), dict) else None,
    )


def _unreachable(reason: str) -> Health:
    return Health({"reachable": False, "latency_ms": None, "error": reason}, None, None)


def _starrocks(body: Body) -> StarRocksState:
    return {
        "reachable": bodies.flag(body, "reachable") is True,
        "version": bodies.text(body, "version"),
        "emulator": bodies.flag(body, "emulator"),
    }


def _data(body: Body) -> DataState:
    others: DataState = {
        name: value
        for name, value in body.items()
        if isinstance(name, str) and (value is None or isinstance(value, str | float | int))
    }
    return {
        **others,
        "age_seconds": bodies.number(body, "age_seconds"),
        "fresh": bodies.flag(body, "fresh") is True,
    }
