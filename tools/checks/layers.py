"""The layers of tests and checks."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infra.checkout import environment
from infra.checkout.paths import ROOT
from infra.distributions import AssemblyError, assemble_all, every, maven, npm
from infra.distributions.programs import execute
from infra.distributions.recipes.dolphinscheduler import AGENT
from infra.distributions.recipes.seatunnel import CONNECTORS
from tools.checks.changes import Selection
from tools.checks.outcome import Outcome, from_reports, judged

REPORTS = ROOT / "build" / "checks"

Queue = Literal["first", "parts", "stacks", "containers"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Args:
        name: name on the command line.
        title: text of its heading.
        run: runs the layer and returns its outcome.
        queue: the layers of a queue run one after the other. The queues run at the same time, after `first`.
        movable: whether the layer may run at the same time as any other one, so that an empty queue may take it.
    """

    name: str
    title: str
    run: Callable[[], Outcome]
    queue: Queue = "parts"
    movable: bool = False


def command(arguments: Sequence[str]) -> Outcome:
    """Run a check that consists of one command. It passes with exit status 0."""
    status, output = execute(arguments, variables=environment.variables())
    return Outcome(passed=1) if status == 0 else Outcome(failed=1, details=output)


def distributions() -> Outcome:
    """Assemble all distributions whose sources or locks changed."""
    results = assemble_all([distribution.name for distribution in every()], lambda line: print(line, flush=True))  # noqa: T201
    failures = [f"{name}: {error}" for name, error in results.items() if isinstance(error, AssemblyError)]
    return Outcome(len(results) - len(failures), len(failures), details="\n".join(failures))


def lint() -> Outcome:
    """Check rules and format with Ruff."""
    return command(["ruff", "check", "."]) + command(["ruff", "format", "--check", "."])


def types() -> Outcome:
    """Check types with mypy, in the files that pyproject.toml names."""
    return command(["mypy"])


def frontend() -> Outcome:
    """Check the page with Biome and TypeScript, and run its tests with Vitest."""
    total = Outcome()
    report = REPORTS / "frontend.xml"
    report.unlink(missing_ok=True)
    try:
        with npm.modules(lambda _: None):
            for script in ("lint", "typecheck"):
                total += _npm(["run", script])
            reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
            tests = _npm(["test", "--", *reporters])
    except AssemblyError as error:
        return total + Outcome(failed=1, details=str(error))
    counted = from_reports([report] if report.exists() else [])
    return total + judged(tests.failed == 0, counted, tests.details)


def _npm(arguments: Sequence[str]) -> Outcome:
    try:
        npm.run(arguments)
    except AssemblyError as error:
        return Outcome(failed=1, details=str(error))
    return Outcome(passed=1)


def java() -> Outcome:
    """Run the tests of the connectors and of DolphinScheduler's agent with Maven."""
    return _junit(CONNECTORS) + _junit(AGENT)


def _junit(module: Path) -> Outcome:
    reports = module / "target" / "surefire-reports"
    shutil.rmtree(reports, ignore_errors=True)
    details = ""
    try:
        maven.run(["test"], module, lambda _: None)
    except AssemblyError as error:
        details = str(error)
    return judged(not details, from_reports(reports.glob("TEST-*.xml")), details)


