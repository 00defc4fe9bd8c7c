"""DolphinScheduler's servers, their configuration and SQL, the Java agent for their addresses, the operators' page."""

from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from infra.checkout.paths import ROOT
from infra.distributions import locks, maven
from infra.distributions.digest import version
from infra.distributions.downloads import fetch
from infra.distributions.files import copy_sources, place
from infra.distributions.model import Distribution, Report
from infra.versions import DOLPHINSCHEDULER, DOLPHINSCHEDULER_SOURCES, Artifact

AGENT = ROOT / "dolphinscheduler" / "address-agent"
PAGE = ROOT / "dolphinscheduler" / "page"
SCHEMA = "dolphinscheduler_postgresql.sql"
# The API reads the types of tasks from a configuration file of its own; the standalone server includes the API.
CONFIGURATION: dict[str, dict[str, tuple[str, ...]]] = {
    "standalone": {"standalone": ("application.yaml",), "api": ("task-type-config.yaml",)},
    "api": {"api": ("application.yaml", "task-type-config.yaml")},
    "master": {"master": ("application.yaml",)},
    "worker": {"worker": ("application.yaml",)},
    "alert": {"alert": ("application.yaml",)},
}


def distribution() -> Distribution:
    """DolphinScheduler. The version depends on the sources of the agent and of the operators' page."""
    pinned = (artifact.sha256 for artifact in DOLPHINSCHEDULER_SOURCES.values())
    sources = [*(lock.path for lock in locks.DOLPHINSCHEDULER.values()), AGENT, PAGE, Path(__file__)]
    return Distribution("dolphinscheduler", f"{DOLPHINSCHEDULER}-{version(sources, pinned).rsplit('-', 1)[1]}")


def downloads() -> list[Artifact]:
    """The files that `build` needs from a Maven repository, except Maven's own plugins."""
    jars = (artifact for lock in locks.DOLPHINSCHEDULER.values() for artifact in lock.artifacts())
    return [*dict.fromkeys(jars), *DOLPHINSCHEDULER_SOURCES.values()]


def build(target: Path, report: Report) -> None:
    """Create `lib/<server>/`, `conf/<server>/`, `sql/`, `agent/` and `home/ui/` (the operators' page)."""
    # The compilation comes first, because downloads run at the same time.
    report("compiling the agent")
    _compile_agent(target / "agent", report)
    wanted = {server: lock.artifacts() for server, lock in locks.DOLPHINSCHEDULER.items()}
    every = {artifact.coordinates: artifact for artifacts in wanted.values() for artifact in artifacts}
    files = fetch([*every.values(), *DOLPHINSCHEDULER_SOURCES.values()], report)
    paths = dict(zip(every, files[: len(every)], strict=True))
    for server, artifacts in wanted.items():
        place([paths[artifact.coordinates] for artifact in artifacts], target / "lib" / server)
    sources = dict(zip(DOLPHINSCHEDULER_SOURCES, files[len(every) :], strict=True))
    for server, parts in CONFIGURATION.items():
        for part, names in parts.items():
            _unpack(sources[part], names, target / "conf" / server)
    _unpack(sources["dao"], (f"sql/{SCHEMA}",), target)
    copy_sources(PAGE, target / "home" / "ui")
    (target / "home").mkdir(exist_ok=True)


def _unpack(archive: Path, names: tuple[str, ...], folder: Path) -> None:
    with ZipFile(archive) as opened:
        for name in names:
            opened.extract(name, folder)


def _compile_agent(target: Path, report: Report) -> None:
    with TemporaryDirectory(prefix="kappastack-agent-") as folder:
        copy_sources(AGENT, Path(folder))
        maven.run(["--quiet", "package", "-Dmaven.test.skip=true"], Path(folder), report)
        place([Path(folder) / "target" / "address-agent.jar"], target)
