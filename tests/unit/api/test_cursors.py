import base64
import json
from datetime import UTC, datetime

import pytest

from apps.ciapol.api.cursors import MeasurementsCursor, RejectedCursor, StationsCursor
from apps.web.cursors import decode, encode
from apps.web.problems import Problem
from apps.web.rows import RowsCursor

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_cursor_is_decoded_to_its_values() -> None:
    cursors = [
        StationsCursor(after="ABJ-001 é'"),
        RejectedCursor(station_id=None, since=NOON, before=NOON, message_id="1:2:3:-1"),
        RowsCursor(table="t", start=NOON, end=NOON, where={"a": "é'"}, after=["2026-01-31T12:00:00Z", 3]),
        MeasurementsCursor(station_id="A", interval="hour", pollutants=["o3"], start=NOON, end=NOON, after=NOON),
    ]
    for cursor in cursors:
        text = encode(cursor)
        assert text.replace("-", "").replace("_", "").isalnum()
        assert decode(type(cursor), text) == cursor


def packed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "a",
        "AAAA",
        "é",
        packed([1]),
        packed({"after": 1}),
        packed({"of": "aqi", "after": "A"}),
        packed({"after": "A", "more": 1}),
        encode(RejectedCursor(station_id=None, since=NOON, before=NOON, message_id="1")),
    ],
)
def test_foreign_cursors_are_rejected(text: str) -> None:
    with pytest.raises(Problem) as caught:
        decode(StationsCursor, text)
    assert caught.value.status == 422
    assert caught.value.errors[0].field == "cursor"


def test_times_in_cursors_need_a_time_zone() -> None:
    content = {"station_id": None, "since": "2026-01-31T00:00:00", "before": "2026-01-31T00:00:00Z", "message_id": "1"}
    with pytest.raises(Problem):
        decode(RejectedCursor, packed(content))
