"""The pipeline against an independent computation: first run, the same again, and after late and corrected events."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apps.liontrack.__main__ import demonstration
from apps.liontrack.pipeline.__main__ import STEPS
from apps.liontrack.producers.events import POSITIONS, Event, activity, challenge, position, weight
from tests.integration.liontrack import reference
from tests.integration.liontrack.lake import Lake

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
Pipeline = Callable[..., None]


@pytest.fixture
def pipeline(lake: Lake, pulsar_admin: str, password_file: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Runs the steps as the pipeline's own user."""

    def run(name: str, first: date, end: date, steps: Sequence[str] = tuple(STEPS)) -> None:
        environment = {
            "STARROCKS_HOST": "127.0.0.1",
            "STARROCKS_PORT": str(lake.server.mysql_port),
            "STARROCKS_USER": "liontrack_pipeline",
            "STARROCKS_PASSWORD_FILE": str(password_file),
            "STARROCKS_DATABASE": "liontrack_bronze",
            "PULSAR_ADMIN_URL": pulsar_admin,
            "KAPPASTACK_RUN": name,
            "KAPPASTACK_FROM": f"{first} 00:00:00",
            "KAPPASTACK_TO": f"{end} 00:00:00",
        }
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        lake.run(environment, steps)

    return run


def check(lake: Lake, events: Sequence[Event]) -> None:
    """Compare every table with the independent computation."""
    fixes = reference.positions(events, {})
    found = {
        (str(row["lion_id"]), at): (row["excluded_reason"], row["distance_km"])
        for row in lake.query("SELECT * FROM liontrack_silver.position_checks")
        if isinstance(at := row["measured_at"], datetime)
    }
    expected = {(lion, fix.at): (fix.reason, fix.distance) for lion, each in fixes.items() for fix in each}
    assert {key: value[0] for key, value in found.items()} == {key: value[0] for key, value in expected.items()}
    for key, (_, distance) in expected.items():
        assert found[key][1] == pytest.approx(distance, abs=1e-6), key
    days = reference.lion_days(fixes)
    history = lake.query("SELECT * FROM liontrack_gold.lions_positions_history")
    assert {(row["lion_id"], row["position_date"]): row["fixes"] for row in history} == {
        key: day.fixes for key, day in days.items() if day.fixes
    }
    rows = {
        (str(row["lion_id"]), day): row
        for row in lake.query("SELECT * FROM liontrack_gold.lions_metrics")
        if isinstance(day := row["metric_date"], date)
    }
    # A test may run over midnight.
    until = max(day for _, day in rows)
    assert until >= TODAY
    metrics = reference.metrics(days, reference.weights(events), until)
    assert rows.keys() == metrics.keys()
    for lion_and_day, wanted in metrics.items():
        for name, value in vars(wanted).items():
            # Distances are stored with 6 decimals, and scores are quotients of distances.
            assert rows[lion_and_day][name] == pytest.approx(value, abs=1e-4), (lion_and_day, name)
    users = {
        (row["user_id"], row["activity_date"]): row for row in lake.query("SELECT * FROM liontrack_gold.users_activity")
    }
    engagement = reference.engagement(events)
    assert users.keys() == engagement.keys()
    for user_and_day, (completed, entries, score) in engagement.items():
        found_row = users[user_and_day]
        assert (found_row["challenges_completed"], found_row["weight_entries"]) == (completed, entries)
        assert found_row["engagement_score"] == pytest.approx(score)


def test_the_demonstration_is_computed_as_by_hand(lake: Lake, pipeline: Pipeline) -> None:
    events = list(demonstration(NOW))
    lake.store(events)
    pipeline("1", TODAY, TODAY + timedelta(days=1))
    assert lake.query("SELECT COUNT(*) AS n FROM liontrack_silver.position_checks") == [{"n": 2723}]
    check(lake, events)
    lions = lake.query("SELECT * FROM liontrack_silver.lions ORDER BY lion_id")
    assert [(row["lion_id"], row["name"], row["status"]) for row in lions] == [
        ("F53", "F53 (démonstration)", "active"),
        ("F64", "F64 (démonstration)", "active"),
    ]
    assert all(0 < float(str(row["data_quality_score"])) <= 100 for row in lions)


