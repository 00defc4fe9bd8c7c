"""The smoke tests' own client of DolphinScheduler and Zeta, against servers that know only what is asked."""

import json
from urllib.parse import parse_qs

import httpx
import pytest

from smoke_tests.test_recovery import Ingestion
from smoke_tests.workflows import RefusedError, Workflows

PROCESS = {"code": 7, "name": "aqi_hourly"}


class Server:
    """A DolphinScheduler with one workflow, whose runs take a few looks."""

    def __init__(self, *, state: str = "SUCCESS", waiting: bool = False) -> None:
        self.state = state
        self.tasks = [{"code": 71, "taskType": "SHELL"}]
        if waiting:
            self.tasks.append({"code": 72, "taskType": "DEPENDENT"})
        self.started: list[dict[str, str]] = []
        self.looks = 0
        self.refuse = ""

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["token"] == "secret"
        path = request.url.path.removeprefix("/dolphinscheduler")
        if self.refuse and path.endswith(self.refuse):
            return httpx.Response(200, json={"code": 10018, "msg": "not today", "data": None})
        return httpx.Response(200, json={"code": 0, "msg": "success", "data": self._data(request, path)})

    def _data(self, request: httpx.Request, path: str) -> object:
        match path:
            case "/projects":
                return {"totalList": [{"code": 5, "name": "ciapol-old"}, {"code": 4, "name": "ciapol"}]}
            case "/projects/4/process-definition":
                return {"totalList": [PROCESS]}
            case "/projects/4/process-definition/7":
                return {"taskDefinitionList": self.tasks}
            case "/projects/4/executors/start-process-instance":
                form = parse_qs(request.content.decode(), keep_blank_values=True)
                self.started.append({name: value for name, (value,) in form.items()})
                return None
            case "/projects/4/process-instances":
                assert request.url.params["processDefineCode"] == "7"
                return {"totalList": [{"id": 8}, {"id": 9}]}
            case "/projects/4/process-instances/8":
                return {"state": "SUCCESS", "commandParam": "{}"}
            case "/projects/4/process-instances/9":
                self.looks += 1
                command = self.started[0]["startParams"] if self.started and self.looks > 1 else None
                return {"state": self.state if self.looks > 3 else "RUNNING_EXECUTION", "commandParam": command}
            case "/projects/4/process-instances/9/tasks":
                return {"taskList": [{"id": 3, "name": "aqi", "state": "FAILURE", "host": "127.0.0.1:1234"}]}
            case "/log/detail":
                return {"message": "Zeta is away"}
        raise AssertionError(f"{request.method} {path} is not known")


def workflows(server: Server) -> Workflows:
    transport = httpx.MockTransport(server.answer)
    url = "http://ds/dolphinscheduler"
    return Workflows(httpx.Client(transport=transport, base_url=url, headers={"token": "secret"}))


def test_a_run_by_hand_is_started_with_its_parameters_found_by_its_mark_and_waited_for() -> None:
    server = Server()
    ended = workflows(server).run("aqi_hourly", {"from": "2026-01-31T00:00:00Z"}, 10)
    assert (ended.run, ended.state, ended.log) == (9, "SUCCESS", "")
    (form,) = server.started
    parameters = json.loads(form["startParams"])
    assert parameters["from"] == "2026-01-31T00:00:00Z"
    assert len(parameters["smoke_test"]) == 16
    assert (form["processDefinitionCode"], form["scheduleTime"], form["warningType"]) == ("7", "", "NONE")
    assert "startNodeList" not in form


def test_tasks_that_wait_for_other_workflows_are_left_out() -> None:
    server = Server(waiting=True)
    workflows(server).run("aqi_hourly", {}, 10)
    assert (server.started[0]["startNodeList"], server.started[0]["taskDependType"]) == ("71", "TASK_ONLY")


def test_a_failed_run_brings_its_log() -> None:
    ended = workflows(Server(state="FAILURE")).run("aqi_hourly", {}, 10)
    assert ended.state == "FAILURE"
    assert "aqi: FAILURE" in ended.log
    assert "Zeta is away" in ended.log


def test_a_run_that_does_not_end_is_told() -> None:
    with pytest.raises(AssertionError, match=r"end of run 9 of workflow aqi_hourly: not within 0\.2 s"):
        workflows(Server(state="RUNNING_EXECUTION")).run("aqi_hourly", {}, 0.2)


def test_a_refusal_and_a_missing_workflow_are_told() -> None:
    server = Server()
    server.refuse = "start-process-instance"
    with pytest.raises(RefusedError, match="not today"):
        workflows(server).run("aqi_hourly", {}, 10)
    with pytest.raises(RefusedError, match=r"no 'nightly' .* it has \['aqi_hourly'\]"):
        workflows(Server()).run("nightly", {}, 10)


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
                    ("14", "ingest", "CREATED"),
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
