"""CIAPOL, air-quality monitoring: the first data product on the platform."""

from collections.abc import Sequence
from hashlib import sha256

import pulumi
from pulumi import ResourceOptions

from apps.ciapol.sensors.stations import read_stations
from infra.distributions import predictor
from infra.resources.dolphinscheduler.alerts import DolphinSchedulerAlerts
from infra.resources.dolphinscheduler.database import ADMIN_SECRET, TOKEN_SECRET
from infra.resources.dolphinscheduler.project import DolphinSchedulerProject
from infra.resources.dolphinscheduler.workflow import DolphinSchedulerWorkflow
from infra.resources.dolphinscheduler.workflow_files import WorkflowFile
from infra.resources.pulsar.topics import PulsarTopics
from infra.resources.seatunnel.job import SeaTunnelJob
from infra.resources.starrocks.rows import StarRocksRows
from infra.resources.starrocks.schema import StarRocksSchema
from infra.resources.starrocks.users import StarRocksUsers
from infra.services import pulsar_roles
from infra.services.tasks import PLATFORM_DATABASE, Product
from infra.settings import ROOT, CiapolSettings, IngestSettings
from stacks.platform import Platform

NAME = "ciapol"
DATABASE = "ciapol_analytics"
TOPIC = "persistent://ciapol/air/sensor-measurements"
ROLES = {
    "api": "reader",
    "sink": "loader",
    "predictor": "forecaster",
    "scheduler": "scheduler_role",
    "smoke": "smoke_role",
    "registrar": "registrar_role",
}
WORKFLOWS = ROOT / "dolphinscheduler" / NAME


def product(settings: CiapolSettings) -> Product:
    """What the tasks of CIAPOL's workflows must know."""
    return Product(
        database=DATABASE,
        settings={"retention_months": settings.retention_months, "quality_threshold": settings.quality_threshold},
        apps={"predictor": predictor()},
    )


def ciapol(platform: Platform, workflows: Sequence[WorkflowFile]) -> None:
    """Topics, schema, users, stations, jobs and workflows; each waits for its own service alone."""
    stack, settings = platform.stack, platform.settings
    starrocks = platform.starrocks.service.name
    topics = PulsarTopics(
        "ciapol-topics",
        stack=stack,
        service=platform.pulsar.service.name,
        definition=ROOT / "topics/ciapol/topics.yaml",
        keep_data=settings.keep_data,
        opts=_inside(platform, platform.pulsar.resource),
    )
    platform_schema = StarRocksSchema(
        "platform-schema",
        stack=stack,
        service=starrocks,
        database=PLATFORM_DATABASE,
        migrations=ROOT / "sql/platform",
        replication_num=settings.starrocks.replication_num,
        keep_data=settings.keep_data,
        opts=_inside(platform, platform.starrocks.resource),
    )
    schema = StarRocksSchema(
        "ciapol-schema",
        stack=stack,
        service=starrocks,
        database=DATABASE,
        migrations=ROOT / "sql/ciapol",
        replication_num=settings.starrocks.replication_num,
        keep_data=settings.keep_data,
        # Its grants name the platform's tables.
        opts=_inside(platform, platform.starrocks.resource, platform_schema),
    )
    users = StarRocksUsers(
        "ciapol-users",
        stack=stack,
        service=starrocks,
        roles=ROLES,
        password_ids={user: platform.secrets[f"starrocks-{user}"].id for user in ROLES},
        opts=_inside(platform, platform.starrocks.resource, schema),
    )
    StarRocksRows(
        "ciapol-stations",
        stack=stack,
        service=starrocks,
        user="registrar",
        database=DATABASE,
        table="stations",
        key="station_id",
        rows={
            row.id: row.model_dump(exclude={"id"})
            for row in read_stations(ROOT / "apps/ciapol/sensors/data/stations.csv")
        },
        opts=_inside(platform, platform.starrocks.resource, users),
    )
    ingest = SeaTunnelJob(
        "ciapol-ingest",
        stack=stack,
        service=platform.seatunnel.service.name,
        starrocks=starrocks,
        database=PLATFORM_DATABASE,
        product=NAME,
        definition=ROOT / "seatunnel/ciapol/ingest.conf",
        settings={"starrocks.database": DATABASE, **ingest_placeholders(settings.ingest)},
        instances={each.service.name: each.instance for each in platform.streaming},
        opts=_inside(platform, platform.seatunnel.resource, topics, users),
    )
    _workflows(platform, workflows, users, ingest)
    _export(platform)


