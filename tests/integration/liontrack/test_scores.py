"""Properties of the scores: bounds, monotonicity, and the effect of missing data."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from apps.liontrack.pipeline.days import Span
from apps.liontrack.pipeline.statements import GOLD, SILVER
from apps.liontrack.producers.events import Event, activity, challenge, position, weight
from tests.integration.liontrack.lake import Lake

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
SPAN = Span((NOW - timedelta(days=40)).date(), NOW.date() + timedelta(days=1))


def weighings(lion: str, per_day: float) -> Iterator[Event]:
    """Seven weighings in 24 days, one every four days; the weight grows by `per_day` kilograms a day."""
    for back in range(0, 28, 4):
        at = NOW - timedelta(days=back)
        yield weight(f"{lion} {back}", lion, at, 150 - per_day * back)


def moves(lion: str, usual: float, recent: float) -> Iterator[Event]:
    """Two positions a day on 21 days. They are `usual` degrees apart, and `recent` degrees on the last three days."""
    for back in range(20, -1, -1):
        step = recent if back < 3 else usual
        for half in range(2):
            at = NOW - timedelta(days=back, hours=6 * (1 - half))
            yield position(lion, at, 1 + half * step, 30.0)


def compute(lake: Lake, events: list[Event]) -> None:
    lake.store(events)
    with lake.connection("liontrack_pipeline") as connection:
        for statement in (*SILVER, *GOLD):
            connection.change(statement.text(run="1", **SPAN.placeholders))


def scores(lake: Lake) -> dict[str, dict[str, float | None]]:
    rows = lake.query("SELECT * FROM liontrack_gold.lions_metrics WHERE metric_date = %s", (NOW.date(),))
    names = ("weight_score", "movement_score", "health_score")
    return {
        str(row["lion_id"]): {name: None if row[name] is None else float(str(row[name])) for name in names}
        for row in rows
    }


def test_health_falls_with_weight_and_with_movement_and_stays_in_bounds(lake: Lake) -> None:
    changes = {f"w{number}": change for number, change in enumerate((2.0, 0.0, -0.1, -0.3, -0.5, -3.0))}
    steps = {f"m{number}": step for number, step in enumerate((0.1, 0.02, 0.008, 0.002, 0.0))}
    events = [event for lion, change in changes.items() for event in weighings(lion, change)]
    events += [event for lion, step in steps.items() for event in moves(lion, 0.02, step)]
    compute(lake, events)
    found = scores(lake)
    weight_scores = [found[lion]["weight_score"] for lion in changes]
    movement_scores = [found[lion]["movement_score"] for lion in steps]
    for listed in (weight_scores, movement_scores):
        values = [value for value in listed if value is not None]
        assert len(values) == len(listed)
        assert values == sorted(values, reverse=True)
        assert values[0] == pytest.approx(100)
        assert values[-1] < 40
        assert len(set(values)) >= 3
        assert all(0 <= value <= 100 for value in values)


def test_a_missing_score_counts_neither_as_good_nor_as_bad(lake: Lake) -> None:
    events = [*weighings("both", -0.2), *moves("both", 0.02, 0.005)]
    events += [*weighings("weighed", -0.2), *moves("tracked", 0.02, 0.005)]
    events += [weight("once", "once", NOW, 150.0)]
    compute(lake, events)
    found = scores(lake)
    both, weighed, tracked = found["both"], found["weighed"], found["tracked"]
    assert weighed == {
        "weight_score": both["weight_score"],
        "movement_score": None,
        "health_score": both["weight_score"],
    }
    assert tracked["health_score"] == tracked["movement_score"] == both["movement_score"]
    assert both["weight_score"] is not None
    assert both["movement_score"] is not None
    expected = 0.6 * both["weight_score"] + 0.4 * both["movement_score"]
    assert both["health_score"] == pytest.approx(expected, abs=1e-4)
    assert found["once"] == {"weight_score": None, "movement_score": None, "health_score": None}


def test_one_wrong_weighing_does_not_change_the_trend(lake: Lake) -> None:
    events = [*weighings("right", -0.1), *weighings("wrong", -0.1)]
    events.append(weight("wrong 8", "wrong", NOW - timedelta(days=8), 15.0))
    compute(lake, events)
    rows = lake.query(
        "SELECT weight_trend FROM liontrack_gold.lions_metrics WHERE metric_date = %s ORDER BY lion_id", (NOW.date(),)
    )
    right, wrong = (float(str(row["weight_trend"])) for row in rows)
    assert right == pytest.approx(-0.1, abs=1e-6)
    assert wrong == pytest.approx(-0.1, abs=1e-6)


def test_engagement_grows_with_every_activity_and_stays_below_100(lake: Lake) -> None:
    events: list[Event] = []
    for number in range(6):
        user, at = f"u{number}", NOW - timedelta(hours=1)
        events += [activity(f"{user} {n}", user, at, "visit") for n in range(1 + number)]
        events += [activity(f"{user} w{n}", user, at, "weight_entry") for n in range(number // 2)]
        events += [challenge(f"{user} c{n}", user, at, "completed") for n in range(number // 4)]
    events += [activity(f"much {n}", "much", NOW, "visit") for n in range(500)]
    compute(lake, events)
    rows = lake.query("SELECT user_id, engagement_score FROM liontrack_gold.users_activity ORDER BY user_id")
    found = {str(row["user_id"]): float(str(row["engagement_score"])) for row in rows}
    listed = [found[f"u{number}"] for number in range(6)]
    assert listed == sorted(set(listed))
    assert all(0 < score <= 100 for score in found.values())
    assert found["much"] > listed[-1]
