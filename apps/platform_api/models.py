"""Response models of the platform's API. Times are UTC, ISO 8601 with Z; null means unknown."""

from datetime import datetime

from pydantic import BaseModel, Field


class PipelineStep(BaseModel):
    """The last run of a workflow's step."""

    product: str = Field(examples=["weather"])
    workflow: str = Field(examples=["daily_summaries"])
    task: str = Field(examples=["summaries"])
    state: str = Field(
        examples=["succeeded"], description="state of the last run: running, retrying, succeeded, failed or killed"
    )
    started_at: datetime = Field(examples=["2026-01-31T12:05:00Z"])
    ended_at: datetime | None = Field(examples=["2026-01-31T12:05:21Z"])
    last_succeeded_at: datetime | None = Field(examples=["2026-01-31T12:05:21Z"])
    last_failed_at: datetime | None = Field(examples=[None])
    last_error: str | None = Field(examples=[None])
    late: bool | None = Field(
        examples=[False],
        description="whether the last success is more than 2.5 periods ago; null if the period is unknown",
    )


class StreamingJob(BaseModel):
    """A streaming job, with the state that the keeper last found."""

    product: str = Field(examples=["weather"])
    name: str = Field(examples=["ingest"])
    wanted: str = Field(examples=["running"], description="state that the deployment wants: running or stopped")
    state: str | None = Field(
        examples=["running"], description="running, restarting, given_up, held, stopped, unreachable or down"
    )
    held: bool = Field(examples=[False], description="whether a lease keeps the job stopped now")
    failures: int = Field(examples=[0], description="consecutive failures of the job")
    reason: str | None = Field(examples=[None], description="reason of the state")
    checked_at: datetime | None = Field(examples=["2026-01-31T12:40:00Z"])
    restarted_at: datetime | None = Field(examples=[None])


class PlannedRestart(BaseModel):
    """The last restart of a service by a deployment or a command."""

    service: str
    restarted_at: datetime


class Pipeline(BaseModel):
    """The workflow steps and streaming jobs of all products."""

    checked_at: datetime = Field(examples=["2026-01-31T12:40:10Z"])
    steps: list[PipelineStep]
    jobs: list[StreamingJob]


class Alert(BaseModel):
    """An alert that fires."""

    name: str = Field(examples=["ServiceDown"])
    severity: str = Field(examples=["critical"], description="critical or warning")
    owner: str = Field(examples=["platform"], description="owner: platform, or a product")
    summary: str = Field(examples=["pulsar does not respond at 127.0.0.1:8080"])
    summary_fr: str = Field(examples=["pulsar ne répond pas à 127.0.0.1:8080"])
    runbook: str | None = Field(examples=["docs/runbook.md#a-service-is-down"], description="what to do")
    started_at: datetime = Field(examples=["2026-01-31T12:05:00Z"])


class TopicFlow(BaseModel):
    """Rate and backlog of a topic."""

    product: str = Field(examples=["weather"], description="tenant of the topic")
    topic: str = Field(examples=["weather/events/readings"])
    in_per_second: float | None = Field(examples=[12.5], description="messages per second")
    backlog: int | None = Field(examples=[0], description="messages that no consumer has acknowledged")
    lag_seconds: float | None = Field(
        examples=[0],
        description="time since the last acknowledgement while messages wait; 0 if none waits, null if unknown",
    )


class JobFlow(BaseModel):
    """Rates of a streaming job."""

    name: str = Field(examples=["weather-ingest"])
    running: bool
    received_per_second: float | None = Field(examples=[12.5], description="messages that the job reads")
    written_per_second: float | None = Field(examples=[25.0], description="rows that the job's sinks write")


class Rejected(BaseModel):
    """The share of a product's recent messages that were rejected."""

    product: str = Field(examples=["weather"])
    share: float | None = Field(examples=[0.005], description="0 to 1; null without messages")


class Machine(BaseModel):
    """Shares of the machine that are in use, 0 to 1."""

    cpu_share: float | None = Field(examples=[0.2])
    memory_share: float | None = Field(examples=[0.4])
    disk_share: float | None = Field(examples=[0.5], description="used share of the fullest disk")


class ServiceUse(BaseModel):
    """Whether a service responds to Prometheus, and its resource use."""

    service: str = Field(examples=["pulsar"])
    up: bool
    memory_bytes: int | None = Field(examples=[500000000])
    cpu_cores: float | None = Field(examples=[0.1])


class Flow(BaseModel):
    """The data flow. Rates are means over two minutes."""

    topics: list[TopicFlow]
    jobs: list[JobFlow]
    rejected: list[Rejected]
    machine: Machine
    services: list[ServiceUse]


class Monitored(BaseModel):
    """Alerts and data flow from the monitoring."""

    checked_at: datetime = Field(examples=["2026-01-31T12:40:10Z"])
    enabled: bool = Field(description="whether the stack has monitoring")
    error: str | None = Field(examples=[None], description="reason why the monitoring cannot be read")
    alerts: list[Alert]
    flow: Flow | None
