"""/api/v1/pipeline"""

from fastapi import APIRouter
from fastapi.responses import Response

from apps.ciapol.api.dependencies import PoolOf, SettingsOf
from apps.ciapol.api.models import Pipeline
from apps.ciapol.api.representation import described
from apps.ciapol.api.store.pipeline import pipeline

router = APIRouter(prefix="/api/v1/pipeline", tags=["pipeline"])


@router.get(
    "",
    response_model=Pipeline,
    summary="Last run of each step of the workflows, and the streaming jobs",
    responses=described(),
)
def get_pipeline(pool: PoolOf, settings: SettingsOf) -> Response:
    """When each step last succeeded, what fails and why; whether each streaming job is up, or given up."""
    body = pipeline(pool, settings.platform_database).model_dump_json()
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")
