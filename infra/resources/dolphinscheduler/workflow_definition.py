"""Workflows as code: the format of `dolphinscheduler/<product>/*.yaml`.

A task's type is a command of the tasks client (`apps.tasks`), which the worker runs. Only `wait_for` is a task type of
DolphinScheduler itself. The JSON schema beside the files is generated from these models (`python -m
infra.resources.dolphinscheduler.workflow_schema`).
"""

import re
from abc import ABC, abstractmethod
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from infra.resources.dolphinscheduler.quartz import check_cron

_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
_DURATION = r"^[1-9][0-9]{0,5}[mhd]$"
_SPAN = r"^[1-9][0-9]{0,5}[hd]$"
_NAME = r"^[a-z][a-z0-9_]{0,62}$"


def _duration(text: str) -> str:
    if not re.match(_DURATION, text):
        raise ValueError(f"{text!r} is not a duration; write a whole number and m, h or d, such as 45m or 2h")
    return text


def _span(text: str) -> str:
    if not re.match(_SPAN, text):
        raise ValueError(
            f"{text!r} is not the length of a data range; write a whole number and h or d, such as 48h or 31d"
        )
    return text


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone of the IANA database, such as Europe/Paris or UTC")
    return name


Name = Annotated[str, Field(pattern=_NAME)]
Duration = Annotated[str, Field(json_schema_extra={"pattern": _DURATION}), AfterValidator(_duration)]
"""A whole number of minutes, hours or days: DolphinScheduler counts in minutes."""
Span = Annotated[str, Field(json_schema_extra={"pattern": _SPAN}), AfterValidator(_span)]
"""How much data: a whole number of hours or days."""


def minutes(duration: str) -> int:
    """A duration of the format in minutes."""
    return int(duration[:-1]) * _MINUTES[duration[-1]]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Schedule(_Model):
    """When the scheduler starts the workflow."""

    cron: Annotated[str, AfterValidator(check_cron)]
    """Quartz, seven fields: seconds, minutes, hours, day of month, month, day of week, year."""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    """Time zone of the cron expression, a name of the IANA database."""


class Overlap(StrEnum):
    """What happens when a run is due while another run of the workflow is active."""

    ALLOW = "allow"
    """Both run."""
    SKIP = "skip"
    """The new run is skipped and listed as stopped."""
    WAIT = "wait"
    """The new run starts after the other has ended."""


class Alert(StrEnum):
    """When an alert is posted to the stack's webhook, if it has one."""

    ON_FAILURE = "on_failure"
    NEVER = "never"


class _Task(_Model):
    name: Name
    """Unique within the workflow."""
    description: str = ""
    """Purpose of the task, for readers."""
    needs: tuple[Name, ...] = ()
    """Tasks of this workflow that must succeed before this one starts."""
    timeout: Duration
    """Time limit; a task that exceeds it is killed and counts as failed."""
    retries: Annotated[int, Field(ge=0, le=20)] = 0
    """Number of retries after a failure."""
    retry_interval: Duration = "1m"
    """Pause between a failure and the next attempt; only with `retries`."""

    @model_validator(mode="after")
    def _interval_of_retries(self) -> "_Task":
        if "retry_interval" in self.model_fields_set and not self.retries:
            raise ValueError(f"retry_interval {self.retry_interval} has no effect without retries; leave it out")
        return self


class Command(_Task, ABC):
    """A task that runs a command of the tasks client."""

    @abstractmethod
    def command(self, _from_to: bool) -> list[str]:
        """The command and its own arguments."""


def _option(name: str, value: str | None) -> list[str]:
    return [f"--{name}", value] if value else []


def _range(window: str | None, from_to: bool) -> list[str]:
    return [*_option("window", window), *(["--from", "${from}", "--to", "${to}"] if from_to else [])]


class ZetaJob(Command):
    """A batch job of SeaTunnel Zeta: submitted, waited for, stopped when the task is killed."""

    type: Literal["zeta_job"]
    job: Name
    """`seatunnel/<product>/<job>.conf`."""
    window: Span | None = None
    """Length of the range before now, for runs without `from` and `to`."""
    chunk: Span | None = None
    """Longer ranges are divided into pieces of this length."""

    def command(self, from_to: bool) -> list[str]:
        """`zeta-job`."""
        return ["zeta-job", "--job", self.job, *_range(self.window, from_to), *_option("chunk", self.chunk)]


class Sql(Command):
    """A statement in StarRocks."""

    type: Literal["sql"]
    statement: Name
    """`sql/<product>/queries/<statement>.sql`, with `${from}` and `${to}`."""
    window: Span | None = None
    """Length of the range before now, for runs without `from` and `to`."""
    chunk: Span | None = None
    """Longer ranges are divided into pieces of this length."""

    def command(self, from_to: bool) -> list[str]:
        """`sql`."""
        return ["sql", "--statement", self.statement, *_range(self.window, from_to), *_option("chunk", self.chunk)]


