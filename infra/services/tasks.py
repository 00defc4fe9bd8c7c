"""The programs that workflow tasks run. They are installed on every DolphinScheduler worker."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from infra import distributions
from infra import platform as own
from infra.platform import secret
from infra.products.model import Product
from infra.services.model import Endpoint, Need, Service
from infra.settings import ProductSettings

ALERT_WEBHOOK = "alert-webhook"
"""Name of the secret with the URL of the alert webhook."""
_SCHEDULER = "scheduler"

_ENVIRONMENT = """\
export KAPPASTACK_PYTHON="@{python}"
export KAPPASTACK_TASKS="@{files}/tasks.json"
export PYTHONPATH="@{dist.tasks}/lib"
export PYTHONUNBUFFERED=1
# Cache of the programs; they recompute missing content.
export KAPPASTACK_CACHE="@{volume.data}/cache"
"""


class _User(TypedDict):
    user: str
    password_file: str


class _Platform(_User):
    database: str


class _ProductDocument(TypedDict):
    databases: list[str]
    users: dict[str, _User]
    parameters: dict[str, int | float]
    programs: dict[str, str]


class _Document(TypedDict):
    stack: str
    zeta: dict[str, str]
    starrocks: dict[str, str | int]
    platform: _Platform
    placeholders: dict[str, str]
    products: dict[str, _ProductDocument]
    alerts: dict[str, str]


@dataclass(frozen=True)
class Tasks:
    """Settings of the programs that workflow tasks run.

    Args:
        stack: name of the stack.
        zeta: REST endpoint of SeaTunnel Zeta.
        starrocks: query endpoint of StarRocks.
        placeholders: values of the placeholders in job definitions: addresses, and paths of secret files on SeaTunnel's
            nodes.
        products: the stack's products, each with its settings.
        webhook: whether the stack has an alert webhook.
        alertmanager: endpoint of Alertmanager, which receives alerts; None if monitoring is off, then the webhook does.
    """

    stack: str
    zeta: Endpoint
    starrocks: Endpoint
    placeholders: Mapping[str, str]
    products: Sequence[tuple[Product, ProductSettings]]
    webhook: bool
    alertmanager: Endpoint | None

    def document(self) -> str:
        """The settings in JSON, as `apps.tasks.settings` reads them."""
        document: _Document = {
            "stack": self.stack,
            "zeta": {"url": self.zeta.url},
            "starrocks": {"host": self.starrocks.host, "port": self.starrocks.port},
            "platform": {"database": own.DATABASE, **_user(own.SCHEDULER)},
            "placeholders": dict(self.placeholders),
            "products": {product.name: _product(product, settings) for product, settings in self.products},
            "alerts": self._alerts(),
        }
        return json.dumps(document, indent=2)

    @property
    def posts(self) -> bool:
        """Whether the programs post alerts to the webhook themselves."""
        return self.webhook and self.alertmanager is None

    def _alerts(self) -> dict[str, str]:
        if self.alertmanager is not None:
            return {"alertmanager": self.alertmanager.url}
        return {"webhook_file": f"@{{secret.{ALERT_WEBHOOK}}}"} if self.posts else {}

    def users(self) -> list[str]:
        """Full names of the StarRocks users that the programs connect as."""
        return [
            own.SCHEDULER,
            *(product.user(user) for product, _ in self.products for user in _users(product)),
        ]


def _users(product: Product) -> list[str]:
    """Names of the users that a product's workflows need, without the product's prefix."""
    scheduler = [_SCHEDULER] if _SCHEDULER in product.roles else []
    return [*scheduler, *(each.name for each in product.programs)]


def _user(name: str) -> _User:
    return {"user": name, "password_file": f"@{{secret.{secret(name)}}}"}


def _product(product: Product, settings: ProductSettings) -> _ProductDocument:
    return {
        "databases": list(product.databases),
        "users": {user: _user(product.user(user)) for user in _users(product)},
        "parameters": dict(settings.task_parameters()),
        "programs": {each.name: f"@{{dist.{product.program_distribution(each)}}}/lib" for each in product.programs},
    }


def with_tasks(worker: Service, tasks: Tasks) -> Service:
    """The DolphinScheduler worker with the programs, their settings and their secrets.

    DolphinScheduler sources `dolphinscheduler_env.sh` from its class path before each task.
    """
    secrets = {secret(user): secret(user) for user in tasks.users()}
    if tasks.posts:
        secrets[ALERT_WEBHOOK] = ALERT_WEBHOOK
    alerts = [] if tasks.alertmanager is None else [Need("alertmanager", "http")]
    programs = [distributions.program(product, each) for product, _ in tasks.products for each in product.programs]
    return replace(
        worker,
        files={**worker.files, "dolphinscheduler_env.sh": _ENVIRONMENT, "tasks.json": tasks.document()},
        secrets={**worker.secrets, **secrets},
        # Each task is a process.
        rereads=(*worker.rereads, *secrets),
        needs=(*worker.needs, Need("seatunnel", "rest"), Need("starrocks", "query"), *alerts),
        outside=tasks.posts,
        distributions={"tasks": distributions.tasks(), **{each.name: each for each in programs}},
    )
