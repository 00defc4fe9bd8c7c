"""Every command in README and docs is accepted as it is written there.

`make` commands run dry, and the Python programs of their recipes run until their arguments are accepted, without a
network. The effects of the commands on a stack are tested by the files in `RUN_BY`.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from infra.settings import ROOT
from tools.stack.commands import parser

PAGES = sorted(
    path
    for pattern in ("README.md", "docs/*.md", "apps/**/README.md", "requirements/README.md", "*/README.md")
    for path in ROOT.glob(pattern)
    if not any(part in path.parts for part in (".venv", "node_modules", "build"))
)
SAMPLE = "apps/ciapol/sensors/data/beijing-sample.csv.xz"
RUN_BY = {
    "up": "tests/e2e/machine.py",
    "down": "tests/e2e/test_7_lifecycle.py",
    "destroy": "tests/e2e/machine.py",
    "status": "tests/e2e/test_1_deployment.py",
    "env": "tests/e2e/machine.py",
    "run": "tests/e2e/test_5_scheduler.py",
    "backup": "tests/integration/emulator/test_restore.py",
    "restore": "tests/integration/emulator/test_restore.py",
    "preview": "tests/unit/preview/test_repository.py",
    "plan": "tests/unit/stack/test_commands.py",
    "drift": "tests/unit/stack/test_commands.py",
    "deploy": "tools/stack/commands.py",
    "policies": "tests/integration/policies/test_pack.py",
    "images": "tests/dev/test_5_registry.py",
    "push": "tests/dev/test_5_registry.py",
    "logs": "tests/unit/stack/test_commands.py",
    "restart": "tests/unit/docker/test_engine.py",
    "rotate": "tests/e2e/test_6_rotation.py",
    "sql": "tests/unit/docs/test_commands.py",
    "credentials": "tests/unit/docs/test_commands.py",
    "token": "tests/unit/docs/test_commands.py",
    "unlock": "tests/unit/docs/test_commands.py",
    "size": "tests/unit/size/test_model.py",
    "setup": "tests/unit/setup/test_environment.py",
    "doctor": "tests/unit/setup/test_checks.py",
    "new-product": "tests/unit/docs/test_commands.py",
    "settings": "tests/unit/docs/test_settings_page.py",
    "benchmark": "tests/benchmarks/__main__.py",
    "backtest": "tests/unit/predictor/test_backtest.py",
    "clean": "Makefile",
    "test": "tools/checks/__main__.py",
    "test-long": "tools/checks/__main__.py",
    "test-cluster": "tools/checks/__main__.py",
    "check": "tools/checks/__main__.py",
    "lint": "tools/checks/__main__.py",
    "unit": "tools/checks/__main__.py",
    "integration": "tools/checks/__main__.py",
    "e2e": "tools/checks/__main__.py",
    "distributions": "tests/unit/setup/test_distributions.py",
}
"""`make` target → file that runs the command, or the command's program."""

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:eval|make|python3?|pulumi) ")
_NESTED = re.compile(r"[$<]\((.+?)\)")
_SHELL = re.compile(r"\s*(?:&&|\|\||;|\||>).*$")
_PULUMI_FLAGS = re.compile(r"(?<!\S)(--?[a-z][a-z-]*)")
STUB = """
import argparse, runpy, sys
parse = argparse.ArgumentParser.parse_args
def accepted(self, *arguments, **named):
    found = parse(self, *arguments, **named)
    if not sys.argv[0].startswith("apps.ciapol.sensors"):
        raise SystemExit(0)
    import pulsar, socket
    from apps.ciapol.sensors.resume import State
    def client(*_arguments, **_named):
        raise SystemExit(0)
    pulsar.Client = socket.socket.connect = socket.create_connection = State.save = client
    return found
argparse.ArgumentParser.parse_args = accepted
module = sys.argv.pop(1)
sys.argv[0] = module
runpy.run_module(module, run_name="__main__")
"""


@dataclass(frozen=True)
class Documented:
    """A command in a page."""

    page: str
    text: str

    def __str__(self) -> str:
        """The command; part of the name of its test."""
        return f"{self.page}: {self.text}"


