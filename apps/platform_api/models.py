"""Response models of the platform's API. Times are UTC, ISO 8601 with Z; null means unknown."""

from datetime import datetime

from pydantic import BaseModel, Field


class PipelineStep(BaseModel):
    """The last run of a workflow's step."""

    product: str = Field(examples=["weather"])
    workflow: str = Field(examples=["daily_summaries"])
    task: str = Field(examples=["summaries"])
    state: str = Field(
        examples=["succeeded"], description="state of the last run: running, succeeded, failed or killed"
    )
    started_at: datetime = Field(examples=["2026-01-31T12:05:00Z"])
    ended_at: datetime | None = Field(examples=["2026-01-31T12:05:21Z"])
    last_succeeded_at: datetime | None = Field(examples=["2026-01-31T12:05:21Z"])
    last_failed_at: datetime | None = Field(examples=[None])
    last_error: str | None = Field(examples=[None])
    late: bool | None = Field(
        examples=[False],
        description="has not succeeded for more than 2.5 of its usual periods; null if the period is unknown",
    )


class StreamingJob(BaseModel):
    """A streaming job that should always run, with the state that its keeper last found."""

    product: str = Field(examples=["weather"])
    name: str = Field(examples=["ingest"])
    wanted: str = Field(examples=["running"], description="running or stopped")
    state: str | None = Field(
        examples=["running"], description="running, restarting, given_up, held, stopped, unreachable or down"
    )
    failures: int = Field(examples=[0], description="consecutive restarts after which the job failed again")
    reason: str | None = Field(examples=[None], description="reason of the state")
    checked_at: datetime | None = Field(examples=["2026-01-31T12:40:00Z"])
    restarted_at: datetime | None = Field(examples=[None])


class Pipeline(BaseModel):
    """The workflow steps and streaming jobs of all products."""

    checked_at: datetime = Field(examples=["2026-01-31T12:40:10Z"])
    steps: list[PipelineStep]
    jobs: list[StreamingJob]
