"""The page, which Vite builds, and the small Python server that serves it."""

from pathlib import Path

from infra.distributions import npm
from infra.distributions.digest import interpreter, version
from infra.distributions.model import Distribution, Report
from infra.distributions.recipes.python_app import PythonApp

SERVER = PythonApp("frontend", "apps/frontend", suffixes=(".py",))


def distribution() -> Distribution:
    """The page and its server. The version depends on the sources of both."""
    sources = [SERVER.lock, npm.FRONTEND, Path(__file__)]
    return Distribution(SERVER.name, version(sources, [interpreter()]))


def build(target: Path, report: Report) -> None:
    """Create `lib/` (the server) and `static/` (the page)."""
    SERVER.build(target, report)
    with npm.modules(report):
        report("building the page")
        npm.run(["run", "build", "--", "--outDir", str(target / "static"), "--emptyOutDir"])
