"""Cursors of lists that are not plain rows of one table."""

from typing import Literal

from pydantic import AwareDatetime

from apps.web.cursors import PageCursor


class StationsCursor(PageCursor):
    """The station after which a page begins."""

    of: Literal["stations"] = "stations"
    after: str = ""


class MeasurementsCursor(PageCursor):
    """The request, and the time after which a page begins."""

    of: Literal["measurements"] = "measurements"
    station_id: str
    interval: Literal["raw", "hour", "day"]
    pollutants: list[str]
    start: AwareDatetime
    end: AwareDatetime
    after: AwareDatetime | None = None


class RejectedCursor(PageCursor):
    """The filters of the request, and the last message of the previous page; the newest message is first."""

    of: Literal["rejected"] = "rejected"
    station_id: str | None
    since: AwareDatetime
    before: AwareDatetime | None = None
    message_id: str = ""
