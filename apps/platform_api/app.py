"""The declaration of the platform's API."""

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
    """The last success of each step, failures with their reasons, and the state of each streaming job."""
    body = pipeline(pool).model_dump_json()
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


API = Api(
    name="kappastack",
    title="kappastack",
    version="1.0.0",
    description="The state of the platform's workflows and streaming jobs, read from StarRocks.",
    settings=Settings,
    routers=[router],
)

create_app = API.create
