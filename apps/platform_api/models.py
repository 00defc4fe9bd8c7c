"""What the platform's API answers. Times are UTC, ISO 8601 with Z; null means not known."""

from datetime import datetime

from pydantic import BaseModel, Field


class PipelineStep(BaseModel):
    """How a step of a workflow last went."""

    product: str = Field(examples=["weather"])
    workflow: str = Field(examples=["daily_summaries"])
    task: str = Field(examples=["summaries"])
    state: str = Field(examples=["succeeded"], description="of the last run: running, succeeded, failed or killed")
    started_at: datetime = Field(examples=["2026-01-31T12:05:00Z"])
    ended_at: datetime | None = Field(examples=["2026-01-31T12:05:21Z"])
    last_succeeded_at: datetime | None = Field(examples=["2026-01-31T12:05:21Z"])
    last_failed_at: datetime | None = Field(examples=[None])
    last_error: str | None = Field(examples=[None])
    late: bool | None = Field(
        examples=[False],
        description="has not succeeded for more than 2.5 of its usual periods; null where the period is not known",
    )


class StreamingJob(BaseModel):
    """A job that shall run all the time, as its keeper last saw it."""

    product: str = Field(examples=["weather"])
    name: str = Field(examples=["ingest"])
    wanted: str = Field(examples=["running"], description="running or stopped")
    state: str | None = Field(
        examples=["running"], description="running, restarting, given_up, held, stopped, unreachable or down"
    )
    failures: int = Field(examples=[0], description="restarts in a row after which it did not stay up")
    reason: str | None = Field(examples=[None], description="why it is in that state")
    checked_at: datetime | None = Field(examples=["2026-01-31T12:40:00Z"])
    restarted_at: datetime | None = Field(examples=[None])


class Pipeline(BaseModel):
    """The work that keeps the data going, of every product."""

    checked_at: datetime = Field(examples=["2026-01-31T12:40:10Z"])
    steps: list[PipelineStep]
    jobs: list[StreamingJob]
