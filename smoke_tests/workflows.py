"""Workflows run by hand, through DolphinScheduler's REST interface (3.1.1).

Requests are forms, and an answer is `{"code": 0, "msg": …, "data": …}`, with HTTP status 200 also where it says no.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from smoke_tests.outputs import Outputs
from smoke_tests.waiting import wait_until

PROJECT = "ciapol"
SUCCESS = "SUCCESS"
ENDED = frozenset({SUCCESS, "FAILURE", "STOP", "PAUSE", "BLOCK", "KILL"})

_MARK = "smoke_test"
_BEGIN_SECONDS = 60
_WAITS_FOR_OTHERS = "DEPENDENT"
_PAGE = {"pageNo": "1", "pageSize": "100"}


class RefusedError(AssertionError):
    """DolphinScheduler said no, or there is no such thing; the message has what it said."""


@dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Args:
        run: its id.
        state: SUCCESS, or another of `ENDED`.
        log: of all of its tasks, for the message of a failure.
    """

    run: int
    state: str
    log: str


class Workflows:
    """The workflows of one project."""

    def __init__(self, client: httpx.Client, project: str = PROJECT) -> None:
        """`client` has the base address that ends in /dolphinscheduler, and the token as header."""
        self._client = client
        self._project = self._code("/projects", project)

    @staticmethod
    def client(outputs: Outputs) -> httpx.Client:
        """A client that the stack's DolphinScheduler lets in."""
        token = outputs.credentials.dolphinscheduler.token.get_secret_value()
        url = outputs.addresses.dolphinscheduler_url
        return httpx.Client(base_url=url, headers={"token": token}, timeout=30, trust_env=False)

    def run(self, name: str, parameters: Mapping[str, str], seconds: float) -> Ended:
        """Start a workflow by hand and wait for its end.

        Tasks that wait for other workflows are left out: whoever starts it by hand decides that it is time.

        Args:
            name: of the workflow.
            parameters: start parameters, such as `from` and `to`.
            seconds: after which to give up.

        Raises:
            AssertionError: it was refused, or did not begin or end in time.
        """
        code = self._code(f"/projects/{self._project}/process-definition", name)
        # Nothing tells which run an order became: the mark does.
        mark = secrets.token_hex(8)
        self._call(
            "POST",
            f"/projects/{self._project}/executors/start-process-instance",
            processDefinitionCode=str(code),
            scheduleTime="",
            failureStrategy="CONTINUE",
            warningType="NONE",
            warningGroupId="0",
            workerGroup="default",
            startParams=json.dumps({**parameters, _MARK: mark}),
            **self._without_waiting(code),
        )
        begun = wait_until(
            f"a run of workflow {name}",
            lambda: [run for run in self._runs(code) if mark in str(self._details(run).get("commandParam"))],
            lambda runs: len(runs) > 0,
            _BEGIN_SECONDS,
        )
        run = begun[0]
        state = wait_until(
            f"the end of run {run} of workflow {name}",
            lambda: str(self._details(run)["state"]),
            lambda state: state in ENDED,
            seconds,
        )
        return Ended(run, state, "" if state == SUCCESS else self._log(run))

    def _call(self, method: str, path: str, **form: str) -> object:
        reading = method == "GET"
        answer = self._client.request(method, path, params=form if reading else None, data=None if reading else form)
        answer.raise_for_status()
        document = answer.json()
        if document["code"] != 0:
            raise RefusedError(f"DolphinScheduler refused {method} {path}: {document.get('msg')}")
        data: object = document.get("data")
        return data

    def _items(self, path: str, **form: str) -> list[dict[str, object]]:
        page = self._call("GET", path, **_PAGE, **form)
        assert isinstance(page, dict), f"{path} answered no page: {page!r}"
        items: list[dict[str, object]] = page["totalList"]
        return items

    def _code(self, path: str, name: str) -> int:
        items = {str(item["name"]): item["code"] for item in self._items(path, searchVal=name)}
        code = items.get(name)
        if not isinstance(code, int):
            raise RefusedError(f"DolphinScheduler has no {name!r} at {path}; it has {sorted(items)}")
        return code

    def _without_waiting(self, code: int) -> dict[str, str]:
        found = self._call("GET", f"/projects/{self._project}/process-definition/{code}")
        assert isinstance(found, dict)
        tasks: list[dict[str, object]] = found["taskDefinitionList"]
        others = [str(task["code"]) for task in tasks if task["taskType"] != _WAITS_FOR_OTHERS]
        if len(others) == len(tasks):
            return {}
        return {"startNodeList": ",".join(others), "taskDependType": "TASK_ONLY"}

    def _runs(self, code: int) -> list[int]:
        items = self._items(f"/projects/{self._project}/process-instances", processDefineCode=str(code))
        runs = [item["id"] for item in items]
        return sorted((run for run in runs if isinstance(run, int)), reverse=True)[:10]

    def _details(self, run: int) -> dict[str, object]:
        found = self._call("GET", f"/projects/{self._project}/process-instances/{run}")
        assert isinstance(found, dict)
        return found

    def _log(self, run: int) -> str:
        found = self._call("GET", f"/projects/{self._project}/process-instances/{run}/tasks")
        assert isinstance(found, dict)
        parts: list[str] = []
        for task in found["taskList"]:
            parts.append(f"--- {task['name']}: {task['state']}")
            if task.get("host"):
                answer = self._call("GET", "/log/detail", taskInstanceId=str(task["id"]), skipLineNum="0", limit="1000")
                parts.append(str(answer.get("message") if isinstance(answer, dict) else answer))
        return "\n".join(parts)
