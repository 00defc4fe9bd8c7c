"""Selects the unit tests that a change affects, by the imports of all Python files and the paths in their strings.

Changed files are uncommitted ones, and those of commits since the branch left `main`.
"""

import ast
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from infra.checkout.paths import ROOT
from tools.checks.outcome import from_reports

TESTS = "tests/unit/"
ALWAYS = ("tests/unit/setup/test_repository.py",)
"""Test files that read all tracked files."""
BUDGET = 35.0
"""Maximum test time of `make check` in seconds, by the durations in the last report of the unit layer."""
UNKNOWN = 1.0
"""Assumed duration of a test file without a measurement, in seconds."""
EVERYTHING = ("pyproject.toml", "requirements/dev.txt", "tests/conftest.py", "infra/versions.py")
"""Files that every test depends on."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The selection of tests that `make check` runs.

    Args:
        changed: paths of changed files, relative to the repository.
        tests: affected test files within the budget; files with the shortest chain of imports first.
        left_out: affected test files beyond the budget.
    """

    changed: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...]

    def touches(self, *folders: str) -> bool:
        """Whether a changed file, other than Python files, is below one of these folders."""
        return any(path.startswith(folders) and not path.endswith(".py") for path in self.changed)

    def lines(self) -> Iterator[str]:
        """A description of the selection, in lines of text."""
        yield f"{len(self.changed)} changed files affect {len(self.tests) + len(self.left_out)} files of unit tests"
        if self.left_out:
            yield f"{len(self.left_out)} of them do not fit into {BUDGET:.0f} s; `make unit` runs them. Their folders:"
            yield "  " + " ".join(sorted({str(PurePosixPath(path).parent) for path in self.left_out}))


def select() -> Selection:
    """The selection for the current checkout."""
    changed = changed_files()
    affected = affected_tests(changed, tracked_python())
    tests, left_out = within_budget(affected, measured(ROOT / "build" / "checks" / "unit.xml"))
    return Selection(tuple(changed), tuple(tests), tuple(left_out))


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.split("\0") if line] if done.returncode == 0 else []


def changed_files() -> list[str]:
    """Paths of files that are uncommitted, untracked, deleted, or committed since the branch left `main`."""
    base = next(
        (found[0].strip() for name in ("main", "origin/main") if (found := _git("merge-base", "HEAD", name))), ""
    )
    return sorted(
        {
            *_git("diff", "--name-only", "--no-renames", "-z", base or "HEAD"),
            *_git("ls-files", "--others", "--exclude-standard", "-z"),
        }
    )


def tracked_python() -> dict[str, str]:
    """Source of each Python file of the checkout, by path."""
    names = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z", "*.py")
    return {name: (ROOT / name).read_text() for name in names if (ROOT / name).is_file()}


@dataclass(frozen=True, slots=True)
class _Module:
    imports: frozenset[str]
    texts: frozenset[str]


def _module(source: str) -> _Module:
    imports: set[str] = set()
    texts: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
    return _Module(frozenset(imports), frozenset(texts))


def affected_tests(changed: Iterable[str], sources: Mapping[str, str]) -> list[str]:
    """Unit test files that a change may break; files with the shortest chain of imports first.

    A Python file depends on the modules that it imports, on their packages, and on the `conftest.py` files in its
    folder and the parents. It depends on a file of another type if no Python file is nearer in the folder tree, or if
    one of its strings names the file or its folder.

    Args:
        changed: paths relative to the repository.
        sources: source of each Python file, by path.
    """
    tests = [path for path in sources if path.startswith(TESTS) and PurePosixPath(path).name.startswith("test_")]
    changed = set(changed)
    modules = {path: _module(text) for path, text in sources.items()}
    users: defaultdict[str, set[str]] = defaultdict(set)
    for path, module in modules.items():
        for used in _used(path, module, sources):
            users[used].add(path)
    reached = {path: 0 for path in sorted(changed) if path.endswith(".py")}
    for path in sorted(changed):
        if not path.endswith(".py"):
            reached |= {reader: 1 for reader in _readers(path, modules) if reader not in reached}
    queue = list(reached)
    while queue:
        path = queue.pop(0)
        for user in sorted(users[path]):
            if user not in reached:
                reached[user] = reached[path] + 1
                queue.append(user)
    if changed & set(EVERYTHING):
        return sorted(tests, key=lambda path: (reached.get(path, len(sources)), path))
    found = [path for path in tests if path in reached or (changed and path in ALWAYS)]
    return sorted(found, key=lambda path: (reached.get(path, 0), path))


def _used(path: str, module: _Module, sources: Mapping[str, str]) -> Iterator[str]:
    """Paths of the repository's files that a file may import, including deleted ones."""
    folder = PurePosixPath(path).parent
    for name in module.imports:
        parts = name.split(".")
        # Tests import modules of the same folder without the package's name.
        yield f"{folder}/{name}.py"
        for end in range(1, len(parts) + 1):
            stem = "/".join(parts[:end])
            yield f"{stem}/__init__.py"
            if end == len(parts):
                yield f"{stem}.py"
    for above in [folder, *folder.parents]:
        if f"{above}/conftest.py" in sources:
            yield f"{above}/conftest.py"


def _readers(path: str, modules: Mapping[str, _Module]) -> set[str]:
    """Python files that may read a file of another type."""
    place = PurePosixPath(path)
    names = {place.name, *(str(parent) for parent in place.parents if str(parent) != ".")}
    if len(place.parts) > 1:
        names.add(place.parts[0])
    readers = {reader for reader, module in modules.items() if module.texts & names or _prefixed(module.texts, place)}
    for parent in place.parents:
        beside = {reader for reader in modules if PurePosixPath(reader).parent == parent}
        if beside and str(parent) != ".":
            return readers | beside
    return readers


def _prefixed(texts: Iterable[str], place: PurePosixPath) -> bool:
    """Whether a string starts with the first two parts of a path, such as `sql/platform/V00`."""
    return len(place.parts) > 1 and any(text.startswith("/".join(place.parts[:2])) for text in texts)


@cache
def measured(report: Path) -> Mapping[str, float]:
    """Seconds by test file, from a report of pytest; empty if there is no report."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for duration in from_reports([report] if report.is_file() else []).durations:
        parts = duration.test.split(" ")[0].split(".")
        end = next((index for index, part in enumerate(parts) if part.startswith("test_")), len(parts) - 1)
        seconds["/".join(parts[: end + 1]) + ".py"] += duration.seconds
    return seconds


def within_budget(affected: Iterable[str], seconds: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """Split test files into those within the budget and the others; the first file always counts as within it.

    Args:
        affected: test files, the most important first.
        seconds: measured duration of test files, by path.

    Returns:
        Test files to run, and test files to leave out.
    """
    tests: list[str] = []
    left_out: list[str] = []
    spent = 0.0
    for path in affected:
        cost = seconds.get(path, UNKNOWN)
        if tests and spent + cost > BUDGET:
            left_out.append(path)
        else:
            tests.append(path)
            spent += cost
    return tests, left_out