def wild(seed: int) -> list[Event]:
    """A few lions and users with everything that goes wrong: spikes, repeats, gaps, bad units, missing values."""
    chance = random.Random(seed)
    events: list[Event] = []
    begin = NOW - timedelta(days=50)
    for lion in ("a", "b", "c"):
        at, lat, lng = begin, chance.uniform(-20, 20), chance.uniform(10, 30)
        while at < NOW - timedelta(minutes=5):
            lat, lng = lat + chance.gauss(0, 0.02), lng + chance.gauss(0, 0.02)
            shown: tuple[float | None, float | None] = (lat, lng)
            if chance.random() < 0.05:
                shown = chance.choice(
                    [(None, lng), (95.0, lng), (0.0, 0.0), (lat + 20, lng), (lat, lng - 30), (lat + 20.1, lng)]
                )
            events.append(position(lion, at, *shown, metadata={"accuracy": 4.5}))
            at += timedelta(hours=chance.choice([1, 2, 4, 4, 4, 8, 30, 80]), seconds=chance.randrange(60))
        for number in range(14):
            at = begin + timedelta(days=50 * chance.random(), seconds=-600)
            unit = chance.choice(["kg", "kg", "lb", "g", " KG ", "stone"])
            factor = {"lb": 2.2, "g": 1000}.get(unit, 1)
            value = chance.choice([chance.uniform(150, 200) * factor, chance.uniform(150, 200) * factor, 9e9, -3])
            events.append(weight(f"{lion}{number}", lion, at, value, unit))
    for number in range(80):
        at = begin + timedelta(days=49 * chance.random())
        user = chance.choice(["u1", "u2", "u3"])
        events.append(activity(f"e{number}", user, at, chance.choice(["weight_entry", "visit"]), username=user.upper()))
        if number % 4 == 0:
            events.append(challenge(f"c{number}", user, at, chance.choice(["started", "Completed", "abandoned"])))
    return events


def stored(lake: Lake, events: Sequence[Event]) -> None:
    """Store events so that a later run does not look at them again: all but the last are stored an hour before it."""
    lake.store(events[:-1], loaded=NOW - timedelta(hours=2))
    lake.store(events[-1:], loaded=NOW - timedelta(hours=1))


def _event_time(event: Event) -> str:
    names = ("last_update", "measured_at", "occurred_at", "updated_at")
    return next(str(event.fields[name]) for name in names if name in event.fields)


@pytest.mark.parametrize("seed", [1, 2])
def test_late_and_corrected_events_change_their_own_days(lake: Lake, pipeline: Pipeline, seed: int) -> None:
    events = wild(seed)
    chance = random.Random(seed)
    late = [event for event in events if chance.random() < 0.1]
    first = [event for event in events if event not in late]
    stored(lake, first)
    pipeline("1", TODAY, TODAY + timedelta(days=1))
    check(lake, first)
    before = lake.query("SELECT * FROM liontrack_gold.lions_metrics ORDER BY lion_id, metric_date")
    pipeline("1", TODAY, TODAY + timedelta(days=1))
    assert lake.query("SELECT * FROM liontrack_gold.lions_metrics ORDER BY lion_id, metric_date") == before

    fixes = [event for event in first if event.topic == POSITIONS and event.fields["position_lat"] is not None]
    old = chance.choice(fixes)
    at = datetime.fromisoformat(str(old.fields["last_update"]))
    moved = [
        position(str(old.fields["lion_id"]), at, 40.0, 40.0),
        weight("a3", "a", NOW - timedelta(days=20, minutes=7), 171.0),
        weight("b3", "b", NOW - timedelta(days=45), 0.01),
    ]
    lake.store([*late, *moved], received=NOW.replace(tzinfo=None))
    pipeline("2", TODAY, TODAY + timedelta(days=1))
    check(lake, [*first, *late, *moved])
    late_days = lake.query("SELECT day FROM liontrack_metadata.run_days WHERE run_id = '2' AND late")
    changed = {datetime.fromisoformat(_event_time(event)).date() for event in [*late, *moved]}
    found = {day for row in late_days if isinstance(day := row["day"], date)}
    assert changed - {TODAY} <= found
    assert len(found - changed) <= 3, "the days where corrected weighings were before, and that of the last event"


