"""In-memory fake of DolphinScheduler 3.1.1; it also rejects unknown fields, which the real server ignores."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from tests.unit.dolphinscheduler import fake_forms as forms

Fields = dict[str, str]


class No(Exception):
    """An error response of the server."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Schedule:
    id: int
    form: forms.ScheduleForm
    state: str = "OFFLINE"

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "releaseState": self.state,
            **self.form.schedule.model_dump(),
            **self.form.model_dump(exclude={"schedule"}),
        }


@dataclass
class Process:
    """A workflow as the server stores it."""

    code: int
    project: int
    form: forms.ProcessForm
    version: int = 1
    online: bool = False
    schedule: Schedule | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "version": self.version,
            "releaseState": "ONLINE" if self.online else "OFFLINE",
            "globalParamList": self.form.globalParams,
            **self.form.model_dump(include={"name", "description", "timeout", "executionType", "tenantCode"}),
        }

    def task(self, name: str) -> forms.Task:
        return next(each for each in self.form.taskDefinitionJson if each.name == name)


@dataclass
class Run:
    id: int
    process: Process
    form: forms.StartForm
    state: str = "RUNNING_EXECUTION"
    looked: int = 0
    has_master: bool = True

    def as_json(self) -> dict[str, object]:
        """The response for the run. It stops with a delay after a stop request."""
        if self.state == "READY_STOP":
            self.looked += 1
            self.state = "STOP" if self.looked > 2 else self.state
        return {
            "id": self.id,
            "name": f"{self.process.form.name}-{self.id}",
            "processDefinitionCode": self.process.code,
            "processDefinitionVersion": self.process.version,
            "state": self.state,
            "commandType": "START_PROCESS",
            "commandParam": json.dumps({"StartParams": self.form.startParams}),
        }


