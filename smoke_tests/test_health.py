"""Every part says that it is well, and what it is."""

import httpx

from smoke_tests.outputs import Outputs
from smoke_tests.store import Store
from smoke_tests.waiting import wait_until


def test_pulsar_and_zeta_are_healthy(outputs: Outputs, http: httpx.Client) -> None:
    """By their own checks."""
    addresses = outputs.addresses
    token = outputs.credentials.pulsar.admin.get_secret_value()
    health = f"{addresses.pulsar_admin_url}/admin/v2/brokers/health"
    assert http.get(health, headers={"Authorization": f"Bearer {token}"}).text == "ok"
    assert http.get(f"{addresses.zeta_url}/hazelcast/health").status_code == httpx.codes.OK


def test_the_ingestion_job_runs(outputs: Outputs, http: httpx.Client, within: float) -> None:
    """The engine's REST answers even when its jobs are gone."""
    jobs = wait_until(
        "a running job in Zeta",
        lambda: http.get(f"{outputs.addresses.zeta_url}/hazelcast/rest/maps/running-jobs").json(),
        lambda jobs: any(job["jobStatus"] == "RUNNING" for job in jobs),
        within,
    )
    assert any("ingest" in job["jobName"] for job in jobs)


def test_the_api_reaches_starrocks_and_says_which_one_it_is(outputs: Outputs, http: httpx.Client) -> None:
    """An emulator is never taken for StarRocks."""
    assert http.get(f"{outputs.addresses.api_url}/health/live").status_code == httpx.codes.OK
    answer = http.get(f"{outputs.addresses.api_url}/health")
    assert answer.status_code == httpx.codes.OK
    starrocks = answer.json()["starrocks"]
    assert starrocks["reachable"] is True
    assert starrocks["emulator"] is outputs.starrocks.is_emulator


def test_the_api_has_metrics(outputs: Outputs, http: httpx.Client) -> None:
    """In Prometheus' form."""
    answer = http.get(f"{outputs.addresses.api_url}/metrics")
    assert answer.status_code == httpx.codes.OK
    assert "# TYPE " in answer.text


def test_the_page_s_server_tells_the_status(outputs: Outputs, http: httpx.Client) -> None:
    """Of all that is behind it."""
    answer = http.get(f"{outputs.addresses.frontend_url}/api/status")
    assert answer.status_code == httpx.codes.OK
    status = answer.json()
    assert status["api"]["reachable"] is True
    assert status["starrocks"]["reachable"] is True
    assert status["starrocks"]["emulator"] is outputs.starrocks.is_emulator


def test_starrocks_says_what_it_is(outputs: Outputs, store: Store, http: httpx.Client) -> None:
    """In the version comment that every client reads, and over HTTP."""
    (row,) = store.rows("SELECT @@version_comment AS comment")
    assert ("emulator" in str(row["comment"]).lower()) is outputs.starrocks.is_emulator
    health = http.get(f"{outputs.addresses.starrocks_http_url}/api/health")
    assert health.status_code == httpx.codes.OK
    assert ("emulator" in health.text.lower()) is outputs.starrocks.is_emulator