def commands() -> list[Documented]:
    """Every distinct command of all pages."""
    found: dict[str, Documented] = {}
    for page in PAGES:
        text = page.read_text()
        lines = [line for block in _FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
        for each in [*lines, *_INLINE.findall(_FENCE.sub("", text))]:
            command = re.sub(r"\s+#.*$", "", each.strip().removeprefix("$ "))
            for part in [command, *_NESTED.findall(command)]:
                if _COMMAND.match(f"{part} "):
                    found.setdefault(part, Documented(str(page.relative_to(ROOT)), part))
    return list(found.values())


def words(command: str) -> list[str]:
    """The words of a command, with values in place of its placeholders."""
    text = _NESTED.sub("requirements/sensors.in", command)
    text = re.sub(r"\b(FILE|FILES)…?|(?<=\s)…csv", SAMPLE, text).replace("https://…", "https://example.org")
    text = re.sub(r"\[[^\]]*\]|(?<=\s)…", "", text).replace("…", "x")
    return shlex.split(_SHELL.sub("", text))


@cache
def accepted(module: str, *arguments: str) -> None:
    """Check that a program accepts arguments.

    Raises:
        AssertionError: the program rejects them. The message contains the program's error.
    """
    if module == "tools.stack":
        parser().parse_args(arguments)
        return
    spec = find_spec(module)
    assert spec is not None, f"there is no module {module}"
    if not _takes_arguments(spec):
        return
    arguments = tuple(str(ROOT / each) if (ROOT / each).is_file() else each for each in arguments)
    # The folder is empty and temporary because a program may write files, such as `--resume state.json`.
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", STUB, module, *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    # A program may be named without its arguments.
    named = not any(each.startswith("-") for each in arguments) and "arguments are required" in done.stderr
    assert done.returncode == 0 or named, f"python -m {module} {shlex.join(arguments)}: {done.stderr[-2000:]}"


def _takes_arguments(spec: ModuleSpec) -> bool:
    """Whether a module of this checkout, or a package, parses its command line."""
    files = [path for folder in spec.submodule_search_locations or [] for path in Path(folder).glob("*.py")]
    files += [Path(spec.origin)] if spec.origin and not files else []
    return any("import argparse" in path.read_text() for path in files if path.is_relative_to(ROOT))


def check_python(command: list[str]) -> None:
    at = command.index("-m")
    if command[at + 1].endswith(".x"):
        return  # `python -m apps.…` is a placeholder for any program
    accepted(*command[at + 1 :])


def check_make(arguments: list[str]) -> None:
    targets = [word for word in arguments if "=" not in word and not word.startswith("-")]
    assert set(targets) <= RUN_BY.keys(), f"RUN_BY names no test for `make {shlex.join(targets)}`"
    done = subprocess.run(
        ["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    named = len(arguments) == 1 and any(text in done.stderr for text in ("REGISTRY=… is", "EVENTS_PER_SECOND=… is"))
    assert done.returncode == 0 or named, done.stderr
    recipe = done.stdout.replace('"$QUERY"', "query").splitlines()
    programs = [line[line.index("python") :] for line in recipe if re.search(r"python3? -m ", line)]
    for line in programs:
        check_python(shlex.split(_SHELL.sub("", line.removesuffix(" 1>&2"))))


def check_pulumi(arguments: list[str]) -> None:
    names = [word for word in arguments if re.fullmatch(r"[a-z]+", word)]
    for depth in (3, 2, 1):
        done = subprocess.run(
            ["pulumi", *names[:depth], "--help"], capture_output=True, text=True, check=False, timeout=600
        )
        if done.returncode == 0 and f"pulumi {' '.join(names[:depth])}" in done.stdout:
            break
    else:
        raise AssertionError(f"pulumi has no command {names[0]}")
    for flag in [word for word in arguments if word.startswith("-")]:
        assert re.search(rf"(?<![\w-]){re.escape(flag)}\b", done.stdout), f"pulumi {names[0]} has no flag {flag}"


@pytest.mark.parametrize("command", commands(), ids=str)
def test_a_documented_command_is_accepted(command: Documented) -> None:
    parts = words(command.text)
    while "=" in parts[0]:
        parts.pop(0)
    program, *arguments = parts
    if "COMMAND" in parts or not arguments:
        return  # a name, or a grammar
    if program == "make":
        check_make(arguments)
    elif program == "pulumi":
        check_pulumi(arguments)
    elif program in ("python", "python3") and "-m" in arguments:
        check_python(arguments)
    elif program in ("python", "python3"):
        assert arguments[0] == "-" or (ROOT / arguments[0]).is_file(), command.text
    else:
        # The argument of `eval` is checked as a separate command.
        assert program == "eval", command.text


def test_there_are_commands_of_every_kind() -> None:
    found = [each.text for each in commands()]
    for begin in ("make up", "make -s env", "python -m apps.ciapol.sensors simulate", "pulumi ", "eval "):
        assert any(each.startswith(begin) for each in found), begin
    assert len(found) > 30


@pytest.mark.parametrize(
    "wrong",
    [
        "python -m apps.ciapol.sensors simulate --stations 50 --rate 100",
        "python -m apps.ciapol.sensors reply FILE…",
        "make credentials USERS=x nothing",
        "pulumi upp",
        "pulumi up --no-such-flag",
    ],
)
def test_a_wrong_command_is_found(wrong: str) -> None:
    with pytest.raises((AssertionError, SystemExit)):
        test_a_documented_command_is_accepted(Documented("README.md", wrong))


def test_the_named_tests_exist() -> None:
    assert [file for file in set(RUN_BY.values()) if not Path(ROOT / file).is_file()] == []
