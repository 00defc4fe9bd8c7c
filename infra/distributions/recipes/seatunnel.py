"""SeaTunnel's Zeta engine, published plugins of jobs, and this project's connectors in `seatunnel/connectors/`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from infra.checkout.paths import ROOT
from infra.distributions import maven
from infra.distributions.digest import version
from infra.distributions.downloads import fetch
from infra.distributions.files import copy_sources, place
from infra.distributions.locks import ZETA_ENGINE
from infra.distributions.model import AssemblyError, Distribution, Report
from infra.versions import (
    MYSQL_DRIVER,
    SEATUNNEL,
    SEATUNNEL_CONSOLE,
    SEATUNNEL_FAKE,
    SEATUNNEL_HADOOP,
    SEATUNNEL_JDBC,
    SEATUNNEL_TRANSFORMS,
    Artifact,
)

CONNECTORS = ROOT / "seatunnel" / "connectors"
MAPPING = "plugin-mapping.properties"
# The file system library that checkpoints use, and the driver of the Jdbc source.
LIBRARIES = (SEATUNNEL_HADOOP, MYSQL_DRIVER)
PLUGINS = (SEATUNNEL_TRANSFORMS, SEATUNNEL_JDBC, SEATUNNEL_FAKE, SEATUNNEL_CONSOLE)

PUBLISHED = {
    "source.FakeSource": "connector-fake",
    "sink.Console": "connector-console",
    "source.Jdbc": "connector-jdbc",
    "sink.Jdbc": "connector-jdbc",
    **{
        f"transform.{name}": "seatunnel-transforms-v2"
        for name in ("Copy", "FieldMapper", "Filter", "FilterRowKind", "JsonPath", "Replace", "Split", "Sql")
    },
}
"""Prefix of the published jar's file name, by plugin."""


def distribution() -> Distribution:
    """SeaTunnel with this project's connectors. The version depends on the connectors' sources."""
    pinned = (artifact.sha256 for artifact in (*LIBRARIES, *PLUGINS))
    own = version([ZETA_ENGINE.path, CONNECTORS, Path(__file__)], pinned).rsplit("-", 1)[1]
    return Distribution("seatunnel", f"{SEATUNNEL}-{own}")


def downloads() -> list[Artifact]:
    """The files that `build` needs from a Maven repository, except those that only the compilation needs."""
    return [*ZETA_ENGINE.artifacts(), *LIBRARIES, *PLUGINS]


def build(target: Path, report: Report) -> None:
    """Create `starter/` (the engine), `lib/` (also on its class path) and `connectors/` (plugins)."""
    # The compilation comes first, because downloads run at the same time.
    if CONNECTORS.is_dir():
        report("compiling our connectors")
        _compile(target / "connectors", report)
    starter = ZETA_ENGINE.artifacts()
    jars = fetch([*starter, *LIBRARIES, *PLUGINS], report)
    place(jars[: len(starter)], target / "starter")
    place(jars[len(starter) : len(starter) + len(LIBRARIES)], target / "lib")
    place(jars[len(starter) + len(LIBRARIES) :], target / "connectors")
    (target / "connectors" / MAPPING).write_text(mapping())


def mapping() -> str:
    """The text of the plugin mapping: the jar in `connectors/` of each published plugin, then of this project's."""
    lines = [f"seatunnel.{plugin} = {jar}" for plugin, jar in PUBLISHED.items()]
    own = CONNECTORS / MAPPING
    return "\n".join([*lines, own.read_text() if own.exists() else ""])


def _compile(target: Path, report: Report) -> None:
    """Compile a copy of the sources, so that concurrent tests on the sources are not disturbed."""
    with TemporaryDirectory(prefix="kappastack-connectors-") as folder:
        copy_sources(CONNECTORS, Path(folder))
        maven.run(["--quiet", "package", "-Dmaven.test.skip=true"], Path(folder), report)
        jars = [
            jar
            for jar in Path(folder).glob("**/target/*.jar")
            if not jar.name.startswith("original-") and not jar.stem.endswith(("-sources", "-tests"))
        ]
        if not jars:
            raise AssemblyError(f"{CONNECTORS} was packaged, but the build produced no jar")
        place(jars, target)
