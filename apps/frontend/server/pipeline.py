"""The pipeline in `GET /api/status`: last success and lateness of each step, and the state of each job."""

import asyncio
from typing import Literal, TypedDict

import httpx

from apps.frontend.server import bodies
from apps.frontend.server.bodies import Body

Overall = Literal["ok", "failing", "late", "down", "given_up", "unknown"]


class StepState(TypedDict):
    """A step of a workflow; `late` is None if its period is unknown."""

    product: str
    workflow: str
    task: str
    state: str
    last_succeeded_at: str | None
    late: bool | None


class JobState(TypedDict):
    """A streaming job at its last check."""

    product: str
    name: str
    wanted: str
    state: str | None


class PipelineState(TypedDict):
    """`status` is the most severe of given_up, down, late and failing; `error` is the reason if it is unknown."""

    status: Overall
    error: str | None
    steps: list[StepState]
    jobs: list[JobState]


async def pipeline_state(client: httpx.AsyncClient, deadline_seconds: float) -> PipelineState:
    """Read the pipeline from the platform's API within `deadline_seconds`; a failure is a result, not an exception."""
    try:
        async with asyncio.timeout(deadline_seconds):
            response = await client.get("/api/v1/pipeline", headers={"accept": "application/json"})
    except TimeoutError:
        return _unknown(f"no response within {deadline_seconds:g} s")
    except httpx.HTTPError as error:
        return _unknown(type(error).__name__)
    try:
        body: object = response.json()
    except ValueError:
        body = None
    if response.status_code != httpx.codes.OK or not isinstance(body, dict) or "steps" not in body:
        return _unknown(f"/api/v1/pipeline responded with HTTP {response.status_code}")
    steps = [_step(found) for found in bodies.members(body, "steps")]
    jobs = [_job(found) for found in bodies.members(body, "jobs")]
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


def _step(body: Body) -> StepState:
    return {
        "product": bodies.text(body, "product") or "",
        "workflow": bodies.text(body, "workflow") or "",
        "task": bodies.text(body, "task") or "",
        "state": bodies.text(body, "state") or "",
        "last_succeeded_at": bodies.text(body, "last_succeeded_at"),
        "late": bodies.flag(body, "late"),
    }


def _job(body: Body) -> JobState:
    return {
        "product": bodies.text(body, "product") or "",
        "name": bodies.text(body, "name") or "",
        "wanted": bodies.text(body, "wanted") or "",
        "state": bodies.text(body, "state"),
    }
