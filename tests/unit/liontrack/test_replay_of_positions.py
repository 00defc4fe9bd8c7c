"""CSV files of positions, with this project's columns and with Movebank's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.liontrack.__main__ import BAD_INPUT, demonstration, main
from apps.liontrack.producers.events import POSITIONS
from apps.liontrack.producers.files import BadRowError, Fix, read_fixes
from apps.liontrack.producers.replay import Options, fixes, replay

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
MOVEBANK = """\
event-id,visible,timestamp,location-long,location-lat,individual-local-identifier
1,true,2014-02-11 21:35:42.000,-112.0255436,38.2853475,Lion 12 (F)
2,true,2014-02-12 01:35:42.000,,,Lion 12 (F)
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "positions.csv"
    path.write_text(text)
    return path


def test_columns_of_movebank_are_read_and_times_are_utc(tmp_path: Path) -> None:
    at = datetime(2014, 2, 11, 21, 35, 42, tzinfo=UTC)
    assert list(read_fixes(write(tmp_path, MOVEBANK))) == [
        Fix("Lion 12 (F)", at, 38.2853475, -112.0255436),
        Fix("Lion 12 (F)", at + timedelta(hours=4), None, None),
    ]


def test_every_row_becomes_one_event_with_its_time(tmp_path: Path) -> None:
    text = "lion_id,measured_at,latitude,longitude\nF53,2014-02-11T22:35:42+01:00,95,-112\n"
    [event] = replay(Options([write(tmp_path, text)]))
    assert (event.topic, event.key) == (POSITIONS, "F53")
    assert event.payload == (
        b'{"lion_id":"F53","position_lat":95.0,"position_lng":-112.0,"last_update":"2014-02-11T21:35:42Z"}'
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("F53,yesterday,38,-112", "positions.csv:2: measured_at: found 'yesterday'; expected a time"),
        (
            "F53,2014-02-11T21:35:42Z,north,-112",
            "positions.csv:2: latitude: found 'north'; expected a number of degrees",
        ),
        ("F53,2014-02-11T21:35:42Z,38,nan", "positions.csv:2: longitude: found 'nan'"),
        ("F53,9999-12-31T23:00:00-05:00,38,-112", "positions.csv:2: measured_at: found '9999-12-31T23:00:00-05:00'"),
        (" ,2014-02-11T21:35:42Z,38,-112", "positions.csv:2: lion_id: empty"),
    ],
)
def test_the_error_names_the_line_the_column_and_the_value(tmp_path: Path, row: str, message: str) -> None:
    path = write(tmp_path, f"lion_id,measured_at,latitude,longitude\n{row}\nF64,2014-02-11T21:35:42Z,38,-112\n")
    with pytest.raises(BadRowError, match=message.replace("(", r"\(")):
        list(replay(Options([path])))
    skipped: list[str] = []
    assert [event.key for event in replay(Options([path], skip_bad=True), skipped.append)] == ["F64"]
    assert message in skipped[0]


def test_the_error_names_the_columns_of_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a,b\n1,2\n")
    assert main(["replay", str(path), "--broker", "pulsar://127.0.0.1:1"]) == BAD_INPUT
    assert "found the columns a, b; expected lion_id, measured_at, latitude, longitude, or" in capsys.readouterr().err


def test_each_lion_moves_by_whole_days_to_the_last_day(tmp_path: Path) -> None:
    text = "lion_id,measured_at,latitude,longitude\n" + "".join(
        f"{lion},2014-{month:02}-01T06:00:00Z,1,2\n" for lion, month in (("a", 1), ("a", 3), ("b", 2))
    )
    found = list(fixes(Options([write(tmp_path, text)], shift_to=NOW)))
    assert [fix.at.time() for fix in found] == [datetime(2014, 1, 1, 6, tzinfo=UTC).time()] * 3
    assert [found[1].at, found[2].at] == [datetime(2026, 1, 31, 6, tzinfo=UTC)] * 2
    assert found[1].at - found[0].at == timedelta(days=59)


def test_the_demonstration_is_in_the_past_and_labelled_as_a_demonstration() -> None:
    events = list(demonstration(NOW))
    positions = [event for event in events if event.topic == POSITIONS]
    assert len(positions) == 2723
    assert all("(démonstration)" in str(event.fields["name"]) for event in positions)
    generated = [event for event in events if event.topic != POSITIONS]
    assert {event.topic for event in generated} == {
        "lions.weight.events",
        "users.activity.events",
        "challenges.status.events",
    }
    for event in generated:
        metadata = event.fields["metadata"]
        assert isinstance(metadata, dict)
        assert metadata["generated"] is True
    times = [
        datetime.fromisoformat(str(event.fields[name]))
        for event in events
        for name in ("last_update", "measured_at", "occurred_at", "updated_at")
        if name in event.fields
    ]
    assert max(times) <= NOW
    assert list(demonstration(NOW)) == events
