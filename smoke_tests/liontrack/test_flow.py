"""Events of every kind through bronze, the pipeline, the API and the page's server."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from apps.shared.starrocks import StarRocks
from smoke_tests.liontrack.conftest import Entities
from smoke_tests.outputs import Outputs, ProductOutputs
from smoke_tests.publishing import publish
from smoke_tests.scheduler import run_workflow
from smoke_tests.waiting import wait_until

NOW = datetime.now(UTC).replace(microsecond=0)
FIRST, SECOND = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
METADATA = {"accuracy": 5.0, "collar": "é"}


def _text(moment: datetime) -> str:
    return moment.isoformat()


@pytest.fixture(scope="module", autouse=True)
def _published(outputs: Outputs, liontrack: ProductOutputs, entities: Entities) -> None:
    """Events of every kind, including two duplicates, one message that is not JSON, and one event without a time."""
    lion, user, challenge = entities.lion, entities.user, entities.challenge
    position = {"lion_id": lion, "position_lat": 1.0, "position_lng": 30.0}
    events: dict[str, list[tuple[str, object]]] = {
        "lions.position.events": [
            (lion, position | {"name": "Simba", "last_update": _text(FIRST), "metadata": METADATA}),
            (lion, position | {"position_lat": 1.01, "last_update": _text(SECOND)}),
            (lion, position | {"position_lat": 1.01, "last_update": _text(SECOND)}),
            (lion, position | {"position_lat": 91, "last_update": _text(SECOND + timedelta(minutes=1))}),
            (lion, "{not json"),
            (lion, position),
        ],
        "lions.weight.events": [
            (
                lion,
                {"weight_id": f"w-{lion}", "lion_id": lion, "weight": 400, "unit": "lb", "measured_at": _text(FIRST)},
            ),
        ],
        "users.activity.events": [
            (
                user,
                {
                    "event_id": f"a-{user}",
                    "user_id": user,
                    "username": "Awa",
                    "activity": "weight_entry",
                    "occurred_at": _text(FIRST),
                },
            ),
        ],
        "challenges.status.events": [
            (
                challenge,
                {
                    "challenge_id": challenge,
                    "user_id": user,
                    "title": "Trois lions",
                    "status": status,
                    "updated_at": _text(at),
                },
            )
            for status, at in (("started", FIRST), ("completed", SECOND))
        ],
        "data.quality.events": [
            (
                entities.check,
                {
                    "check_name": entities.check,
                    "table_name": "bronze.users_raw",
                    "quality_percentage": 95.2,
                    "details": {"rows": 10},
                    "checked_at": _text(FIRST),
                },
            ),
        ],
    }
    token = outputs.credentials.products["liontrack"].pulsar["smoke"]
    for topic, messages in events.items():
        encoded = [(key, (body if isinstance(body, str) else json.dumps(body)).encode()) for key, body in messages]
        publish(outputs.addresses.pulsar_broker_url, liontrack.topics[topic], token, encoded)


def _wait_for(starrocks: StarRocks, statement: str, entity: str, count: int, within: float) -> None:
    wait_until(
        f"{count} rows of {entity}", lambda: starrocks.number(statement, (entity,)), lambda n: n == count, within
    )


def test_every_kind_of_event_is_in_bronze_once(starrocks: StarRocks, entities: Entities, within: float) -> None:
    """A repeated event is one row, and `metadata` is the JSON that was sent."""
    for table, column, entity, count in (
        ("bronze.lions_raw", "lion_id", entities.lion, 3),
        ("bronze.weights_raw", "lion_id", entities.lion, 1),
        ("bronze.users_raw", "user_id", entities.user, 1),
        ("bronze.challenges_raw", "challenge_id", entities.challenge, 2),
        ("metadata.data_quality_checks", "check_name", entities.check, 1),
        ("bronze.messages", "message_key", entities.lion, 7),
    ):
        _wait_for(starrocks, f"SELECT COUNT(*) FROM liontrack_{table} WHERE {column} = %s", entity, count, within)
    rows = starrocks.execute(
        "SELECT metadata, partition_date, position_lat FROM liontrack_bronze.lions_raw "
        "WHERE lion_id = %s ORDER BY last_update LIMIT 1",
        (entities.lion,),
    )
    [(metadata, day, latitude)] = rows
    assert json.loads(str(metadata)) == METADATA
    assert "5.0" in str(metadata), "numbers keep their digits"
    assert (day, latitude) == (FIRST.date(), 1.0)


def test_rejected_events_are_stored_with_their_reason(starrocks: StarRocks, entities: Entities, within: float) -> None:
    """The message that is not JSON and the event without a time are rejected."""
    statement = "SELECT COUNT(*) FROM liontrack_bronze.rejected_events WHERE message_key = %s"
    _wait_for(starrocks, statement, entities.lion, 2, within)
    rows = starrocks.execute(
        "SELECT reject_reason FROM liontrack_bronze.rejected_events WHERE message_key = %s ORDER BY 1", (entities.lion,)
    )
    assert ["last_update: is missing" in str(row[0]) for row in rows] == [True, False]
    assert "not JSON" in str(rows[1][0])


def test_windows_of_five_minutes_are_computed(starrocks: StarRocks, entities: Entities, within: float) -> None:
    """The materialized view is refreshed once a minute."""
    rows = wait_until(
        "the lion's windows",
        lambda: starrocks.execute(
            "SELECT positions FROM liontrack_bronze.positions_5min_mv WHERE lion_id = %s ORDER BY window_start",
            (entities.lion,),
        ),
        lambda rows: len(rows) == 2,
        90 + within,
    )
    assert rows == [(1,), (1,)]


def test_the_pipeline_computes_silver_and_gold(
    *,
    outputs: Outputs,
    liontrack: ProductOutputs,
    starrocks: StarRocks,
    http: httpx.Client,
    entities: Entities,
    within: float,
    workflow_within: float,
) -> None:
    """After a manual run, the API returns the computed rows."""
    _wait_for(
        starrocks, "SELECT COUNT(*) FROM liontrack_bronze.challenges_raw WHERE user_id = %s", entities.user, 2, within
    )
    run_workflow(outputs, "liontrack", "liontrack_bigdata_pipeline", {}, workflow_within)
    reasons = starrocks.execute(
        "SELECT excluded_reason FROM liontrack_silver.position_checks WHERE lion_id = %s ORDER BY measured_at",
        (entities.lion,),
    )
    assert [row[0] for row in reasons] == [None, None, "impossible_coordinates"]

    through_page = f"{outputs.addresses.frontend_url}/api/liontrack/analytics"
    for server in (f"{liontrack.api_url}/api/analytics", through_page):
        lion = http.get(f"{server}/lions/{entities.lion}").raise_for_status().json()
        assert (lion["name"], lion["status"], lion["position_lat"]) == ("Simba", "active", 1.01)
        assert lion["current_weight"] == pytest.approx(181.44, abs=0.01)
        user = http.get(f"{server}/users/{entities.user}/activity-summary").raise_for_status().json()
        assert (user["username"], user["challenges_completed"], user["weight_entries"]) == ("Awa", 1, 1)
        challenges = http.get(f"{server}/users/{entities.user}/challenges-analytics").raise_for_status().json()
        assert challenges["by_status"] == {"completed": 1}
    report = http.get(f"{liontrack.api_url}/api/analytics/reports/latest").raise_for_status().json()
    assert report["markdown"].startswith("# Rapport LionTrack du")


def test_lists_and_exports_exclude_test_entities(
    liontrack: ProductOutputs, http: httpx.Client, entities: Entities
) -> None:
    """Users see only real lions and users."""
    server = f"{liontrack.api_url}/api/analytics"
    for path in ("lions", "leaderboard/lions?limit=1000", "leaderboard/users?limit=1000", "dashboard"):
        text = http.get(f"{server}/{path}").raise_for_status().text
        assert entities.lion not in text
        assert entities.user not in text
    assert entities.lion not in http.get(f"{server}/export/csv", params={"table": "bronze.lions_raw"}).text


def test_metrics_count_the_runs(liontrack: ProductOutputs, http: httpx.Client, within: float) -> None:
    """The metrics have the names that the dashboards use. The API updates them at intervals, not at each request."""
    text = wait_until(
        "the run in the metrics",
        lambda: http.get(f"{liontrack.api_url}/metrics").raise_for_status().text,
        lambda text: 'liontrack_pipeline_runs_total{pipeline_name="batch_processor",status="success"}' in text,
        60 + within,
    )
    assert 'liontrack_table_records{layer="silver",table_name="silver.lions"}' in text
