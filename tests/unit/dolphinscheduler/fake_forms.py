"""Strict models of the requests to DolphinScheduler 3.1.1: they reject missing, unknown and mistyped fields."""

# ruff: noqa: N815 # the fields have the names of the REST interface

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Json, JsonValue

Positive = Annotated[int, Field(gt=0)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Task(Strict):
    code: Positive
    name: str
    version: Positive
    description: str
    taskType: Literal["SHELL", "DEPENDENT"]
    taskParams: dict[str, JsonValue]
    flag: Literal["YES", "NO"]
    taskPriority: Literal["MEDIUM"]
    workerGroup: str
    environmentCode: int
    failRetryTimes: int
    failRetryInterval: Positive
    timeoutFlag: Literal["OPEN"]
    timeoutNotifyStrategy: Literal["FAILED"]
    timeout: Positive
    delayTime: int
    taskExecuteType: Literal["BATCH"]
    cpuQuota: Literal[-1]
    memoryMax: Literal[-1]


class Relation(Strict):
    name: str
    preTaskCode: int
    preTaskVersion: int
    postTaskCode: Positive
    postTaskVersion: int
    conditionType: Literal["NONE"]
    conditionParams: dict[str, JsonValue]


class Parameter(Strict):
    prop: str
    direct: Literal["IN"]
    type: Literal["VARCHAR"]
    value: str


class Location(Strict):
    taskCode: Positive
    x: int
    y: int


class ProcessForm(Form):
    name: str
    description: str
    tenantCode: str
    timeout: int
    executionType: Literal["PARALLEL", "SERIAL_DISCARD", "SERIAL_WAIT"]
    globalParams: Json[list[Parameter]]
    taskDefinitionJson: Json[Annotated[list[Task], Field(min_length=1)]]
    taskRelationJson: Json[Annotated[list[Relation], Field(min_length=1)]]
    locations: Json[list[Location]]


class Period(Strict):
    startTime: str
    endTime: str
    crontab: str
    timezoneId: str


class ScheduleForm(Form):
    schedule: Json[Period]
    warningType: Literal["FAILURE", "NONE"]
    warningGroupId: int
    failureStrategy: Literal["CONTINUE"]
    workerGroup: Literal["default"]
    processInstancePriority: Literal["MEDIUM"]


class NewScheduleForm(ScheduleForm):
    processDefinitionCode: int


class StartForm(Form):
    processDefinitionCode: int
    scheduleTime: Literal[""]
    failureStrategy: Literal["CONTINUE"]
    warningType: Literal["FAILURE", "NONE"]
    warningGroupId: int
    startParams: str
    startNodeList: str = ""
    taskDependType: Literal["TASK_ONLY", ""] = ""

    @classmethod
    def of(cls, process: int) -> "StartForm":
        """A start of a workflow without parameters."""
        return cls(
            processDefinitionCode=process,
            scheduleTime="",
            failureStrategy="CONTINUE",
            warningType="NONE",
            warningGroupId=0,
            startParams="{}",
        )


class TenantForm(Form):
    tenantCode: str
    queueId: Literal["1"]
    description: str


class ProjectForm(Form):
    projectName: str
    description: str


class ReleaseForm(Form):
    releaseState: Literal["ONLINE", "OFFLINE"]


class ExecuteForm(Form):
    processInstanceId: int
    executeType: Literal["STOP"]
