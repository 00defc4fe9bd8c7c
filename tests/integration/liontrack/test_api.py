"""The analytics API with the demonstration data, as its own read-only StarRocks user."""

import csv
import io
import json
import warnings
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from apps.web.settings import Settings
from tests.integration.liontrack.demonstrated import FORMULA, Demonstrated

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from apps.liontrack.api.app import API
from apps.liontrack.api.store.exports import TABLES

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def client(demonstrated: Demonstrated) -> Iterator[TestClient]:
    """A client of the API with the demonstration data."""
    settings = Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=demonstrated.lake.server.mysql_port,
        starrocks_database="liontrack_bronze",
        starrocks_user="liontrack_api",
        starrocks_password_file=demonstrated.password_file,
    )
    with TestClient(API.create(settings), raise_server_exceptions=False) as found:
        yield found


def get(client: TestClient, path: str, status: int = 200) -> dict[str, object]:
    answer = client.get(f"/api/analytics/{path}")
    assert answer.status_code == status, answer.text
    found: dict[str, object] = answer.json()
    return found


def rows(found: dict[str, object], name: str) -> list[dict[str, object]]:
    listed = found[name]
    assert isinstance(listed, list)
    return listed


def test_lions_have_the_documented_fields(client: TestClient) -> None:
    found = get(client, "lions")
    assert found["count"] == 3
    lions = rows(found, "lions")
    assert [lion["lion_id"] for lion in lions] == ["F53", "F64", "trick"]
    assert lions[0].keys() >= {
        *("lion_id", "name", "status", "current_weight", "health_score", "tracking_frequency"),
        *("position_lat", "position_lng"),
    }
    assert lions[0]["status"] == "active"
    assert lions[2]["status"] == "silent"
    assert isinstance(lions[0]["health_score"], float)
    assert get(client, "lions?status=silent")["count"] == 1


def test_lions_come_in_pages(client: TestClient) -> None:
    first = get(client, "lions?limit=2")
    assert len(rows(first, "lions")) == 2
    second = get(client, f"lions?limit=2&cursor={first['next_cursor']}")
    assert [lion["lion_id"] for lion in rows(second, "lions")] == ["trick"]
    assert second["next_cursor"] is None


def test_one_lion_with_its_weights_and_positions(client: TestClient) -> None:
    lion = get(client, "lions/F64")
    assert isinstance(lion["weight_trend"], float)
    assert lion["weight_trend"] < 0, "the demonstration's last lion loses weight"
    trend = get(client, "lions/F64/weight-trend")
    assert trend["weight_trend"] == lion["weight_trend"]
    assert len(rows(trend, "weights")) >= 12
    assert {row["unit"] for row in rows(trend, "weights")} == {"kg"}
    history = get(client, "lions/F64/position-history?from=2000-01-01", 422)
    assert "366 days" in str(history["detail"])
    days = rows(get(client, "lions/F64/position-history"), "items")
    assert days[0].keys() >= {"position_date", "lat", "lng", "accuracy"}
    track = rows(get(client, "lions/F64/track?limit=5"), "items")
    assert len(track) == 5


def test_a_range_that_ends_at_midnight_excludes_the_day_that_begins(
    client: TestClient, demonstrated: Demonstrated
) -> None:
    today = demonstrated.today
    user = rows(get(client, "leaderboard/users"), "items")[0]["user_id"]
    for path, name, day in (
        ("lions/F64/weight-trend", "days", "metric_date"),
        ("lions/F64/position-history", "items", "position_date"),
        (f"users/{user}/engagement", "days", "activity_date"),
    ):
        *earlier, last = sorted(rows(get(client, path), name), key=lambda row: str(row[day]))
        ended = rows(get(client, f"{path}?from={earlier[0][day]}&to={last[day]}"), name)
        assert sorted(ended, key=lambda row: str(row[day])) == earlier
        assert rows(get(client, f"{path}?from={last[day]}&to={last[day]}T00:00:01Z"), name) == [last]
        assert rows(get(client, f"{path}?from={last[day]}T23:00:00Z&to={last[day]}T23:30:00Z"), name) == [last]
    trend = get(client, f"lions/F64/weight-trend?to={today}")
    newest = rows(trend, "days")[-1]
    assert newest["metric_date"] == (today - timedelta(days=1)).isoformat()
    assert (trend["avg_weight"], trend["weight_trend"]) == (newest["avg_weight"], newest["weight_trend"])
    assert rows(get(client, "lions/F64/weight-trend"), "days")[-1]["metric_date"] == today.isoformat()


