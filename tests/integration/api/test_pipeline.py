from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from apps.platform_api.app import create_app
from apps.platform_api.settings import Settings
from tests.integration.api.conftest import NOW, at
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

URL = "/api/v1/pipeline"
STEPS = (
    "product", "workflow", "task", "run_id", "state", "started_at", "ended_at", "last_succeeded_at", "last_failed_at",
    "last_error", "details", "every_seconds",
)  # fmt: skip
JOBS = (
    "job_id",
    "product",
    "name",
    "definition",
    "wanted",
    "failures",
    "state",
    "reason",
    "restarted_at",
    "checked_at",
)
HOURLY = 3600


@pytest.fixture(scope="module")
def platform_settings(settings: Settings, data: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the platform API."""
    data.add_user("platform_reader", "another secret", "platform_reader_role")
    password = tmp_path_factory.mktemp("secrets") / "password"
    password.write_text("another secret")
    return Settings(
        starrocks_host=settings.starrocks_host,
        starrocks_port=settings.starrocks_port,
        starrocks_database="kappastack",
        starrocks_user="platform_reader",
        starrocks_password_file=password,
        zeta_url="http://127.0.0.1:9",
    )


@pytest.fixture
def client(platform_settings: Settings) -> Iterator[TestClient]:
    """A client of the platform API."""
    with TestClient(create_app(platform_settings), raise_server_exceptions=False) as client:
        yield client


def ago(**units: float) -> object:
    return NOW - timedelta(**units)


@pytest.fixture
def known(data: Emulator) -> Iterator[Emulator]:
    """Rows of steps and jobs in every state."""
    data.insert(
        "kappastack.pipeline_steps",
        STEPS,
        [
            ("ciapol", "quality_hourly", "quality", "9", "succeeded", ago(minutes=9), ago(minutes=8), ago(minutes=8),
             None, None, "12 rows", HOURLY),
            ("ciapol", "aqi_hourly", "aqi", "7", "failed", ago(minutes=4), ago(minutes=3), ago(hours=3),
             ago(minutes=3), "Zeta does not respond", None, HOURLY),
            ("ciapol", "predict_hourly", "predict", "8", "running", ago(seconds=5), None, None, None, None, None, None),
        ],
    )  # fmt: skip
    data.insert(
        "kappastack.streaming_jobs",
        JOBS,
        [
            (5, "ciapol", "ingest", '{"sink": "an address"}', "running", 3, "given_up", "no such topic", ago(hours=1),
             ago(seconds=20)),
            (6, "ciapol", "archive", "{}", "stopped", 0, None, None, None, None),
        ],
    )  # fmt: skip
    data.insert("kappastack.planned_restarts", ("service", "restarted_at"), [("pulsar", ago(minutes=7))])
    yield data
    data.execute("DELETE FROM kappastack.planned_restarts WHERE service = 'pulsar'")
    data.execute("DELETE FROM kappastack.pipeline_steps WHERE product = 'ciapol'")
    data.execute("DELETE FROM kappastack.streaming_jobs WHERE job_id IN (5, 6)")


def test_every_step_and_job(client: TestClient, known: Emulator) -> None:
    body = client.get(URL).raise_for_status().json()
    assert list(body) == ["checked_at", "steps", "jobs"]
    assert abs(at(body["checked_at"]) - NOW) < timedelta(minutes=30)
    found = [(step["workflow"], step["task"], step["state"], step["late"]) for step in body["steps"]]
    assert found == [
        ("aqi_hourly", "aqi", "failed", True),
        ("predict_hourly", "predict", "running", None),
        ("quality_hourly", "quality", "succeeded", False),
    ]
    failed = body["steps"][0]
    assert set(failed) == {*STEPS, "late"} - {"run_id", "details", "every_seconds"}
    assert failed["last_error"] == "Zeta does not respond"
    assert at(failed["last_succeeded_at"]) == ago(hours=3)
    assert body["jobs"][1] == {
        "product": "ciapol",
        "name": "ingest",
        "wanted": "running",
        "state": "given_up",
        "held": False,
        "failures": 3,
        "reason": "no such topic",
        "checked_at": f"{NOW - timedelta(seconds=20):%Y-%m-%dT%H:%M:%SZ}",
        "restarted_at": f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    assert (body["jobs"][0]["wanted"], body["jobs"][0]["state"]) == ("stopped", None)


def test_metrics_of_steps_and_jobs(client: TestClient, known: Emulator) -> None:
    lines = client.get("/metrics").text.splitlines()
    step = 'product="ciapol",task="aqi",workflow="aqi_hourly"'
    assert f"kappastack_step_failed{{{step}}} 1.0" in lines
    assert f"kappastack_step_late{{{step}}} 1.0" in lines
    assert f"kappastack_step_duration_seconds{{{step}}} 60.0" in lines
    job = 'product="ciapol",streaming_job="ingest"'
    assert f"kappastack_job_wanted{{{job}}} 1.0" in lines
    assert f"kappastack_job_running{{{job}}} 0.0" in lines
    assert f"kappastack_job_failures{{{job}}} 3.0" in lines
    assert 'kappastack_job_held{product="ciapol",streaming_job="archive"} 1.0' in lines
    [restarted] = [line for line in lines if line.startswith("kappastack_planned_restart_timestamp_seconds")]
    assert restarted.startswith('kappastack_planned_restart_timestamp_seconds{restarted="pulsar"} ')
    assert float(restarted.split()[1]) == (NOW - timedelta(minutes=7)).timestamp()
    # No engine responds in this test.
    assert "seatunnel_zeta_up 0.0" in lines


def test_a_job_is_held_by_a_valid_lease_or_the_deployment_and_not_by_a_noted_state(
    client: TestClient, known: Emulator
) -> None:
    """`JobNotRunning` does not fire for a held job."""
    columns = ("job_id", "product", "name", "definition", "wanted", "failures", "state", "held_by", "held_until")
    jobs = [
        (11, "held", "leased", "{}", "running", 0, "running", "archive", ago(hours=-1)),
        (12, "held", "expired", "{}", "running", 0, "held", "archive", ago(hours=1)),
        (13, "held", "released", "{}", "running", 0, "held", None, None),
        (14, "held", "not_restarted", "{}", "running", 1, "stopped", None, None),
        (15, "held", "unwanted", "{}", "stopped", 0, "stopped", None, None),
    ]
    known.insert("kappastack.streaming_jobs", columns, jobs)
    try:
        lines = client.get("/metrics").text.splitlines()
    finally:
        known.execute("DELETE FROM kappastack.streaming_jobs WHERE product = 'held'")
    held = [line.split()[-1] for line in lines if line.startswith('kappastack_job_held{product="held"')]
    # In the order of their names.
    assert held == ["0.0", "1.0", "0.0", "0.0", "1.0"]


@pytest.mark.parametrize("state", ["retrying", "killed"])
def test_a_step_that_retries_or_was_killed_has_not_failed(client: TestClient, known: Emulator, state: str) -> None:
    known.execute(f"UPDATE kappastack.pipeline_steps SET state = '{state}' WHERE task = 'aqi'")
    lines = client.get("/metrics").text.splitlines()
    assert 'kappastack_step_failed{product="ciapol",task="aqi",workflow="aqi_hourly"} 0.0' in lines


def test_the_definition_of_a_job_is_not_returned(client: TestClient, known: Emulator) -> None:
    assert "an address" not in client.get(URL).text


def test_the_pipeline_is_empty_before_the_first_run(client: TestClient, data: Emulator) -> None:
    body = client.get(URL).json()
    assert (body["steps"], body["jobs"]) == ([], [])


def test_health_depends_on_starrocks_only(client: TestClient, data: Emulator) -> None:
    body = client.get("/health").raise_for_status().json()
    assert (body["status"], body["data"], body["starrocks"]["emulator"]) == ("ok", None, True)
    lines = client.get("/metrics").text.splitlines()
    assert "api_starrocks_up 1.0" in lines
    assert "api_data_age_seconds NaN" in lines


def test_without_the_schema_the_pipeline_is_503_and_health_is_ok(platform_settings: Settings, data: Emulator) -> None:
    empty = platform_settings.model_copy(update={"starrocks_database": "information_schema"})
    with TestClient(create_app(empty), raise_server_exceptions=False) as client:
        response = client.get(URL)
        assert response.status_code == 503
        assert response.json()["type"] == "urn:kappastack:problem:starrocks-refused"
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/metrics").status_code == 200
