"""The part of `GET /api/status` that tells of the pipeline: each step's last success, late or not, and the jobs."""

import asyncio
from typing import Literal, TypedDict

import httpx

Overall = Literal["ok", "failing", "late", "down", "given_up", "unknown"]


class StepState(TypedDict):
    """A step of a workflow; `late` None where nobody knows how often it should run."""

    product: str
    workflow: str
    task: str
    state: str
    last_succeeded_at: str | None
    late: bool | None


class JobState(TypedDict):
    """A streaming job as its keeper last saw it."""

    product: str
    name: str
    wanted: str
    state: str | None


class PipelineState(TypedDict):
    """The whole: the gravest thing found of given_up, down, late, failing; `error` tells why it is unknown."""

    status: Overall
    error: str | None
    steps: list[StepState]
    jobs: list[JobState]


async def pipeline_state(client: httpx.AsyncClient, deadline_seconds: float) -> PipelineState:
    """Ask the API for the pipeline, waiting at most `deadline_seconds`; never raises for what the API does."""
    try:
        async with asyncio.timeout(deadline_seconds):
            response = await client.get("/api/v1/pipeline", headers={"accept": "application/json"})
    except TimeoutError:
        return _unknown(f"no answer within {deadline_seconds:g} s")
    except httpx.HTTPError as error:
        return _unknown(type(error).__name__)
    try:
        body: object = response.json()
    except ValueError:
        body = None
    if response.status_code != httpx.codes.OK or not isinstance(body, dict) or "steps" not in body:
        return _unknown(f"/api/v1/pipeline answered HTTP {response.status_code}")
    steps = [_step(told) for told in _members(body, "steps")]
    jobs = [_job(told) for told in _members(body, "jobs")]
    return {"status": _overall(steps, jobs), "error": None, "steps": steps, "jobs": jobs}


def _unknown(reason: str) -> PipelineState:
    return {"status": "unknown", "error": reason, "steps": [], "jobs": []}


def _overall(steps: list[StepState], jobs: list[JobState]) -> Overall:
    stopped = {job["state"] for job in jobs if job["wanted"] == "running"}
    if "given_up" in stopped:
        return "given_up"
    if "down" in stopped:
        return "down"
    if any(step["late"] for step in steps):
        return "late"
    if any(step["state"] == "failed" for step in steps):
        return "failing"
    return "ok"


def _members(body: dict[object, object], name: str) -> list[dict[object, object]]:
    value = body.get(name)
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _step(told: dict[object, object]) -> StepState:
    late = told.get("late")
    return {
        "product": _text(told, "product") or "",
        "workflow": _text(told, "workflow") or "",
        "task": _text(told, "task") or "",
        "state": _text(told, "state") or "",
        "last_succeeded_at": _text(told, "last_succeeded_at"),
        "late": late if isinstance(late, bool) else None,
    }


def _job(told: dict[object, object]) -> JobState:
    return {
        "product": _text(told, "product") or "",
        "name": _text(told, "name") or "",
        "wanted": _text(told, "wanted") or "",
        "state": _text(told, "state"),
    }


def _text(told: dict[object, object], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None