def test_unknown_lions_and_users_are_named(client: TestClient) -> None:
    for path in ("lions/none", "lions/none/weight-trend", "lions/none/position-history", "users/none/engagement"):
        answer = client.get(f"/api/analytics/{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert "'none'" in answer.json()["detail"]


def test_users_of_the_last_30_days(client: TestClient) -> None:
    ranking = rows(get(client, "leaderboard/users"), "items")
    assert [row["rank"] for row in ranking] == list(range(1, len(ranking) + 1))
    scores = [row["engagement_score"] for row in ranking]
    assert scores == sorted(scores, key=lambda score: -float(str(score)))
    best = ranking[0]
    summary = get(client, f"users/{best['user_id']}/activity-summary")
    for name in ("challenges_completed", "weight_entries", "username"):
        assert summary[name] == best[name]
    engagement = get(client, f"users/{best['user_id']}/engagement")
    assert len(rows(engagement, "days")) >= int(str(summary["active_days"]))
    challenges = get(client, f"users/{best['user_id']}/challenges-analytics")
    assert isinstance(challenges["by_status"], dict)
    assert sum(challenges["by_status"].values()) == challenges["total"]


def test_the_dashboard_and_the_lists_have_the_health_of_all_lions(
    client: TestClient, demonstrated: Demonstrated
) -> None:
    dashboard = get(client, "dashboard")
    health = dashboard["health"]
    assert isinstance(health, dict)
    assert health["above_80"] + health["from_60_to_80"] + health["below_60"] == health["lions"] == 2
    assert health["metric_date"] == demonstrated.today.isoformat()
    for anomaly in rows(dashboard, "anomalies"):
        assert float(str(anomaly["health_score"])) < 60
    assert dashboard["lions"] == {"active": 2, "silent": 1, "lost": 0}
    assert dashboard["demonstration"] is True
    leaders = rows(get(client, "leaderboard/lions"), "items")
    assert len(leaders) == 2
    assert rows(get(client, "trends/weight"), "items")
    assert "# Rapport LionTrack du" in str(get(client, "reports/latest")["markdown"])


@pytest.mark.parametrize("table", list(TABLES))
def test_every_table_is_exported_whole_in_both_forms(client: TestClient, table: str) -> None:
    answer = client.get(f"/api/analytics/export/csv?table={table}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    found = list(csv.DictReader(io.StringIO(answer.text)))
    items = client.get(f"/api/analytics/export/json?table={table}").json()
    assert len(found) == len(items) > 0
    assert tuple(found[0]) == tuple(items[0]) == TABLES[table].columns


def test_formulas_of_an_export_are_text(client: TestClient) -> None:
    found = list(csv.DictReader(io.StringIO(client.get("/api/analytics/export/csv?table=silver.lions").text)))
    assert [row["name"] for row in found][-1] == f"'{FORMULA}"


@pytest.mark.parametrize(
    "query", ["", "?table=", "?table=silver.lion_states", "?table=silver.lions;DROP TABLE x", "?table=kappastack.x"]
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_other_tables_are_refused(client: TestClient, form: str, query: str) -> None:
    answer = client.get(f"/api/analytics/export/{form}{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "table"


def test_an_export_in_parts_has_each_row_once_and_in_order(client: TestClient) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apps.liontrack.api.store.exports.AT_ONCE", 100)
        answer = client.get("/api/analytics/export/json?table=bronze.lions_raw")
    assert len(json.loads(answer.text)) == 2724
    ids = [(row["lion_id"], row["last_update"]) for row in answer.json()]
    assert ids == sorted(set(ids))


def test_metrics_have_the_names_of_the_dashboards(client: TestClient) -> None:
    text = client.get("/metrics").text
    for line in (
        'liontrack_pipeline_runs_total{pipeline_name="batch_processor",status="success"} 1.0',
        'liontrack_pipeline_last_run_failed{pipeline_name="batch_processor"} 0.0',
        'liontrack_pipeline_runs_total{pipeline_name="batch_processor",status="failed"} 0.0',
        'liontrack_pipeline_duration_seconds_bucket{le="300",pipeline_name="batch_processor"} 1.0',
        'liontrack_table_records{layer="silver",table_name="silver.lions"} 3.0',
        'liontrack_data_quality_score{table_name="bronze.lions_raw"} 100.0',
    ):
        assert line in text, text


def test_the_user_of_the_api_may_only_read(client: TestClient, demonstrated: Demonstrated) -> None:
    health = client.get("/health").json()
    assert health["status"] in {"ok", "stale"}
    assert date.fromisoformat(health["data"]["last_measured_at"][:10]) >= demonstrated.today - timedelta(days=1)
    assert client.post("/api/analytics/lions").status_code == 405
    assert client.get("/openapi.json").json()["info"]["title"] == "LionTrack analytics"
