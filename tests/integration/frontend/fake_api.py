"""Fakes of CIAPOL's API and of the platform's API. They can have old data, lose StarRocks or not respond."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.integration.frontend.sample_air import (
    STATIONS,
    SampleStation,
    aqi_hour,
    category_of,
    hour_of,
    hourly,
    hours_between,
    iso,
)
from tests.integration.frontend.sample_pipeline import SamplePipeline, predictions_of
from tests.waiting import PATIENCE

Mode = Literal["fresh", "stale", "starrocks_down", "silent"]
OLD = timedelta(hours=2)


class FakeApi:
    """State of both fakes, which may change while they run. `app` is CIAPOL's API, `platform` the platform's API."""

    def __init__(self) -> None:
        self.mode: Mode = "fresh"
        self.stations: tuple[SampleStation, ...] = STATIONS
        self.rejected = 3
        self.pipeline: SamplePipeline | None = SamplePipeline()
        """None if the schema is older and lacks these tables."""
        self.seen: list[Request] = []
        """Requests to either API."""
        self.app = Starlette(
            routes=[
                Route("/health", self._health),
                Route("/openapi.json", self._openapi),
                Route("/api/v1/aqi/current", self._current),
                Route("/api/v1/rejected", self._rejected),
                Route("/api/v1/quality", self._quality),
                Route("/api/v1/stream", self._stream),
                Route("/api/v1/broken", self._broken),
                Route("/api/v1/stations/{station_id}", self._station),
                Route("/api/v1/stations/{station_id}/measurements", self._measurements),
                Route("/api/v1/stations/{station_id}/aqi", self._aqi),
                Route("/api/v1/stations/{station_id}/predictions", self._predictions),
            ]
        )
        self.platform = Starlette(
            routes=[
                Route("/health", self._health),
                Route("/openapi.json", self._openapi),
                Route("/api/v1/pipeline", self._pipeline),
                Route("/api/v1/pipeline/monitoring", self._monitoring),
            ]
        )

    def _newest(self) -> datetime:
        now = datetime.now(UTC).replace(microsecond=0)
        return now - (OLD if self.mode == "stale" else timedelta(seconds=40))

    async def _listen(self, request: Request) -> None:
        self.seen.append(request)
        if self.mode == "silent":
            await asyncio.sleep(3600)

    async def _health(self, request: Request) -> Response:
        await self._listen(request)
        down = self.mode == "starrocks_down"
        newest = self._newest()
        fresh = self.mode == "fresh"
        age = (datetime.now(UTC) - newest).total_seconds()
        known = bool(self.stations) and not down
        return JSONResponse(
            {
                "status": "down" if down else "ok" if fresh else "stale",
                "starrocks": {"reachable": not down, "version": None if down else "3.5.0", "emulator": True},
                "data": {
                    "last_measured_at": iso(newest) if known else None,
                    "last_received_at": iso(newest) if known else None,
                    "age_seconds": age if known else None,
                    "fresh": known and fresh,
                },
            },
            status_code=503 if down else 200,
        )

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse({"openapi": "3.1.0", "path": request.url.path, "host": request.url.port})

    def _problem(self, request: Request, status: int, title: str, detail: str) -> Response:
        return JSONResponse(
            {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": []},
            status_code=status,
            media_type="application/problem+json",
        )

    def _unavailable(self, request: Request) -> Response | None:
        if self.mode != "starrocks_down":
            return None
        return self._problem(request, 503, "Service Unavailable", "StarRocks cannot be reached.")

    def _station_body(self, station: SampleStation) -> dict[str, object]:
        return {
            "station_id": station.station_id,
            "name": station.name,
            "commune": station.commune,
            "latitude": None,
            "longitude": None,
            "time_zone": station.time_zone,
            "reference_temperature": 0 if station.demonstration else 25,
            "demonstration": station.demonstration,
            "registered": station.registered,
            "last_measured_at": iso(self._newest()) if station.level else None,
        }

    async def _current(self, request: Request) -> Response:
        await self._listen(request)
        if (unavailable := self._unavailable(request)) is not None:
            return unavailable
        items: list[tuple[int, dict[str, object]]] = []
        for station in self.stations:
            newest = hour_of(self._newest())
            values = next(
                (aqi for back in range(24) if (aqi := aqi_hour(station, newest - timedelta(hours=back)))["aqi"]),
                aqi_hour(station, newest),
            )
            index = values["aqi"]
            known = isinstance(index, int)
            rank = index if isinstance(index, int) else -1
            color = category_of(rank)[1] if known else None
            hour = {} if known else {"hour_start": None}
            items.append((rank, {"station": self._station_body(station), **values, **hour, "color": color}))
        items.sort(key=lambda item: -item[0])
        ranked = [
            {"rank": position if index >= 0 else None, **item} for position, (index, item) in enumerate(items, start=1)
        ]
        return JSONResponse({"computed_at": iso(datetime.now(UTC)), "items": ranked})

    def _find(self, request: Request) -> SampleStation | None:
        wanted = request.path_params["station_id"]
        return next((station for station in self.stations if station.station_id == wanted), None)

    async def _station(self, request: Request) -> Response:
        await self._listen(request)
        station = self._find(request)
        if station is None:
            return self._problem(request, 404, "Not Found", "No such station.")
        newest = hour_of(self._newest())
        recent = (hourly(station, newest - timedelta(hours=back)) for back in range(24))
        latest = next((values for values in recent if values is not None), None)
        measured = None if latest is None else {"measured_at": iso(self._newest()), **latest}
        return JSONResponse({**self._station_body(station), "latest": measured})

    def _window(self, request: Request) -> list[datetime]:
        start, end = (datetime.fromisoformat(request.query_params[name]) for name in ("from", "to"))
        return hours_between(start, min(end, self._newest()))

    async def _measurements(self, request: Request) -> Response:
        await self._listen(request)
        station = self._find(request)
        if (unavailable := self._unavailable(request)) is not None or station is None:
            return unavailable or self._problem(request, 404, "Not Found", "No such station.")
        pollutant = request.query_params["pollutant"]
        items = [
            {"measured_at": iso(hour), pollutant: values[pollutant], "count": 60}
            for hour in self._window(request)
            if (values := hourly(station, hour)) is not None
        ]
        return JSONResponse({"station_id": station.station_id, "items": items, "next_cursor": None})

    async def _aqi(self, request: Request) -> Response:
        await self._listen(request)
        station = self._find(request)
        if (unavailable := self._unavailable(request)) is not None or station is None:
            return unavailable or self._problem(request, 404, "Not Found", "No such station.")
        items = [aqi_hour(station, hour) for hour in self._window(request)]
        link = {"link": f'<{request.url.path}?cursor=x>; rel="next"'}
        return JSONResponse({"station_id": station.station_id, "items": items, "next_cursor": None}, headers=link)

    async def _predictions(self, request: Request) -> Response:
        await self._listen(request)
        station = self._find(request)
        if (unavailable := self._unavailable(request)) is not None or station is None:
            return unavailable or self._problem(request, 404, "Not Found", "No such station.")
        return JSONResponse(predictions_of(station, datetime.now(UTC)))

    async def _monitoring(self, request: Request) -> Response:
        if (unavailable := self._unavailable(request)) is not None:
            return unavailable
        return JSONResponse(
            {"checked_at": iso(datetime.now(UTC)), "enabled": False, "error": None, "alerts": [], "flow": None}
        )

    async def _pipeline(self, request: Request) -> Response:
        await self._listen(request)
        if (unavailable := self._unavailable(request)) is not None or self.pipeline is None:
            return unavailable or self._problem(request, 503, "StarRocks refused the query", "Unknown table.")
        return JSONResponse(self.pipeline.body(datetime.now(UTC)))

    async def _quality(self, request: Request) -> Response:
        await self._listen(request)
        if (unavailable := self._unavailable(request)) is not None or self.pipeline is None:
            return unavailable or self._problem(request, 503, "StarRocks refused the query", "Unknown table.")
        return JSONResponse({"items": self.pipeline.quality(self.stations, datetime.now(UTC)), "next_cursor": None})

    async def _rejected(self, request: Request) -> Response:
        await self._listen(request)
        if (unavailable := self._unavailable(request)) is not None:
            return unavailable
        reasons = (
            ("ABJ-002", "pm25: -3.0 is below 0", '{"station_id": "ABJ-002", "pm25": -3.0}'),
            (None, "not JSON: unexpected character at 1", "<script>alert('x')</script>"),
            ("ABJ-001", "measured_at: 2031-01-01T00:00:00Z is more than 10 min ahead", '{"station_id": "ABJ-001"}'),
        )
        now = datetime.now(UTC)
        items = [
            {
                "received_at": iso(now - timedelta(minutes=7 * number)),
                "message_id": f"17:{number}:0:-1",
                "station_id": station,
                "reject_reason": reason,
                "payload": payload,
            }
            for number, (station, reason, payload) in enumerate(
                reasons[position % 3] for position in range(self.rejected)
            )
        ]
        return JSONResponse({"items": items, "next_cursor": None})

    async def _stream(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"first\n"
            await asyncio.Event().wait()

        return StreamingResponse(pieces(), media_type="text/csv")

    async def _broken(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"part"
            raise ConnectionResetError("the fake API closes the connection")

        return StreamingResponse(pieces(), media_type="text/csv", headers={"content-length": "1000"})


class Server:
    """An ASGI app served from a thread on a free port of the loopback interface."""

    def __init__(self, app: Starlette, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def start(self) -> "Server":
        """Serve. The socket already listens, so an early request waits instead of failing."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop and wait until the port is free."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._socket.close()
        assert not self._thread.is_alive()