@dataclass
class Server:
    """The stored objects, and the received requests (`METHOD path`)."""

    projects: dict[int, str] = field(default_factory=dict)
    tenants: set[str] = field(default_factory=set)
    groups: dict[str, int] = field(default_factory=lambda: {"default admin warning group": 1})
    processes: dict[int, Process] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    refusals_before_plugins: int = 0
    starts_before_deletion: int = 0
    """Number of runs that begin while a workflow is being deleted, because its schedule had requested them."""
    codes: "count[int]" = field(default_factory=lambda: count(23_802_000_000_000))

    def writes(self) -> list[str]:
        """The received requests that change objects."""
        return [line for line in self.requests if not line.startswith("GET")]

    def process(self, name: str) -> Process:
        """A workflow by its name."""
        return next(each for each in self.processes.values() if each.form.name == name)

    def schedule(self, name: str) -> Schedule:
        """The schedule of a workflow."""
        schedule = self.process(name).schedule
        assert schedule is not None
        return schedule

    def answer(self, method: str, path: str, given: Fields) -> object:
        match (method, *path.strip("/").split("/")):
            case ("GET", "users", "get-user-info"):
                return {"userName": "admin"}
            case ("GET", "tenants"):
                return _page([{"tenantCode": each} for each in sorted(self.tenants)], given, {"searchVal"})
            case ("POST", "tenants"):
                tenant = forms.TenantForm.model_validate(given).tenantCode
                if tenant in self.tenants:
                    raise No(10009, "os tenant code already exists")
                self.tenants.add(tenant)
                return {}
            case ("GET", "projects"):
                projects = [{"code": code, "name": name} for code, name in self.projects.items()]
                return _page(projects, given, {"searchVal"})
            case ("POST", "projects"):
                self.projects[next(self.codes)] = forms.ProjectForm.model_validate(given).projectName
                return {}
            case ("DELETE", "projects", code):
                if any(each.project == int(code) for each in self.processes.values()):
                    raise No(10137, "please delete the process definitions in project first!")
                del self.projects[int(code)]
                return None
            case ("GET", "alert-groups", "list"):
                return [{"id": code, "groupName": name} for name, code in self.groups.items()]
            case (_, "projects", project, *rest):
                if int(project) not in self.projects:
                    raise No(10018, f"project {project} not found")
                return self._in_project(int(project), (method, *rest), given)
        raise No(404, f"no such request: {method} {path}")

    def _in_project(self, project: int, request: tuple[str, ...], given: Fields) -> object:
        match request:
            case ("GET", "task-definition", "gen-task-codes"):
                return [next(self.codes) for _ in range(int(given["genNum"]))]
            case (_, "process-definition", *rest):
                return self._processes(project, (request[0], *rest), given)
            case (_, "schedules", *rest):
                return self._schedules((request[0], *rest), given)
            case ("POST", "executors", "start-process-instance"):
                form = forms.StartForm.model_validate(given)
                process = self._find(form.processDefinitionCode)
                if not process.online:
                    raise No(50004, f"process definition {process.form.name} not on line")
                run = Run(len(self.runs) + 1, process, form)
                self.runs[run.id] = run
                return None
            case ("POST", "executors", "execute"):
                run = self.runs[forms.ExecuteForm.model_validate(given).processInstanceId]
                run.state = "READY_STOP"
                if not run.has_master:
                    raise No(10116, "execute process instance error")
                return None
            case ("GET", "process-instances"):
                runs = [run.as_json() for run in self._runs(int(given["processDefineCode"]))[::-1]]
                found = [run for run in runs if given.get("stateType") in (None, run["state"])]
                return _page(found, given, {"processDefineCode", *({"stateType"} & given.keys())})
            case ("GET", "process-instances", run_id):
                return self.runs[int(run_id)].as_json()
        raise No(404, f"no such request: {request}")

    def _processes(self, project: int, request: tuple[str, ...], given: Fields) -> object:
        match request:
            case ("GET",):
                return _page(
                    [each.as_json() for each in self.processes.values() if each.project == project], given, set()
                )
            case ("POST",):
                process = Process(next(self.codes), project, self._definition(given))
                if any(each.form.name == process.form.name for each in self.processes.values()):
                    raise No(10168, "process definition name already exists")
                self.processes[process.code] = process
                return {"code": process.code}
            case ("GET", code):
                process = self._find(int(code))
                return {
                    "processDefinition": process.as_json(),
                    "processTaskRelationList": process.form.taskRelationJson,
                    "taskDefinitionList": process.form.taskDefinitionJson,
                }
            case ("PUT", code):
                self._change(self._find(int(code)), self._definition(given))
                return {"code": int(code)}
            case ("DELETE", code):
                process = self._find(int(code))
                if process.online:
                    raise No(50021, f"process definition {process.form.name} is already online")
                if self.starts_before_deletion:
                    self.starts_before_deletion -= 1
                    number = len(self.runs) + 1
                    self.runs[number] = Run(number, process, forms.StartForm.of(process.code))
                if any(run.state in ("RUNNING_EXECUTION", "READY_STOP") for run in self._runs(process.code)):
                    raise No(10163, "delete process definition fail, for there are 1 process instances in executing")
                del self.processes[process.code]
                return None
            case ("POST", code, "release"):
                process = self._find(int(code))
                process.online = forms.ReleaseForm.model_validate(given).releaseState == "ONLINE"
                if not process.online and process.schedule:
                    process.schedule.state = "OFFLINE"
                return None
        raise No(404, f"no such request: {request}")

    def _definition(self, given: Fields) -> forms.ProcessForm:
        form = forms.ProcessForm.model_validate(given)
        if self.refusals_before_plugins:
            self.refusals_before_plugins -= 1
            raise No(50015, f"process node {form.taskDefinitionJson[0].name} parameter invalid")
        if form.tenantCode not in self.tenants:
            raise No(10017, "tenant not exists")
        codes = {task.code for task in form.taskDefinitionJson}
        if {relation.postTaskCode for relation in form.taskRelationJson} != codes:
            raise No(50036, "a task without a relation")
        if not {relation.preTaskCode for relation in form.taskRelationJson} <= codes | {0}:
            raise No(50036, "a relation to a task that does not exist")
        return form

    def _change(self, process: Process, form: forms.ProcessForm) -> None:
        if process.online:
            raise No(50008, f"process definition {form.name} does not allow edit")
        before = {task.code: task for task in process.form.taskDefinitionJson}
        for task in form.taskDefinitionJson:
            known = before.get(task.code)
            if known and known.version != task.version:
                raise No(50014, "a task with a version that is not its last one")
            if known and known != task:
                task.version += 1
        process.form = form
        process.version += 1

    def _schedules(self, request: tuple[str, ...], given: Fields) -> object:
        match request:
            case ("GET",):
                schedule = self._find(int(given["processDefinitionCode"])).schedule
                return _page([schedule.as_json()] if schedule else [], given, {"processDefinitionCode"})
            case ("POST",):
                form = forms.NewScheduleForm.model_validate(given)
                process = self._find(form.processDefinitionCode)
                if not process.online:
                    raise No(50004, "process definition is not on line")
                rest = form.model_dump(exclude={"processDefinitionCode", "schedule"})
                process.schedule = Schedule(
                    next(self.codes), forms.ScheduleForm.model_construct(schedule=form.schedule, **rest)
                )
                return {}
            case (method, number, *rest):
                process = next(
                    each for each in self.processes.values() if each.schedule and each.schedule.id == int(number)
                )
                self._scheduled(process, (method, *rest), given)
                return None
        raise No(404, f"no such request: {request}")

    def _scheduled(self, process: Process, request: tuple[str, ...], given: Fields) -> None:
        schedule = process.schedule
        assert schedule is not None
        match request:
            case ("PUT",):
                if schedule.state == "ONLINE":
                    raise No(10023, "online status does not allow update operations")
                schedule.form = forms.ScheduleForm.model_validate(given)
            case ("DELETE",):
                if schedule.state == "ONLINE":
                    raise No(50023, "the status of schedule is already on line")
                process.schedule = None
            case ("POST", "online" | "offline" as state):
                if not process.online:
                    raise No(50004, "process definition is not on line")
                if schedule.state == state.upper():
                    raise No(10024, f"schedule release is already {state}")
                schedule.state = state.upper()
            case _:
                raise No(404, f"no such request: {request}")

    def _runs(self, code: int) -> list[Run]:
        return [run for run in self.runs.values() if code in (run.process.code, 0)]

    def _find(self, code: int) -> Process:
        found = self.processes.get(code)
        if found is None:
            raise No(50003, f"process definition {code} does not exist")
        return found


def _page(found: Sequence[object], given: Fields, others: set[str]) -> dict[str, object]:
    if given.keys() != {"pageNo", "pageSize"} | others:
        raise No(10001, f"a list with {sorted(given)}")
    number, size = int(given["pageNo"]), int(given["pageSize"])
    pages = -(-len(found) // size) or 1
    return {"totalList": found[(number - 1) * size : number * size], "total": len(found), "totalPage": pages}
