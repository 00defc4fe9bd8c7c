"""Events with every kind of error, and a comparison of all tables with an independent computation."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from typing import Protocol

import pytest

from apps.liontrack.producers.events import Event, activity, challenge, position, weight
from apps.shared.starrocks import Cell
from tests.integration.liontrack import latest, reference

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()


class Database(Protocol):
    """StarRocks with LionTrack's tables."""

    def query(self, statement: str) -> list[dict[str, Cell]]:
        """Run a query as a user who may read all tables."""


def check(lake: Database, events: Sequence[Event]) -> None:
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
    history = {
        (row["lion_id"], row["position_date"]): row
        for row in lake.query("SELECT * FROM liontrack_gold.lions_positions_history")
    }
    centres = {key: day for key, day in days.items() if day.fixes}
    assert history.keys() == centres.keys()
    for lion_and_date, centre in centres.items():
        row = history[lion_and_date]
        assert (row["fixes"], row["lat"]) == (centre.fixes, centre.lat), lion_and_date
        assert row["lng"] == pytest.approx(centre.lng), lion_and_date
        # The history is rounded to millimetres.
        assert row["accuracy"] == pytest.approx(centre.accuracy, abs=1e-3), lion_and_date
    rows = {
        (str(row["lion_id"]), day): row
        for row in lake.query("SELECT * FROM liontrack_gold.lions_metrics")
        if isinstance(day := row["metric_date"], date)
    }
    # A test may run past midnight.
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
    _check_health(lake)
    _check_windows(lake, fixes)
    _check_latest(lake, events, latest.lions(fixes, days))


def _check_health(lake: Database) -> None:
    """Compare the materialized view of health scores with the metrics."""
    scores: dict[Cell, list[float | None]] = defaultdict(list)
    for row in lake.query("SELECT metric_date, health_score FROM liontrack_gold.lions_metrics"):
        score = row["health_score"]
        scores[row["metric_date"]].append(score if isinstance(score, float) else None)
    shown = {row["metric_date"]: row for row in lake.query("SELECT * FROM liontrack_gold.daily_health_mv")}
    assert shown.keys() == scores.keys()
    for day, of_lions in scores.items():
        known = [score for score in of_lions if score is not None]
        counts = (
            len(of_lions),
            sum(score > 80 for score in known),
            sum(60 <= score <= 80 for score in known),
            sum(score < 60 for score in known),
        )
        row = shown[day]
        assert (row["lions"], row["above_80"], row["from_60_to_80"], row["below_60"]) == counts, day
        assert row["average"] == (pytest.approx(mean(known)) if known else None), day


def _check_windows(lake: Database, fixes: Mapping[str, list[reference.Fix]]) -> None:
    """Compare the materialized view of the windows of five minutes with the positions."""
    found = lake.query("SELECT * FROM liontrack_bronze.positions_5min_mv")
    shown = {(row["lion_id"], row["window_start"]): row for row in found}
    expected = reference.windows(fixes)
    assert shown.keys() == expected.keys()
    for key, window in expected.items():
        row, last = shown[key], window.last
        assert (row["positions"], row["last_update"]) == (window.positions, last.at), key
        assert (row["position_lat"], row["position_lng"]) == (last.lat, last.lng), key
        assert row["distance_km"] == pytest.approx(window.km, abs=1e-6), key


def _check_latest(lake: Database, events: Sequence[Event], lions: Mapping[str, latest.LionState]) -> None:
    """Compare the latest states of lions, challenges and users."""
    found = lake.query("SELECT * FROM liontrack_silver.all_lions WHERE last_fix_at IS NOT NULL")
    states = {str(row["lion_id"]): row for row in found}
    assert states.keys() == lions.keys()
    for lion, state in lions.items():
        row, last = states[lion], state.last
        assert (row["last_fix_at"], row["position_lat"], row["position_lng"]) == (last.at, last.lat, last.lng), lion
        assert row["data_quality_score"] == pytest.approx(state.score, abs=1e-3), lion
    challenges = lake.query("SELECT * FROM liontrack_silver.challenges")
    assert {
        row["challenge_id"]: (row["updated_at"], row["title"], row["user_id"], row["status"]) for row in challenges
    } == latest.challenges(events)
    users = lake.query("SELECT * FROM liontrack_silver.users")
    assert {row["user_id"]: (row["updated_at"], row["username"]) for row in users} == latest.users(events)


def wild(seed: int, label: str = "") -> list[Event]:
    """Events of a few lions and users with every kind of error: spikes, duplicates, gaps, bad units, missing values.

    Args:
        seed: the same seed gives the same events.
        label: begin of all ids.
    """
    chance = random.Random(seed)
    events: list[Event] = []
    begin = NOW - timedelta(days=50)
    for lion in (f"{label}a", f"{label}b", f"{label}c"):
        at, lat, lng = begin, chance.uniform(-20, 20), chance.uniform(10, 30)
        # The last lion lives on the 180° meridian.
        lng = 180.0 if lion.endswith("c") else lng
        while at < NOW - timedelta(minutes=5):
            lat, lng = lat + chance.gauss(0, 0.02), lng + chance.gauss(0, 0.02)
            lng = (lng + 180) % 360 - 180
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
        user = label + chance.choice(["u1", "u2", "u3"])
        kind = chance.choice(["weight_entry", "visit"])
        events.append(activity(f"{label}e{number}", user, at, kind, username=user.upper()))
        if number % 4 == 0:
            events.append(
                challenge(
                    f"{label}c{number % 24}",
                    user,
                    at,
                    chance.choice(["started", "Completed", "abandoned"]),
                    title=chance.choice([None, f"title {number}"]),
                )
            )
    return events