def streamed(name: str, arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a Python module, print its output, and return its exit status.

    Args:
        name: name of the layer. Each line begins with it, because layers print concurrently.
        arguments: the module and its arguments.
        variables: environment variables in addition to the usual ones.
    """
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | environment.variables() | dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(f"{name} │ {line}", end="", flush=True)  # noqa: T201
    return process.returncode


def python_tests(name: str, *paths: str, long: bool = False, without: Sequence[str] = (), workers: int = 1) -> Outcome:
    """Run Python tests and print their output.

    Args:
        name: name of the layer.
        paths: files and folders below `tests/`.
        long: whether to run full counts and the tests marked `long`.
        without: folders below `tests/` that another layer runs.
        workers: number of processes; each test file runs in one of them.
    """
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    options = ["--import-mode=importlib", f"--junitxml={report}", *(f"--ignore=tests/{each}" for each in without)]
    variables = {"KAPPASTACK_LONG": "1"} if long else {}
    if workers > 1:
        options += ["--numprocesses", str(workers), "--dist", "loadfile"]
        # With several workers, the busy-waiting threads of numeric libraries would compete for the cores.
        variables["OMP_NUM_THREADS"] = "1"
    if os.environ.get("CI"):
        options.append("--no-unexpected-skips")
    status = streamed(name, ["pytest", *(f"tests/{path}" for path in paths), *options], variables)
    counted = from_reports([report] if report.exists() else [])
    return judged(status == 0, counted, f"pytest ended with status {status}")


def stack_images() -> Outcome:
    """Build the images of the stack on Kubernetes unless they exist. Most are also those of the layer `dev`."""
    status = streamed("images", ["tests.cluster.stack_images"], {})
    return Outcome(passed=1) if status == 0 else Outcome(failed=1, details=f"the build ended with status {status}")


def cluster(*, long: bool) -> Outcome:
    """Build the programs of Kubernetes unless they exist, and run the tests on it."""
    if (status := streamed("cluster", ["tests.cluster.programs"], {})) != 0:
        return Outcome(failed=1, details=f"the build of Kubernetes ended with status {status}")
    return python_tests("cluster", "kubernetes", long=long)


LINT = Layer("lint", "Python style (ruff)", lint)
TYPES = Layer("types", "Python types (mypy --strict)", types)
JAVA = Layer("java", "Connectors and agent (JUnit)", java)
FRONTEND = Layer("frontend", "The page (Biome, tsc, Vitest)", frontend)


def changed_layers(selection: Selection) -> list[Layer]:
    """The layers of `make check`: style, types, and unit tests that the change affects.

    Args:
        selection: changed files and affected tests.
    """
    found = [LINT, TYPES]
    if selection.tests:
        paths = [path.removeprefix("tests/") for path in selection.tests]
        found.append(Layer("changed", "Unit tests of what changed", lambda: python_tests("changed", *paths)))
    if selection.touches(f"{npm.FRONTEND.relative_to(ROOT)}/"):
        found.append(FRONTEND)
    if selection.touches(*(f"{module.relative_to(ROOT)}/" for module in (CONNECTORS, AGENT))):
        found.append(JAVA)
    return found


def layers(*, long: bool) -> list[Layer]:
    """All layers in order: prerequisites of other layers first. The queues take about the same time.

    Args:
        long: whether tests run with their full counts.
    """
    workflows = [f"integration/{folder}" for folder in ("dolphinscheduler", "predictor", "tasks")]
    emulator = [f"integration/{folder}" for folder in ("emulator", "emulator_mysql", "starrocks")]
    web = [f"integration/{folder}" for folder in ("api", "frontend")]

    def tests(
        name: str, title: str, *paths: str, queue: Queue = "parts", without: Sequence[str] = (), movable: bool = False
    ) -> Layer:
        return Layer(
            name, title, lambda: python_tests(name, *paths, long=long, without=without), queue=queue, movable=movable
        )

    return [
        Layer("distributions", "Distributions", distributions, queue="first"),
        # `cluster` needs these images. They are built first, so that only `dev` uses the tests' Docker Engine later.
        Layer("images", "Images", stack_images, queue="first"),
        LINT,
        TYPES,
        FRONTEND,
        Layer("unit", "Unit tests", lambda: python_tests("unit", "unit", long=long, workers=2)),
        JAVA,
        tests("workflows", "Integration tests of workflows", *workflows),
        tests(
            "data",
            "Other integration tests",
            "integration",
            without=[*workflows, *emulator, *web],
            movable=True,
        ),
        tests("e2e", "End-to-end tests", "e2e", queue="stacks"),
        tests("web", "Integration tests of the APIs and the page", *web, queue="stacks", movable=True),
        tests("emulator", "Integration tests of the emulator", *emulator, queue="stacks", movable=True),
        Layer("cluster", "Kubernetes", lambda: cluster(long=long), queue="containers"),
        tests("dev", "The platform on a Docker Engine", "dev", queue="containers"),
    ]
