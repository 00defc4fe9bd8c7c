"""A client of DolphinScheduler's REST interface (3.1.1): requests, and the parts of the responses that are used.

Requests are forms. A response is `{"code": 0, "msg": …, "data": …}`, with HTTP status 200 also for errors.
"""

import json
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from apps.shared.polling import wait_until
from infra.resources import connections
from infra.resources.http import Json, ServiceError, Unreachable, certificates
from infra.starting import wait_for_service

ONLINE = "ONLINE"
"""Release state of a workflow that can run, and of an active schedule."""
_SERVICE = "DolphinScheduler"
_PAGE = 100

T = TypeVar("T")


class Refused(ServiceError):
    """The server rejected a valid HTTP request with an error code."""

    def __init__(self, code: int, message: str) -> None:
        """`code` is the server's error code, such as 10018 for a missing project."""
        super().__init__(message)
        self.code = code


class Found(BaseModel):
    """A part of a response; fields that are not used are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class FoundProject(Found):
    """A project."""

    code: int
    name: str
    description: str | None = None


class FoundParameter(Found):
    """A global parameter of a workflow."""

    prop: str
    value: str | None = None


class FoundProcess(Found):
    """A workflow without its tasks."""

    code: int
    name: str
    version: int
    release_state: str
    description: str | None = None
    global_param_list: list[FoundParameter] | None = None
    timeout: int = 0
    tenant_code: str | None = None
    execution_type: str = "PARALLEL"


class FoundTask(Found):
    """A task of a workflow."""

    code: int
    name: str
    version: int
    description: str | None = None
    task_type: str
    task_params: dict[str, Json]
    flag: str = "YES"
    worker_group: str = "default"
    environment_code: int = -1
    fail_retry_times: int = 0
    fail_retry_interval: int = 0
    timeout_flag: str = "CLOSE"
    timeout_notify_strategy: str | None = None
    timeout: int = 0
    delay_time: int = 0


class FoundRelation(Found):
    """The order of two tasks; `pre_task_code` is 0 for a task without predecessor."""

    pre_task_code: int
    post_task_code: int


class FoundWorkflow(Found):
    """A workflow."""

    process: FoundProcess = Field(alias="processDefinition")
    relations: list[FoundRelation] = Field(alias="processTaskRelationList")
    tasks: list[FoundTask] = Field(alias="taskDefinitionList")


class FoundSchedule(Found):
    """The schedule of a workflow."""

    id: int
    crontab: str
    timezone_id: str
    start_time: str
    end_time: str
    release_state: str
    failure_strategy: str
    warning_type: str
    warning_group_id: int = 0
    worker_group: str | None = None


class _Page(Found):
    total_list: list[Json]
    total_page: int = 1


class DolphinScheduler:
    """A client of one DolphinScheduler server."""

    def __init__(self, url: str, token: str, *, timeout: float = 30.0, stack: str = "", service: str = "") -> None:
        """Create a client.

        Args:
            url: base URL without a path, such as http://127.0.0.1:12345.
            token: access token of a user.
            timeout: time limit of one request, in seconds.
            stack: stack that the server belongs to; empty for none.
            service: name of the service in the stack.
        """
        self._stack, self._service = stack, service
        self._client = httpx.Client(
            base_url=f"{url}/dolphinscheduler",
            timeout=timeout,
            headers={"token": token},
            trust_env=False,
            verify=certificates(),
        )

    def call(self, method: str, path: str, **form: Json) -> Json:
        """Send a request and return the data of the response.

        Args:
            method: GET, POST, PUT or DELETE.
            path: path below `/dolphinscheduler`.
            form: parameters; objects and lists are sent as JSON text.

        Raises:
            Unreachable: the server did not respond.
            Refused: the server rejected the request.
            ServiceError: any other response, such as one to an invalid token.
        """
        fields = {key: value if isinstance(value, str) else json.dumps(value) for key, value in form.items()}
        try:
            if method in ("GET", "DELETE"):
                answer = self._client.request(method, path, params=fields)
            else:
                answer = self._client.request(method, path, data=fields)
        except httpx.HTTPError as error:
            raise Unreachable(f"{_SERVICE} does not respond at {self._client.base_url}: {error}") from None
        if answer.status_code not in (200, 201):
            body = answer.text.strip()[:500]
            raise ServiceError(f"{_SERVICE} responded with {answer.status_code} to {method} {path}: {body}")
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict) or not isinstance(document.get("code"), int):
            raise ServiceError(
                f"{_SERVICE} responded to {method} {path} without the expected JSON: {answer.text[:200]}"
            )
        if document["code"] != 0:
            raise Refused(document["code"], f"{_SERVICE} refused {method} {path}: {document.get('msg')}")
        data: Json = document.get("data")
        return data

    def wait_until_up(self, within: float = 600) -> None:
        """Wait up to `within` seconds until the server accepts requests with the stack's token.

        Raises:
            TimeoutError: the server did not accept a request in time.
        """

        def problem() -> str:
            try:
                self.call("GET", "/users/get-user-info")
            except ServiceError as error:
                return str(error)
            return ""

        if self._stack:
            wait_for_service(problem, stack=self._stack, service=self._service, within=within, what=_SERVICE)
        else:
            wait_until(problem, within=within, what=_SERVICE)

    def pages(self, path: str, **form: Json) -> list[Json]:
        """All entries of a paged list."""
        found: list[Json] = []
        number = 1
        while True:
            page = read(_Page, self.call("GET", path, pageNo=number, pageSize=_PAGE, **form))
            found += page.total_list
            if number >= page.total_page:
                return found
            number += 1

    def project(self, name: str) -> FoundProject | None:
        """A project by its name."""
        projects = read(list[FoundProject], self.pages("/projects", searchVal=name))
        return next((each for each in projects if each.name == name), None)

    def project_code(self, name: str) -> int:
        """The code of a project.

        Raises:
            ServiceError: no project has this name.
        """
        found = self.project(name)
        if found is None:
            raise ServiceError(f"{_SERVICE} has no project {name!r}")
        return found.code

    def processes(self, project: int) -> dict[str, FoundProcess]:
        """The workflows of a project by name, without their tasks and parameters."""
        found = read(list[FoundProcess], self.pages(f"/projects/{project}/process-definition"))
        return {each.name: each for each in found}

    def workflow(self, project: int, name: str) -> FoundWorkflow | None:
        """A workflow by its name.

        It is looked up in the list, because the server's lookup by name finds nothing for a user without a tenant.
        """
        found = self.processes(project).get(name)
        if found is None:
            return None
        return read(FoundWorkflow, self.call("GET", f"/projects/{project}/process-definition/{found.code}"))

    def schedules(self, project: int, process: int) -> list[FoundSchedule]:
        """The schedules of a workflow; the server keeps at most one."""
        path = f"/projects/{project}/schedules"
        return read(list[FoundSchedule], self.pages(path, processDefinitionCode=process))

    def release(self, project: int, process: int, *, online: bool) -> None:
        """Allow or forbid runs of a workflow; taking it offline also pauses its schedule."""
        state = ONLINE if online else "OFFLINE"
        self.call("POST", f"/projects/{project}/process-definition/{process}/release", releaseState=state)

    def release_schedule(self, project: int, schedule: int, *, online: bool) -> None:
        """Release or pause a schedule."""
        self.call("POST", f"/projects/{project}/schedules/{schedule}/{'online' if online else 'offline'}")

    def task_codes(self, project: int, number: int) -> list[int]:
        """New codes for tasks."""
        if not number:
            return []
        return read(list[int], self.call("GET", f"/projects/{project}/task-definition/gen-task-codes", genNum=number))

    def alert_groups(self) -> dict[str, int]:
        """IDs of the alert groups by name."""
        groups = read(list[_AlertGroup], self.call("GET", "/alert-groups/list"))
        return {each.group_name: each.id for each in groups}


class _AlertGroup(Found):
    id: int
    group_name: str


def read(kind: type[T], document: Json) -> T:
    """Validate the data of a response as a type.

    Raises:
        ServiceError: the data do not have this type.
    """
    try:
        return TypeAdapter(kind).validate_python(document)
    except ValueError as error:
        raise ServiceError(f"{_SERVICE} responded in an unexpected form: {error}") from None


def connect(stack: str, service: str, *, timeout: float = 30.0) -> DolphinScheduler:
    """Create a client of a stack's server, with the stack's token.

    Args:
        stack: name of the stack.
        service: name of the service.
        timeout: time limit of one request, in seconds.

    Raises:
        ConnectionsMissing: the stack is not deployed on this machine.
    """
    known = connections.load(stack)
    endpoint = known.endpoint(service, "rest")
    return DolphinScheduler(
        endpoint.url, known.secrets["dolphinscheduler-token"], timeout=timeout, stack=stack, service=service
    )
