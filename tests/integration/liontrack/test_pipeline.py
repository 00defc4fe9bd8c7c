"""The pipeline against an independent computation: first run, repetition, and a run after late and corrected events."""

import json
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from apps.liontrack.__main__ import demonstration
from apps.liontrack.producers.events import POSITIONS, Event, activity, position, weight
from tests.integration.liontrack.comparison import NOW, TODAY, check, wild
from tests.integration.liontrack.lake import Lake
from tests.integration.liontrack.runs import Pipeline

pytestmark = pytest.mark.integration


def test_the_demonstration_has_the_expected_results(lake: Lake, pipeline: Pipeline) -> None:
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


def stored(lake: Lake, events: Sequence[Event]) -> None:
    """Store all events except the last one an hour earlier, so that a later run does not process them again."""
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
    assert len(found - changed) <= 3, "the earlier days of corrected weighings, and the day of the last event"


def test_a_past_day_can_be_computed_alone_and_again(lake: Lake, pipeline: Pipeline) -> None:
    # The last event, which the next run processes again, is of a day without positions.
    events = [*wild(3), activity("last", "u", NOW - timedelta(days=200), "visit")]
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


def test_a_corrected_last_position_is_no_longer_shown(lake: Lake, pipeline: Pipeline) -> None:
    at = NOW - timedelta(hours=2)
    lake.store([position("a", at, 1.0, 30.0, name="Simba"), position("b", at - timedelta(hours=4), 1.0, 30.0)])
    lake.store([position("b", at, 1.0, 30.1)])
    pipeline("1", TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    lake.store([position("a", at, 95.0, 30.0), position("b", at, None, None)])
    pipeline("2", TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    lions = lake.query("SELECT * FROM liontrack_silver.lions ORDER BY lion_id")
    assert [(row["name"], row["position_lng"], row["status"]) for row in lions] == [
        ("Simba", None, "lost"),
        ("b", 30.0, "active"),
    ]


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


def test_events_that_waited_long_in_pulsar_are_computed(lake: Lake, pipeline: Pipeline) -> None:
    """The job of one topic was down for twelve days, while those of the others loaded and the pipeline ran."""
    first = NOW - timedelta(days=12)
    lake.store([activity("e", "u", NOW - timedelta(hours=3), "visit")], loaded=NOW - timedelta(hours=2))
    pipeline("1", TODAY, TODAY + timedelta(days=1))
    waited = [position("a", first + number * timedelta(days=2), 1.0, 30.0) for number in range(6)]
    lake.store(waited)
    pipeline("2", TODAY, TODAY + timedelta(days=1))
    days = lake.query("SELECT position_date AS day FROM liontrack_gold.lions_positions_history ORDER BY day")
    assert [row["day"] for row in days] == [first.date() + number * timedelta(days=2) for number in range(6)]


def test_users_of_the_same_name_have_their_own_lines_in_the_report(lake: Lake, pipeline: Pipeline) -> None:
    at = NOW - timedelta(hours=2)
    lake.store([activity(f"e{user}", user, at, "visit", username="Awa") for user in ("u1", "u2")])
    pipeline("1", TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    assert _report(lake).count("| Awa |") == 2


def test_the_report_has_each_check_once_after_a_further_attempt(lake: Lake, pipeline: Pipeline) -> None:
    lake.store([position("a", NOW - timedelta(hours=2), 1.0, 1.0)])
    days = (TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    pipeline("1", *days, steps=["health", "quality", "quality"])
    pipeline("1", *days, steps=["silver", "gold", "refresh", "report"])
    assert _report(lake).count("bronze\\_validation") == 1


def test_messages_of_smoke_tests_are_neither_checked_nor_reported(lake: Lake, pipeline: Pipeline) -> None:
    lake.query("INSERT INTO liontrack_silver.test_entities VALUES ('smoke', UTC_TIMESTAMP())")
    at = NOW - timedelta(hours=2)
    lake.store([position("smoke", at, 1.0, 1.0), position("a", at, 1.0, 1.0)])
    lake.query(
        "INSERT INTO liontrack_bronze.messages (received_at, message_id, topic, message_key, usable, payload) "
        "VALUES (%s, '9:9:9:9', 'persistent://liontrack/tracking/lions.position.events', 'smoke', 0, 'not JSON')",
        (at.replace(tzinfo=None),),
    )
    pipeline("1", TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    checks = lake.query("SELECT check_name, quality_percentage, details FROM liontrack_metadata.data_quality_checks")
    assert [row["quality_percentage"] for row in checks] == [100, 100]
    assert all('"messages": 1' in str(row["details"]) for row in checks)
    assert "| lions.position.events | 1 | 0 |" in _report(lake)


def _report(lake: Lake) -> str:
    [row] = lake.query("SELECT markdown FROM liontrack_metadata.reports WHERE language = 'en'")
    return str(row["markdown"])
