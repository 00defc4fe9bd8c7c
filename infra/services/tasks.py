"""What the tasks of workflows run: programs of ours, on whichever machine works on a task."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from infra.distributions import Distribution
from infra.services.model import Endpoint, Service

PLATFORM_DATABASE = "kappastack"
USERS = ("scheduler", "predictor")
"""Of StarRocks, as whom the programs work."""

_ENVIRONMENT = """\
export KAPPASTACK_PYTHON="@{python}"
export KAPPASTACK_TASKS="@{files}/tasks.json"
export PYTHONPATH="@{dist.tasks}/lib"
export PYTHONUNBUFFERED=1
# What the predictor has learnt: it learns it again where it is gone.
export PREDICTOR_MODELS="@{volume.data}/predictor"
"""


@dataclass(frozen=True)
class Product:
    """A product whose workflows run.

    Args:
        database: of StarRocks.
        settings: what its workflows go by, such as `retention_months`.
        apps: distributions of the programs that its tasks run, by name.
    """

    database: str
    settings: Mapping[str, int | float]
    apps: Mapping[str, Distribution]


@dataclass(frozen=True)
class Tasks:
    """What the programs of tasks must know of the platform.

    Args:
        distribution: the programs.
        stack: name of the stack.
        zeta: REST endpoint of SeaTunnel.
        starrocks: query endpoint.
        placeholders: what job definitions are filled with: addresses, and secret files as SeaTunnel finds them.
        products: by name.
        alerts: whether there is a webhook for alerts.
    """

    distribution: Distribution
    stack: str
    zeta: Endpoint
    starrocks: Endpoint
    placeholders: Mapping[str, str]
    products: Mapping[str, Product]
    alerts: bool

    def document(self) -> str:
        """The programs' settings, as `apps.tasks.settings` reads them."""
        return json.dumps(
            {
                "stack": self.stack,
                "zeta": {"url": self.zeta.url},
                "starrocks": {"host": self.starrocks.host, "port": self.starrocks.port},
                "users": {user: f"@{{secret.starrocks-{user}}}" for user in USERS},
                "platform_database": PLATFORM_DATABASE,
                "placeholders": dict(self.placeholders),
                "products": {
                    name: {
                        "database": product.database,
                        **product.settings,
                        "apps": {app: f"@{{dist.{app}}}/lib" for app in product.apps},
                    }
                    for name, product in self.products.items()
                },
                "alerts": {"webhook_file": "@{secret.alert-webhook}"} if self.alerts else {},
            },
            indent=2,
        )


def with_tasks(worker: Service, tasks: Tasks) -> Service:
    """A worker of DolphinScheduler that holds the programs, their settings and their secrets.

    DolphinScheduler sources `dolphinscheduler_env.sh`, which it finds on its class path, before each task.
    """
    secrets = {f"starrocks-{user}": f"starrocks-{user}" for user in USERS}
    if tasks.alerts:
        secrets["alert-webhook"] = "alert-webhook"
    return replace(
        worker,
        files={**worker.files, "dolphinscheduler_env.sh": _ENVIRONMENT, "tasks.json": tasks.document()},
        secrets={**worker.secrets, **secrets},
        distributions={
            "tasks": tasks.distribution,
            **{app: each for product in tasks.products.values() for app, each in product.apps.items()},
        },
    )
