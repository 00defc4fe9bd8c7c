"""Workflows run by hand: they succeed, and what they compute is in StarRocks, in the API and on the page's server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from smoke_tests.outputs import Outputs
from smoke_tests.scenario import Scenario
from smoke_tests.store import Store
from smoke_tests.waiting import wait_until
from smoke_tests.workflows import SUCCESS, Ended, Workflows

HOURS = 6
"""How far back the index is computed again."""

QUANTITIES = {"aqi", "pm25", "pm10", "so2", "no2", "o3", "co"}


RunByHand = Callable[[str, dict[str, str]], Ended]


@pytest.fixture(scope="module")
def run_by_hand(outputs: Outputs, workflow_within: float) -> Iterator[RunByHand]:
    """Runs a workflow of the stack to its end."""
    with Workflows.client(outputs) as client:
        workflows = Workflows(client)
        yield lambda name, parameters: workflows.run(name, parameters, workflow_within)


def _iso(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _utc(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC).replace(tzinfo=None)


def test_a_workflow_run_by_hand_succeeds_and_its_rows_are_there(
    run_by_hand: RunByHand, outputs: Outputs, store: Store, http: httpx.Client
) -> None:
    """Every hour with measurements has an index that this run computed; where nothing measures, there is none."""
    begun = store.now()
    hour = begun.replace(minute=0, second=0)
    span = {"from": _iso(hour - timedelta(hours=HOURS)), "to": _iso(hour + timedelta(hours=1))}
    measured = store.measured_hours(HOURS)
    ended = run_by_hand("aqi_hourly", span)
    assert ended.state == SUCCESS, ended.log
    assert measured - store.indexed_hours(begun) == set()

    steps = http.get(f"{outputs.addresses.api_url}/api/v1/pipeline").raise_for_status().json()["steps"]
    (step,) = [step for step in steps if step["workflow"] == "aqi_hourly"]
    assert _utc(step["last_succeeded_at"]) >= begun
    assert step["late"] is False


def test_the_api_shows_a_prediction(run_by_hand: RunByHand, outputs: Outputs, store: Store, http: httpx.Client) -> None:
    """Of every station that measures, each value within its interval; the page's server passes it on."""
    stations = store.measuring_stations(2)
    hour = store.now().replace(minute=0, second=0)
    ended = run_by_hand("predict_hourly", {})
    assert ended.state == SUCCESS, ended.log
    for station in stations:
        for server in (outputs.addresses.api_url, outputs.addresses.frontend_url):
            answer = http.get(f"{server}/api/v1/stations/{station}/predictions").raise_for_status().json()
            assert _utc(answer["made_at"]) >= hour
            assert answer["model"]
            assert any(_utc(item["target_hour"]) > hour for item in answer["items"])
            for item in answer["items"]:
                assert item["quantities"].keys() <= QUANTITIES
                for predicted in item["quantities"].values():
                    assert predicted["lower"] <= predicted["value"] <= predicted["upper"]


def test_a_station_of_a_test_is_known_to_the_api_and_not_predicted(
    scenario: Scenario, outputs: Outputs, http: httpx.Client, within: float
) -> None:
    """Workflows leave what tests made up alone."""
    answer = wait_until(
        f"station {scenario.station} from the API",
        lambda: http.get(f"{outputs.addresses.api_url}/api/v1/stations/{scenario.station}/predictions"),
        lambda answer: answer.status_code == httpx.codes.OK,
        within,
    )
    assert answer.json()["items"] == []


def test_the_page_s_server_tells_how_the_pipeline_goes(outputs: Outputs, http: httpx.Client) -> None:
    """Each step's last success, late or not, and the streaming jobs."""
    pipeline = http.get(f"{outputs.addresses.frontend_url}/api/status").raise_for_status().json()["pipeline"]
    assert pipeline["error"] is None
    assert {"aqi_hourly", "predict_hourly"} <= {step["workflow"] for step in pipeline["steps"]}
    assert any("ingest" in job["name"] for job in pipeline["jobs"])


def test_data_quality_can_be_read(outputs: Outputs, http: httpx.Client) -> None:
    """Without stations of tests."""
    items = http.get(f"{outputs.addresses.api_url}/api/v1/quality").raise_for_status().json()["items"]
    assert not [item for item in items if item["station_id"].startswith("smoke-")]
    assert all(0 <= item["completeness"] <= 1 for item in items)
