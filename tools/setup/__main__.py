"""`python3 -m tools.setup` prepares the checkout; `… doctor` only examines the checkout and the machine."""

import sys

# This check is before the imports, because the imports fail with a traceback on an older Python.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        f"kappastack needs Python 3.11 or newer, but python3 is {sys.version.split()[0]}. Install Python 3.11 or newer "
        "(Debian 12 contains it), and put its folder first on PATH, so that `python3` starts it"
    )

import argparse
import os
import re
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from infra.checkout import machine
from infra.checkout.environment import outside_path, variables
from infra.checkout.paths import NOTES, PYTHON, ROOT, locked, state_folder
from infra.checkout.process import Report, SetupError
from infra.checkout.suitability import ADVICE, unusable_folders
from tools.setup import doctor, environment, node, pulumi_cli, python_environment, system_packages

# The set-up has no YAML parser before the virtual environment exists.
_HOST = re.compile(r"^\s+kappastack:target:\s*[\"']?host\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the set-up: a function that checks whether it is done, and a function that does it."""

    name: str
    ready: Callable[[], bool]
    prepare: Callable[[Report], None]


def steps(*, tests: bool) -> list[Step]:
    """The steps in the order of their dependencies."""
    return [
        Step(
            "System packages",
            lambda: not system_packages.missing(tests=tests),
            lambda report: system_packages.install(system_packages.missing(tests=tests), report),
        ),
        Step("Python environment", python_environment.ready, python_environment.prepare),
        Step("Node.js", node.ready, node.prepare),
        Step("Pulumi CLI", pulumi_cli.ready, pulumi_cli.prepare),
    ]


def do(step: Step, place: str) -> None:
    """Do a step if it is not done yet, and print progress lines.

    Args:
        step: the step.
        place: position of the step, such as `2/4`.
    """
    if step.ready():
        return

    def report(line: str) -> None:
        print(f"[{place}] {step.name}: {line}", flush=True)

    begun = time.monotonic()
    step.prepare(report)
    report(f"done in {time.monotonic() - begun:.0f} s")


def assemble_distributions() -> None:
    """Assemble the distributions in a process of the new environment, which prints its progress.

    Raises:
        SetupError: a distribution cannot be assembled.
    """
    done = subprocess.run(
        [PYTHON, "-m", "infra.distributions"],
        cwd=ROOT,
        env=os.environ | variables(),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise SetupError("a distribution could not be assembled: see above")


def prepare(*, tests: bool, distributions: bool) -> None:
    """Do all steps that are not done yet.

    The compilation of the Pulumi CLI takes minutes, and only a deployment needs it. Therefore the other steps run at
    the same time.

    Args:
        tests: whether to install what only the tests need.
        distributions: whether to assemble the distributions.
    """
    packages, python, node_js, cli = steps(tests=tests)
    started = time.monotonic()
    do(packages, "1/4")
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Without a Go on PATH, the CLI's build starts after step 2, because the environment's uv installs a pinned Go.
        early = beside.submit(do, cli, "4/4") if pulumi_cli.go_on_path() else None
        do(python, "2/4")
        do(node_js, "3/4")
        built = early or beside.submit(do, cli, "4/4")
        if distributions:
            environment.write()
            # With `tests` a failure is ignored here: `make test` assembles the distributions again and reports it.
            with suppress(*([SetupError] if tests else [])):
                assemble_distributions()
        built.result()
    environment.write()
    environment.mark_ready(tests=tests)
    if time.monotonic() - started > 5:
        print("Set-up complete.", flush=True)


def stack_problems(stack: str) -> list[str]:
    """Reasons why a stack of target `host` cannot run on this machine. `make up` would fail only after minutes.

    Args:
        stack: name of the stack; empty for none.
    """
    file = ROOT / f"Pulumi.{stack}.yaml"
    if not stack or not file.is_file() or not _HOST.search(file.read_text()):
        return []
    return machine.problems(state_folder() / stack)


def main() -> int:
    """Run the command line and return the exit status.

    It is 0 after success, 1 after a failure, 2 on an unsuitable machine, and 130 after an interrupt. `doctor` returns 1
    if `make up` cannot install what is missing.
    """
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description="Prepares this checkout.")
    parser.add_argument("command", nargs="?", choices=["run", "doctor"], default="run")
    parser.add_argument("--tests", action="store_true", help="also prepare what only the tests need")
    parser.add_argument("--stack", default="", help="refuse a machine on which this stack cannot run")
    parser.add_argument("--distributions", action="store_true", help="also assemble the distributions")
    arguments = parser.parse_args()
    if arguments.command == "doctor":
        text, usable = doctor.examine()
        print(text)
        return 0 if usable else 1
    folders = list(unusable_folders())
    if problems := [*folders, *([ADVICE] if folders else []), *stack_problems(arguments.stack)]:
        print(*(f"{problem}." for problem in problems), sep="\n", file=sys.stderr)
        return 2
    os.environ["PATH"] = outside_path()
    if environment.is_ready(tests=arguments.tests):
        return 0
    try:
        with locked(NOTES / "lock", lambda: print("Set-up: waiting for another run in this checkout …", flush=True)):
            prepare(tests=arguments.tests, distributions=arguments.distributions)
    except SetupError as error:
        print(f"Set-up failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; run it again to continue.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
