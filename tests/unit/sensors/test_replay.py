"""Replaying without a broker: order, time shift and saved state."""

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.files import BadRowError
from apps.ciapol.sensors.pace import RealTime, Steady
from apps.ciapol.sensors.replay import Options, replay, shift_to
from apps.ciapol.sensors.resume import StateError
from apps.ciapol.sensors.run import Session
from apps.shared.publishing.broker import Answer, Broker, Producer

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class FakeBroker(Broker):
    """Acknowledges events immediately. After `answers` events it requests a stop and acknowledges no further events."""

    def connect(self) -> Producer:
        return _producers[self.topic]


class Taking:
    def __init__(self, session: Session, answers: int | None) -> None:
        self.session = session
        self.answers = answers
        self.events: list[dict[str, object]] = []

    def send(self, key: str, payload: bytes, answer: Answer) -> None:
        event = json.loads(payload)
        assert event["station_id"] == key
        self.events.append(event)
        if self.answers is None or len(self.events) <= self.answers:
            answer(None)
        else:
            self.session.stop._requested = True

    def close(self) -> None:
        return


_producers: dict[str, Taking] = {}


def run(options: Options, answers: int | None = None, topic: str = "t") -> tuple[Taking, Session]:
    session = Session(FakeBroker("pulsar://nowhere", topic), Console(file=io.StringIO()))
    taking = _producers[topic] = Taking(session, answers)
    replay(options, session)
    return taking, session


@pytest.fixture(autouse=True)
def _do_not_wait_long_for_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ciapol.sensors.run._LAST_ANSWERS_SECONDS", 0.1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    rows = [f"A,{(NOON + timedelta(hours=number)).isoformat()},{number}" for number in range(20)]
    path.write_text("\n".join(["station_id,measured_at,pm25", *rows]) + "\n")
    return path


def test_every_row_is_published_once(file: Path) -> None:
    taking, session = run(Options([file]))
    assert [event["pm25"] for event in taking.events] == [float(number) for number in range(20)]
    counts = session.counts
    assert (counts.read, counts.published, counts.acknowledged, counts.skipped) == (20, 20, 20, 0)
    assert counts.complete


def test_limit_publishes_the_first_events(file: Path) -> None:
    taking, _ = run(Options([file], limit=3))
    assert [event["pm25"] for event in taking.events] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("now", "last", "hours"),
    [
        (NOON, NOON, 0),
        (NOON + timedelta(minutes=59), NOON, 0),
        (NOON + timedelta(minutes=60), NOON, 1),
        (NOON, NOON + timedelta(minutes=1), -1),  # no event may be in the future
        (NOON, None, 0),
    ],
)
def test_the_shift_is_the_largest_number_of_whole_hours_without_future_events(
    now: datetime, last: datetime | None, hours: int
) -> None:
    assert shift_to(now, last) == timedelta(hours=hours)


def test_shifted_times_end_in_the_last_hour_and_keep_their_intervals(file: Path) -> None:
    taking, _ = run(Options([file], shift_to_now=True))
    times = [datetime.fromisoformat(str(event["measured_at"])) for event in taking.events]
    assert timedelta() <= datetime.now(UTC) - times[-1] < timedelta(hours=1, minutes=1)
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(hours=1)}


def test_a_run_continues_after_the_last_acknowledged_event(file: Path, tmp_path: Path) -> None:
    options = Options([file], state=tmp_path / "state.json")
    first, session = run(options, answers=8)
    assert session.counts.interrupted
    assert not session.counts.complete
    assert session.counts.acknowledged == 8
    second, session = run(options)
    assert second.events[0]["pm25"] == 8.0
    assert {str(event["event_id"]) for event in first.events[:8] + second.events} == {
        str(event["event_id"]) for event in run(Options([file]))[0].events
    }
    assert (session.counts.before, session.counts.acknowledged) == (8, 12)
    third, session = run(options)
    assert third.events == []
    assert session.counts.complete


def test_a_resumed_replay_keeps_its_shift(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    options = Options([file], state=path, shift_to_now=True)
    run(options, answers=8)
    state = json.loads(path.read_text())
    state["shift_seconds"] -= 7200  # simulates that the first run was two hours ago
    path.write_text(json.dumps(state))
    taking, _ = run(options)
    last = datetime.fromisoformat(str(taking.events[-1]["measured_at"]))
    assert timedelta(hours=2) <= datetime.now(UTC) - last < timedelta(hours=3, minutes=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"topic": "other"}, "topic was 't', now it is 'other'"),
        ({"shift": True}, "shift_to_now was False, now it is True"),
        ({"content": "station_id,measured_at\n"}, "files was"),
    ],
)
def test_the_state_of_another_replay_is_rejected(
    file: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = tmp_path / "state.json"
    run(Options([file], state=path))
    if "content" in change:
        file.write_text(str(change["content"]))
    with pytest.raises(StateError, match=message):
        run(Options([file], state=path, shift_to_now=bool(change.get("shift"))), topic=str(change.get("topic", "t")))


def test_an_unwritable_state_file_fails_before_any_event_is_sent(file: Path, tmp_path: Path) -> None:
    _producers["t"] = Taking(Session(FakeBroker("pulsar://nowhere", "t"), Console(file=io.StringIO())), None)
    with pytest.raises(FileNotFoundError):
        replay(Options([file], state=tmp_path / "missing" / "state.json"), _producers["t"].session)
    assert _producers["t"].events == []


def test_a_damaged_state_is_rejected_and_kept(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("{")
    with pytest.raises(StateError, match=r"state\.json cannot be used"):
        run(Options([file], state=path))
    assert path.read_text() == "{"


def test_a_bad_row_prevents_publishing(file: Path) -> None:
    file.write_text(file.read_text() + "A,2026-03-01T00:00:00Z,bad\n")
    session = Session(FakeBroker("pulsar://nowhere", "t"), Console(file=io.StringIO()))
    _producers["t"] = Taking(session, None)
    with pytest.raises(BadRowError, match="line 22, field pm25"):
        replay(Options([file]), session)
    assert _producers["t"].events == []


def test_skipped_bad_rows_are_counted(file: Path) -> None:
    file.write_text(file.read_text() + "A,2026-03-01T00:00:00Z,bad\n")
    taking, session = run(Options([file], skip_bad=True))
    assert len(taking.events) == 20
    assert (session.counts.read, session.counts.skipped, session.counts.published) == (21, 1, 20)
    assert session.counts.complete


def test_real_time_is_multiplied_by_the_speed() -> None:
    now = [100.0]
    pace = RealTime(3600, clock=lambda: now[0])
    assert pace.due(Measurement("A", NOON, {})) == pytest.approx(100)
    now[0] = 500
    assert pace.due(Measurement("A", NOON + timedelta(hours=2), {})) == pytest.approx(102)


def test_a_constant_rate_has_regular_intervals() -> None:
    pace = Steady(4, clock=lambda: 10.0)
    assert [pace.due(Measurement("A", NOON, {})) for _ in range(3)] == [10.0, 10.25, 10.5]
