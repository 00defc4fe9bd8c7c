"""The distributions that there are, and how each is built."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.distributions.model import Distribution, Report
from infra.distributions.recipes import dolphinscheduler as _dolphinscheduler
from infra.distributions.recipes import frontend as _frontend
from infra.distributions.recipes import postgres as _postgres
from infra.distributions.recipes import pulsar as _pulsar
from infra.distributions.recipes import seatunnel as _seatunnel
from infra.distributions.recipes.python_app import PythonApp


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a distribution is identified and built.

    Args:
        distribution: works out name and version, quickly and without the network.
        build: writes the files into an empty folder.
    """

    distribution: Callable[[], Distribution]
    build: Callable[[Path, Report], None]


_EMULATOR = PythonApp("starrocks_emulator", "starrocks_emulator")
_API = PythonApp("api", "apps/ciapol/api", data=(("sql/ciapol/queries", "queries"),))
_SENSORS = PythonApp("sensors", "apps/ciapol/sensors")
_TASKS = PythonApp(
    "tasks",
    "apps/tasks",
    data=(("seatunnel/ciapol", "products/seatunnel/ciapol"), ("sql/ciapol/queries", "products/sql/ciapol/queries")),
    shared=("seatunnel/client",),
)
_PREDICTOR = PythonApp("predictor", "apps/ciapol/predictor")

RECIPES = {
    # The slowest first: they are begun in this order, a few at a time.
    "dolphinscheduler": Recipe(_dolphinscheduler.distribution, _dolphinscheduler.build),
    "seatunnel": Recipe(_seatunnel.distribution, _seatunnel.build),
    "frontend": Recipe(_frontend.distribution, _frontend.build),
    "pulsar": Recipe(_pulsar.distribution, _pulsar.build),
    "postgres": Recipe(_postgres.distribution, _postgres.build),
    "starrocks_emulator": Recipe(_EMULATOR.distribution, _EMULATOR.build),
    "api": Recipe(_API.distribution, _API.build),
    "sensors": Recipe(_SENSORS.distribution, _SENSORS.build),
    "tasks": Recipe(_TASKS.distribution, _TASKS.build),
    "predictor": Recipe(_PREDICTOR.distribution, _PREDICTOR.build),
}


def every() -> list[Distribution]:
    """All of them, as the sources are now."""
    return [recipe.distribution() for recipe in RECIPES.values()]


def pulsar() -> Distribution:
    """Pulsar: `lib/`, `conf/`, `bin/`."""
    return _pulsar.distribution()


def seatunnel() -> Distribution:
    """SeaTunnel's Zeta engine with our connectors: `starter/`, `lib/`, `connectors/`."""
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


def api() -> Distribution:
    """The API: `lib/`, `queries/`."""
    return _API.distribution()


def frontend() -> Distribution:
    """The page and its server: `lib/`, `static/`."""
    return _frontend.distribution()


def sensors() -> Distribution:
    """Replay and simulation of stations: `lib/`."""
    return _SENSORS.distribution()


def tasks() -> Distribution:
    """What DolphinScheduler's tasks run: `lib/`, and in `products/` the job files and queries of every product."""
    return _TASKS.distribution()


def predictor() -> Distribution:
    """The forecast of the air quality index and of each pollutant: `lib/`."""
    return _PREDICTOR.distribution()