class Check(Command):
    """A query whose rows are findings, each of which raises an alert. It checks the last hours in a backfill too."""

    type: Literal["check"]
    query: Name
    """`sql/<product>/queries/<query>.sql`, with `${from}` and `${to}`."""
    window: Span | None = None
    """Length of the range before now."""

    def command(self, _from_to: bool) -> list[str]:
        """`check`."""
        return ["check", "--query", self.query, *_option("window", self.window)]


class Archive(Command):
    """Moves months older than the retention into an archive table."""

    type: Literal["archive"]
    table: Name
    archive: Name
    time_column: Name
    """Column that determines the month of a row."""
    version_column: Name
    """Column that decides between two rows with the same key: the later one is kept."""

    def command(self, _from_to: bool) -> list[str]:
        """`archive`."""
        columns = ["--time-column", self.time_column, "--version-column", self.version_column]
        return ["archive", "--table", self.table, "--archive", self.archive, *columns]


class KeepRunning(Command):
    """Restarts every streaming job that should run and does not. Only the platform has such a task."""

    type: Literal["keep_running"]
    watch_seconds: Annotated[int, Field(ge=0, le=3600)] = 0
    """Time for which a scheduled run repeats its checks, every few seconds; less than the task's timeout."""

    @model_validator(mode="after")
    def _watch_ends_before_the_timeout(self) -> "KeepRunning":
        if self.watch_seconds >= 60 * minutes(self.timeout):
            raise ValueError(f"watch_seconds {self.watch_seconds} must be less than timeout {self.timeout}")
        return self

    def command(self, _from_to: bool) -> list[str]:
        """`keep-running`."""
        return ["keep-running", *_option("watch", str(self.watch_seconds or ""))]


class Program(Command):
    """Runs one of the product's own programs."""

    type: Literal["program"]
    program: Name
    """`apps/<product>/<program>`."""
    arguments: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    window: Span | None = None
    """Length of the range before now, for runs without `from` and `to`; only for programs that process a time range."""

    def command(self, from_to: bool) -> list[str]:
        """`program`."""
        ranged = _range(self.window, from_to) if self.window else []
        return ["program", "--program", self.program, *ranged, "--", *self.arguments]


class WaitFor(_Task):
    """Waits until another workflow of the product has succeeded in the same hour or day.

    It fails immediately if the last run of that workflow failed. Manual runs omit this task.
    """

    type: Literal["wait_for"]
    workflow: Name
    in_the_same: Literal["hour", "day"]
    retries: Literal[0] = 0
    """DolphinScheduler runs this task itself and cannot retry it (`docs/decisions/073`)."""


Task = Annotated[
    ZetaJob | Sql | Check | Archive | KeepRunning | Program | WaitFor,
    Field(discriminator="type"),
]


class WorkflowDefinition(_Model):
    """A workflow: tasks with their dependencies, schedule and alerts."""

    name: Name
    """The file's name without `.yaml`."""
    description: Annotated[str, Field(min_length=1, max_length=255)]
    """Purpose of the workflow, in a sentence."""
    schedule: Schedule | None = None
    """Without a schedule, the workflow runs only when a person starts it."""
    timeout: Duration
    """Duration after which an alert is sent. The run continues; the tasks have their own timeouts."""
    overlap: Overlap = Overlap.ALLOW
    parameters: dict[Name, str] = {}
    """Global parameters with their defaults. `from` and `to` (ISO 8601, UTC) are the range of a manual run."""
    alert: Alert = Alert.ON_FAILURE
    """This key requires `schedule`. Runs that a person starts have the same alerts as scheduled runs."""
    tasks: Annotated[tuple[Task, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _from_and_to_together(self) -> "WorkflowDefinition":
        if len({"from", "to"} & self.parameters.keys()) == 1:
            raise ValueError("parameters: from and to must be declared together")
        return self

    @model_validator(mode="after")
    def _alert_of_a_schedule(self) -> "WorkflowDefinition":
        if "alert" in self.model_fields_set and self.schedule is None:
            raise ValueError(f"alert {self.alert} has no effect without a schedule; leave it out")
        return self

    @property
    def uses_range(self) -> bool:
        """Whether a task uses the parameters `from` and `to`."""
        return any(
            isinstance(task, ZetaJob | Sql) or (isinstance(task, Program) and task.window is not None)
            for task in self.tasks
        )

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The workflows that must exist before this one."""
        return tuple(task.workflow for task in self.tasks if isinstance(task, WaitFor))
