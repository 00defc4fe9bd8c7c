"""The outputs of a stack."""

import dataclasses
from collections.abc import Mapping

import pulumi
from pulumi import Output

from infra import platform as own
from infra.platform import secret
from infra.resources.dolphinscheduler.database import ADMIN_SECRET, TOKEN_SECRET
from infra.services import pulsar_roles
from infra.services.web import PLATFORM_API
from stacks.data_product import DataProduct
from stacks.platform import Platform


def export(platform: Platform, products: Mapping[str, DataProduct]) -> None:
    """Export addresses, products and credentials.

    Args:
        platform: the platform.
        products: the products by name.
    """
    starrocks = platform.starrocks.operator_endpoints
    pulumi.export(
        "addresses",
        {
            "pulsar_broker_url": platform.pulsar.operator_endpoints["broker"].url,
            "pulsar_admin_url": platform.pulsar.operator_endpoints["admin"].url,
            "zeta_url": platform.seatunnel.operator_endpoints["rest"].url,
            "starrocks_host": starrocks["query"].host,
            "starrocks_query_port": starrocks["query"].port,
            "starrocks_http_url": starrocks["fe-http"].url,
            "dolphinscheduler_url": f"{platform.dolphinscheduler.operator_endpoints['rest'].url}/dolphinscheduler",
            "platform_api_url": platform.services[PLATFORM_API].operator_endpoints["http"].url,
            "prometheus_url": _optional(platform, "prometheus"),
            "grafana_url": _optional(platform, "grafana"),
            "frontend_url": platform.services["frontend"].operator_endpoints["http"].url,
        },
    )
    pulumi.export("starrocks", {"edition": platform.settings.starrocks.edition})
    if platform.requests is not None:
        pulumi.export("requests", dataclasses.asdict(platform.requests))
    if platform.public:
        pulumi.export("public", dict(platform.public))
    if platform.settings.rehearsal:
        pulumi.export("rehearsal", "the emulator replaces StarRocks: not for production")
    pulumi.export(
        "products",
        {
            name: {"api_url": each.api_url, "databases": each.databases, "topics": each.topics}
            for name, each in products.items()
        },
    )
    values = platform.secrets.values
    pulumi.export(
        "credentials",
        Output.secret(
            {
                **{user: {"user": user, "password": values[secret(user)]} for user in ("root", *own.ROLES)},
                "dolphinscheduler": {
                    "user": "admin",
                    "password": values[ADMIN_SECRET],
                    "token": values[TOKEN_SECRET],
                },
                "pulsar": {pulsar_roles.role(pulsar_roles.ADMIN): values[pulsar_roles.ADMIN]},
                "products": {name: each.credentials for name, each in products.items()},
            }
        ),
    )


def _optional(platform: Platform, service: str) -> str:
    """The URL of a service; empty if the stack does not run it."""
    running = platform.services.get(service)
    return running.operator_endpoints["http"].url if running else ""
