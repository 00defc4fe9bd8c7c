"""All distributions, with their recipes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.checkout.paths import ROOT
from infra.distributions.model import Distribution, Report
from infra.distributions.recipes import dolphinscheduler as _dolphinscheduler
from infra.distributions.recipes import frontend as _frontend
from infra.distributions.recipes import monitoring as _monitoring
from infra.distributions.recipes import postgres as _postgres
from infra.distributions.recipes import pulsar as _pulsar
from infra.distributions.recipes import seatunnel as _seatunnel
from infra.distributions.recipes.debian import DebianPrograms
from infra.distributions.recipes.python_app import PythonApp
from infra.products.model import Product, Program
from infra.products.registry import declared

_WEB = "apps/web"
"""Folder of the package that all APIs share."""
_SHARED = "apps/shared"
"""Folder of the package that programs and the deployment share."""
_API_REQUIREMENTS = "api"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The two functions of a distribution.

    Args:
        distribution: returns name and version, within milliseconds and without the network.
        build: writes the files into an empty folder.
    """

    distribution: Callable[[], Distribution]
    build: Callable[[Path, Report], None]


_EMULATOR = PythonApp("starrocks_emulator", "starrocks_emulator")
_PLATFORM_API = PythonApp("platform_api", "apps/platform_api", requirements=_API_REQUIREMENTS, shared=(_WEB, _SHARED))


def _tasks() -> PythonApp:
    """The programs of workflow tasks, with the batch jobs and queries of every product.

    Streaming jobs are left out, so that a change of one does not replace the workers.
    """
    products = declared()
    paths = [
        *(ROOT / folder for name in products for folder in (f"sql/{name}/queries", f"topics/{name}")),
        *(product.job_file(job) for product in products.values() for job in product.batch_jobs),
    ]
    return PythonApp(
        "tasks",
        "apps/tasks",
        data=tuple(
            (str(name), f"products/{name}") for path in paths if path.exists() for name in [path.relative_to(ROOT)]
        ),
        shared=("seatunnel/client", _SHARED),
    )


def _queries(product: Product) -> tuple[tuple[str, str], ...]:
    """The queries of a product, for the folder `queries` of a distribution."""
    folder = f"sql/{product.name}/queries"
    return ((folder, "queries"),) if (ROOT / folder).is_dir() else ()


def _product_api(product: Product) -> PythonApp:
    return PythonApp(
        product.api_service,
        f"apps/{product.name}/api",
        requirements=_API_REQUIREMENTS,
        data=_queries(product),
        shared=(_WEB, _SHARED),
    )


def _program(product: Product, each: Program) -> PythonApp:
    return PythonApp(
        product.program_distribution(each),
        f"apps/{product.name}/{each.name}",
        requirements=each.requirements,
        data=_queries(product),
        shared=(_SHARED,),
    )


def _recipe(app: PythonApp | DebianPrograms) -> Recipe:
    return Recipe(app.distribution, app.build)


@cache
def recipes() -> dict[str, Recipe]:
    """All recipes by the name of their distribution, including those of products.

    The slowest come first, because builds start in this order, a few at a time.
    """
    products = declared().values()
    apps = [
        _EMULATOR,
        _PLATFORM_API,
        _tasks(),
        *(_product_api(product) for product in products if product.api is not None),
        *(_program(product, each) for product in products for each in product.programs),
    ]
    return {
        "dolphinscheduler": Recipe(_dolphinscheduler.distribution, _dolphinscheduler.build),
        "seatunnel": Recipe(_seatunnel.distribution, _seatunnel.build),
        "frontend": Recipe(_frontend.distribution, _frontend.build),
        "pulsar": Recipe(_pulsar.distribution, _pulsar.build),
        "postgres": Recipe(_postgres.distribution, _postgres.build),
        **{each.name: _recipe(each) for each in _monitoring.ALL},
        **{app.name: _recipe(app) for app in apps},
    }


def every() -> list[Distribution]:
    """All distributions of the current sources."""
    return [recipe.distribution() for recipe in recipes().values()]


def pulsar() -> Distribution:
    """Pulsar: `lib/`, `conf/`, `bin/`."""
    return _pulsar.distribution()


def seatunnel() -> Distribution:
    """SeaTunnel's Zeta engine with this project's connectors: `starter/`, `lib/`, `connectors/`."""
    return _seatunnel.distribution()


def postgres() -> Distribution:
    """PostgreSQL's server: `bin/`, `lib/`, `share/`."""
    return _postgres.distribution()


def dolphinscheduler() -> Distribution:
    """DolphinScheduler's servers: `lib/<server>/`, `conf/`, `sql/`, `agent/`, `home/`."""
    return _dolphinscheduler.distribution()


def starrocks_emulator() -> Distribution:
    """The emulator of StarRocks: `lib/`."""
    return _EMULATOR.distribution()


def platform_api() -> Distribution:
    """The platform's API: `lib/`."""
    return _PLATFORM_API.distribution()


def product_api(product: Product) -> Distribution:
    """The API of a product: `lib/`, and `queries/` if the product has queries."""
    return _product_api(product).distribution()


def program(product: Product, each: Program) -> Distribution:
    """A program that a product's workflow tasks run: `lib/`."""
    return _program(product, each).distribution()


def frontend() -> Distribution:
    """The page and its server: `lib/`, `static/`."""
    return _frontend.distribution()


def tasks() -> Distribution:
    """The programs of workflow tasks: `lib/`, and in `products/` the batch jobs and queries of every product."""
    return _tasks().distribution()


def prometheus() -> Distribution:
    """Prometheus: `bin/`, `web/`."""
    return _monitoring.PROMETHEUS.distribution()


def alertmanager() -> Distribution:
    """Alertmanager: `bin/`."""
    return _monitoring.ALERTMANAGER.distribution()


def node_exporter() -> Distribution:
    """Prometheus' exporter for a machine: `bin/`."""
    return _monitoring.NODE_EXPORTER.distribution()


def postgres_exporter() -> Distribution:
    """Prometheus' exporter for PostgreSQL: `bin/`."""
    return _monitoring.POSTGRES_EXPORTER.distribution()