def _workflows(platform: Platform, workflows: Sequence[WorkflowFile], *needs: pulumi.Resource) -> None:
    """The project and its workflows: a schedule begins with its workflow, so what that works on must be there."""
    stack, scheduler = platform.stack, platform.dolphinscheduler
    project = DolphinSchedulerProject(
        "ciapol-project",
        stack=stack,
        service=scheduler.service.name,
        project=NAME,
        opts=_inside(platform, scheduler.resource, *needs),
    )
    told: list[pulumi.Resource] = []
    if platform.alert_webhook is not None:
        told.append(
            DolphinSchedulerAlerts(
                "ciapol-alerts",
                stack=stack,
                service=scheduler.service.name,
                group=NAME,
                secret_id=platform.alert_webhook.apply(lambda url: sha256(url.encode()).hexdigest()[:16]),
                opts=_inside(platform, scheduler.resource),
            )
        )
    before: dict[str, DolphinSchedulerWorkflow] = {}
    for file in workflows:
        name = file.definition.name
        before[name] = DolphinSchedulerWorkflow(
            f"ciapol-{name.replace('_', '-')}",
            stack=stack,
            service=scheduler.service.name,
            project=NAME,
            tenant=platform.tenant,
            definition=file.path,
            alert_group=NAME if told else "",
            opts=_inside(
                platform, scheduler.resource, project, *told, *(before[each] for each in file.definition.waits_for)
            ),
        )


def ingest_placeholders(ingest: IngestSettings) -> dict[str, str]:
    """The placeholders of `ingest.conf` that come from the settings."""
    return {
        "ingest.flush_interval_ms": str(ingest.flush_interval),
        "ingest.batch_max_rows": str(ingest.batch_max_rows),
        "ingest.parallelism": str(ingest.parallelism),
        "ingest.checkpoint_interval_ms": str(ingest.checkpoint_interval),
    }


def _inside(platform: Platform, service: pulumi.Resource, *needs: pulumi.Resource) -> ResourceOptions:
    """What is inside a service goes with it: `destroy` after `make down` must neither hang nor fail."""
    return ResourceOptions(depends_on=[service, platform.connections, *needs], deleted_with=service)


def _export(platform: Platform) -> None:
    starrocks = platform.starrocks.operator_endpoints
    pulumi.export(
        "addresses",
        {
            "topic": TOPIC,
            "pulsar_broker_url": platform.pulsar.operator_endpoints["broker"].url,
            "pulsar_admin_url": platform.pulsar.operator_endpoints["admin"].url,
            "zeta_url": platform.seatunnel.operator_endpoints["rest"].url,
            "starrocks_host": starrocks["query"].host,
            "starrocks_query_port": starrocks["query"].port,
            "starrocks_http_url": starrocks["fe-http"].url,
            "dolphinscheduler_url": f"{platform.dolphinscheduler.operator_endpoints['rest'].url}/dolphinscheduler",
            "api_url": platform.services["api"].operator_endpoints["http"].url,
            "frontend_url": platform.services["frontend"].operator_endpoints["http"].url,
        },
    )
    pulumi.export("starrocks", {"edition": platform.settings.starrocks.edition, "database": DATABASE})
    pulumi.export(
        "credentials",
        pulumi.Output.secret(
            {
                **{
                    user: {"user": user, "password": platform.secrets[f"starrocks-{user}"].value}
                    for user in ("root", *ROLES)
                },
                "dolphinscheduler": {
                    "user": "admin",
                    "password": platform.secrets[ADMIN_SECRET].value,
                    "token": platform.secrets[TOKEN_SECRET].value,
                },
                "pulsar": {
                    pulsar_roles.role(name): platform.tokens[name]
                    for name in (pulsar_roles.ADMIN, pulsar_roles.SENSORS, pulsar_roles.SMOKE)
                },
            }
        ),
    )
