"""The platform's API put together."""

from fastapi import APIRouter
from fastapi.responses import Response

from apps.platform_api.models import Pipeline
from apps.platform_api.pipeline import pipeline
from apps.web.api import Api
from apps.web.parameters import PoolOf
from apps.web.representation import described
from apps.web.settings import Settings

router = APIRouter(prefix="/api/v1/pipeline", tags=["pipeline"])


@router.get(
    "",
    response_model=Pipeline,
    summary="Last run of each step of the workflows, and the streaming jobs",
    responses=described(),
)
def get_pipeline(pool: PoolOf) -> Response:
    """When each step last succeeded, what fails and why; whether each streaming job runs."""
    body = pipeline(pool).model_dump_json()
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


API = Api(
    name="kappastack",
    title="kappastack",
    version="1.0.0",
    description="How the workflows and streaming jobs of the platform go, read from StarRocks.",
    settings=Settings,
    routers=[router],
)

create_app = API.create
