"""The declaration of the platform's API."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from prometheus_client.registry import Collector

from apps.platform_api.certificates import CertificateMetrics
from apps.platform_api.flow import monitored
from apps.platform_api.metrics import ZetaMetrics, pipeline_metrics
from apps.platform_api.models import Monitored, Pipeline
from apps.platform_api.pipeline import pipeline
from apps.platform_api.prometheus import Monitoring
from apps.platform_api.settings import Settings
from apps.web.api import Api
from apps.web.parameters import PoolOf
from apps.web.representation import described
from apps.web.starrocks import Pool

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


@router.get(
    "/monitoring",
    response_model=Monitored,
    summary="Firing alerts, rates, backlogs and resources",
    responses=described(),
)
def get_monitoring(request: Request) -> Response:
    """Data from Prometheus and Alertmanager.

    If these do not respond, `error` contains the reason and the status is 200.
    """
    monitoring = request.app.state.monitoring
    assert monitoring is None or isinstance(monitoring, Monitoring)
    body = monitored(monitoring).model_dump_json()
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _prepare(app: FastAPI, settings: Settings, _: Pool) -> None:
    both = settings.prometheus_url and settings.alertmanager_url
    app.state.monitoring = Monitoring(settings.prometheus_url, settings.alertmanager_url) if both else None


def _collectors(settings: Settings) -> Sequence[Collector]:
    hosts = [each for each in settings.ingress_hosts.split(",") if each]
    certificates = [CertificateMetrics(hosts, settings.ingress_address)] if hosts else []
    return [ZetaMetrics(settings.zeta_url), *certificates]


API = Api(
    name="kappastack",
    title="kappastack",
    version="1.0.0",
    description="The state of workflows, streaming jobs and services, read from StarRocks and Prometheus.",
    settings=Settings,
    routers=[router],
    prepare=_prepare,
    measure=pipeline_metrics,
    collectors=_collectors,
)

create_app = API.create
