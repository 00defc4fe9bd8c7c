"""The smoke tests' access to the ingestion job, with a fake server that responds like Zeta."""

import json

import httpx

from smoke_tests.ciapol.test_recovery import Ingestion


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
                return httpx.Response(200, json={"jobStatus": "SAVEPOINT_DONE"})
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
    assert (ingestion.state("12"), ingestion.state("15")) == ("SAVEPOINT_DONE", "gone")