def test_a_past_day_can_be_computed_alone_and_again(lake: Lake, pipeline: Pipeline) -> None:
    events = wild(3)
    stored(lake, events)
    pipeline("1", TODAY, TODAY + timedelta(days=1))
    tables = ("liontrack_silver.position_checks", "liontrack_gold.lions_positions_history")
    for table in tables:
        lake.query(f"DELETE FROM {table} WHERE lion_id = 'a'")
    day = TODAY - timedelta(days=20)
    pipeline("2", day, day + timedelta(days=1))
    rows = lake.query(
        "SELECT DISTINCT position_date AS day FROM liontrack_gold.lions_positions_history WHERE lion_id = 'a'"
    )
    assert rows
    assert all(
        day - timedelta(days=3) <= date.fromisoformat(str(row["day"])) <= day + timedelta(days=6) for row in rows
    )
    pipeline("3", TODAY - timedelta(days=51), TODAY + timedelta(days=1))
    check(lake, events)


@pytest.mark.parametrize("step", list(STEPS))
def test_a_step_that_was_begun_twice_ends_right(lake: Lake, pipeline: Pipeline, step: str) -> None:
    """A killed step leaves its first statements done; the retry runs all of them again."""
    events = wild(4)
    lake.store(events)
    names = list(STEPS)
    pipeline("1", TODAY, TODAY + timedelta(days=1), [*names[: names.index(step) + 1], *names[names.index(step) :]])
    check(lake, events)
    [run] = lake.query("SELECT status, error FROM liontrack_metadata.pipeline_runs")
    assert run == {"status": "success", "error": None}


def test_future_events_are_excluded_and_counted(lake: Lake, pipeline: Pipeline) -> None:
    soon = NOW + timedelta(days=2)
    ahead = [position("a", soon, 1.0, 1.0), weight("w", "a", soon, 180.0), activity("e", "u", soon, "visit")]
    lake.store([position("a", NOW - timedelta(hours=1), 1.0, 1.0), *ahead], received=NOW.replace(tzinfo=None))
    pipeline("1", TODAY, TODAY + timedelta(days=1))
    reasons = lake.query("SELECT lion_id, excluded_reason FROM liontrack_silver.position_checks ORDER BY measured_at")
    assert [row["excluded_reason"] for row in reasons] == [None, "in_the_future"]
    assert lake.query("SELECT excluded_reason FROM liontrack_silver.weight_checks") == [
        {"excluded_reason": "in_the_future"}
    ]
    assert lake.query("SELECT * FROM liontrack_gold.users_activity") == []
    [last] = lake.query("SELECT MAX(metric_date) AS day FROM liontrack_gold.lions_metrics")
    assert isinstance(last["day"], date)
    assert TODAY <= last["day"] <= TODAY + timedelta(days=1)
    excluded = lake.query(
        "SELECT target_table, excluded_by_reason FROM liontrack_metadata.lineage WHERE rows_excluded > 0"
    )
    assert {str(row["target_table"]): json.loads(str(row["excluded_by_reason"])) for row in excluded} == {
        "silver.position_checks": {"in_the_future": 1},
        "silver.weight_checks": {"in_the_future": 1},
    }


def test_the_report_says_what_was_excluded(lake: Lake, pipeline: Pipeline) -> None:
    at = NOW - timedelta(hours=2)
    lake.store([position("a|b", at, 99.0, 1.0), position("a|b", at + timedelta(hours=1), 1.0, 1.0)])
    pipeline("7", TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    reports = {row["language"]: str(row["markdown"]) for row in lake.query("SELECT * FROM liontrack_metadata.reports")}
    assert reports.keys() == {"fr", "en"}
    assert f"# Rapport LionTrack du {TODAY}" in reports["fr"]
    assert "| silver.position\\_checks | impossible\\_coordinates | 1 |" in reports["en"]
    assert "| lions.position.events | 2 | 0 |" in reports["fr"]
    assert "| bronze.lions\\_raw | bronze\\_validation | 100,0 |" in reports["fr"]
