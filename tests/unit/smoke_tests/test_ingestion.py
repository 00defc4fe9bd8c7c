"""The smoke tests' access to the ingestion job, with a fake server that responds like Zeta."""

import json

import httpx
import pytest

from smoke_tests.ciapol.test_recovery import Ingestion, Run


def test_the_ingestion_job_is_found_and_stopped_with_a_savepoint() -> None:
    stopped: list[object] = []
    errors = iter([500, 500])

    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path.removeprefix("/hazelcast/rest/maps"):
            case "/running-jobs":
                if status := next(errors, None):
                    return httpx.Response(status)
                jobs = [
                    ("12", "ciapol-ingest", "RUNNING"),
                    ("13", "aqi_hourly", "RUNNING"),
                    ("14", "weather-ingest", "RUNNING"),
                    ("15", "ciapol-ingest", "CREATED"),
                ]
                names = ("jobId", "jobName", "jobStatus")
                return httpx.Response(200, json=[dict(zip(names, job, strict=True)) for job in jobs])
            case "/job-info/12":
                return httpx.Response(200, json={"jobStatus": "SAVEPOINT_DONE", "createTime": "2026-11-29 08:28:21"})
            case "/job-info/15":
                return httpx.Response(200, json={})
            case "/stop-job":
                stopped.append(json.loads(request.content))
                return httpx.Response(200, json={"jobId": 12})
        return httpx.Response(404)

    ingestion = Ingestion(httpx.Client(transport=httpx.MockTransport(answer)), "http://zeta")
    assert ingestion.running() == ["12"]
    ingestion.stop("12")
    assert stopped == [{"jobId": 12, "isStopWithSavePoint": True}]
    assert ingestion.run("12") == Run("SAVEPOINT_DONE", "2026-11-29 08:28:21")
    assert ingestion.run("15") == Run("gone", "")


@pytest.mark.parametrize(
    ("later", "ended"),
    [
        (Run("RUNNING", "2026-11-29 08:28:21"), False),
        (Run("DOING_SAVEPOINT", "2026-11-29 08:28:21"), False),
        (Run("SAVEPOINT_DONE", "2026-11-29 08:28:21"), True),
        (Run("RUNNING", "2026-11-29 08:30:16"), True),
        (Run("gone", ""), True),
    ],
)
def test_a_run_has_ended_even_if_the_job_runs_again(later: Run, ended: bool) -> None:
    assert Run("RUNNING", "2026-11-29 08:28:21").ended(later) is ended
