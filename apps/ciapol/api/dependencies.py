"""What routes need: the pool, the current index, common parameters."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from apps.ciapol.api.settings import Settings
from apps.ciapol.api.starrocks import Pool
from apps.ciapol.api.store.aqi import CurrentIndex


def _pool(request: Request) -> Pool:
    pool = request.app.state.pool
    assert isinstance(pool, Pool)
    return pool


def _current(request: Request) -> CurrentIndex:
    current = request.app.state.current
    assert isinstance(current, CurrentIndex)
    return current


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)
    return settings


PoolOf = Annotated[Pool, Depends(_pool)]
CurrentOf = Annotated[CurrentIndex, Depends(_current)]
SettingsOf = Annotated[Settings, Depends(_settings)]

StationId = Annotated[str, Path(min_length=1, max_length=64, examples=["ABJ-001"])]
Limit = Annotated[int, Query(ge=1, le=10_000, description="items on a page at most")]
Cursor = Annotated[str | None, Query(max_length=2000, description="next_cursor of the page before")]
From = Annotated[
    str | None,
    Query(
        alias="from", description="start, inclusive; by default a day before `to`", examples=["2026-01-31T00:00:00Z"]
    ),
]
To = Annotated[
    str | None, Query(alias="to", description="end, exclusive; by default now", examples=["2026-02-01T00:00:00Z"])
]
