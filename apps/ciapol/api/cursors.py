"""Cursors of pages: opaque to the caller, checked when they come back.

A cursor holds the question that it continues, so that the default range of a first page stays what it was.
"""

import base64
import binascii
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from apps.ciapol.api.problems import FieldError, Problem, invalid

Cursor = TypeVar("Cursor", bound=BaseModel)


class StationsCursor(BaseModel):
    """After which station to go on."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["stations"] = "stations"
    after: str


class MeasurementsCursor(BaseModel):
    """After which time of which question to go on."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["measurements"] = "measurements"
    station_id: str
    interval: Literal["raw", "hour", "day"]
    pollutants: list[str]
    start: AwareDatetime
    end: AwareDatetime
    after: AwareDatetime


class AqiCursor(BaseModel):
    """After which hour of which question to go on."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["aqi"] = "aqi"
    station_id: str
    start: AwareDatetime
    end: AwareDatetime
    after: AwareDatetime


class RejectedCursor(BaseModel):
    """Before which message of which question to go on (newest first)."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["rejected"] = "rejected"
    station_id: str | None
    since: AwareDatetime
    before: AwareDatetime
    message_id: str


class QualityCursor(BaseModel):
    """After which hour and station of which question to go on."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["quality"] = "quality"
    station_id: str | None
    start: AwareDatetime
    end: AwareDatetime
    after: AwareDatetime
    after_station: str


def encode(cursor: BaseModel) -> str:
    """The cursor as a caller sees it."""
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).rstrip(b"=").decode()


def decode(kind: type[Cursor], text: str) -> Cursor:
    """Read a cursor that came back.

    Raises:
        Problem: it is not a cursor of this kind.
    """
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return kind.model_validate_json(content)
    except (ValidationError, binascii.Error, ValueError):
        raise wrong(text) from None


def wrong(text: str) -> Problem:
    """The problem of a cursor that does not belong to the request."""
    expected = "next_cursor of an earlier page, with the same other parameters"
    return invalid(FieldError(field="cursor", value=text[:100], expected=expected))
