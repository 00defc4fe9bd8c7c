"""Manual workflow runs succeed, and their results are in StarRocks, in the API and on the page's server."""

from datetime import UTC, datetime

import httpx

from smoke_tests.ciapol.scenario import Scenario
from smoke_tests.ciapol.store import Store
from smoke_tests.outputs import Outputs, ProductOutputs
from smoke_tests.scheduler import run_workflow
from smoke_tests.waiting import wait_until

HOURS = 6
"""Number of hours whose index is checked; the workflow computes more."""

QUANTITIES = {"aqi", "pm25", "pm10", "so2", "no2", "o3", "co"}


def _utc(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC).replace(tzinfo=None)


def test_a_manual_workflow_run_succeeds_and_writes_its_rows(
    outputs: Outputs, store: Store, http: httpx.Client, workflow_within: float
) -> None:
    """Every hour with measurements has an index from this run; an hour without measurements has none."""
    begun = store.now()
    measured = store.measured_hours(HOURS)
    run_workflow(outputs, "ciapol", "aqi_hourly", {}, workflow_within)
    assert measured - store.indexed_hours(begun) == set()

    steps = http.get(f"{outputs.addresses.platform_api_url}/api/v1/pipeline").raise_for_status().json()["steps"]
    (step,) = [step for step in steps if step["workflow"] == "aqi_hourly"]
    assert _utc(step["last_succeeded_at"]) >= begun
    assert step["late"] is False


def test_the_api_shows_a_prediction(
    *, outputs: Outputs, ciapol: ProductOutputs, page_api: str, store: Store, http: httpx.Client, workflow_within: float
) -> None:
    """Every measuring station has a prediction with each value within its interval, also on the page's server."""
    stations = store.measuring_stations(2)
    hour = store.now().replace(minute=0, second=0)
    run_workflow(outputs, "ciapol", "predict_hourly", {}, workflow_within)
    for station in stations:
        for server in (f"{ciapol.api_url}/api", page_api):
            answer = http.get(f"{server}/v1/stations/{station}/predictions").raise_for_status().json()
            assert _utc(answer["made_at"]) >= hour
            assert answer["model"]
            assert any(_utc(item["target_hour"]) > hour for item in answer["items"])
            for item in answer["items"]:
                assert item["quantities"].keys() <= QUANTITIES
                for predicted in item["quantities"].values():
                    assert predicted["lower"] <= predicted["value"] <= predicted["upper"]


def test_a_test_station_has_no_prediction(
    scenario: Scenario, ciapol: ProductOutputs, http: httpx.Client, within: float
) -> None:
    """Workflows compute nothing for test stations."""
    answer = wait_until(
        f"station {scenario.station} from the API",
        lambda: http.get(f"{ciapol.api_url}/api/v1/stations/{scenario.station}/predictions"),
        lambda answer: answer.status_code == httpx.codes.OK,
        within,
    )
    assert answer.json()["items"] == []


def test_the_page_server_returns_the_state_of_the_pipeline(outputs: Outputs, http: httpx.Client) -> None:
    """The response contains the last success of each step, whether the step is late, and the streaming jobs."""
    pipeline = http.get(f"{outputs.addresses.frontend_url}/api/status").raise_for_status().json()["pipeline"]
    assert {"aqi_hourly", "predict_hourly"} <= {step["workflow"] for step in pipeline["steps"]}
    assert any("ingest" in job["name"] for job in pipeline["jobs"])


def test_data_quality_can_be_read(scenario: Scenario, ciapol: ProductOutputs, http: httpx.Client) -> None:
    """The data quality in the API excludes test stations."""
    items = http.get(f"{ciapol.api_url}/api/v1/quality").raise_for_status().json()["items"]
    assert not [item for item in items if item["station_id"] in scenario.stations]
    assert all(0 <= item["completeness"] <= 1 for item in items)
