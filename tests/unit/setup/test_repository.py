"""Contents that the repository must not contain."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.checkout.paths import ROOT

MEGABYTE = 1_000_000
KNOWN_LARGE: frozenset[str] = frozenset()

# The words are split so that this file does not contain them.
_REGISTRIES = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("proxy.golang", "org"),
    ("sum.golang", "org"),
    ("repo1?.maven", "(apache.)?org"),
    ("repo.maven.apache", "org"),
    ("deb.debian", "org"),
    ("crates", "io"),
)
REGISTRY = re.compile("|".join(rf"\b{name}\.{end}\b" for name, end in _REGISTRIES))
# A path that begins with a home or work folder of one machine.
MACHINE = re.compile(r"(?<![\w.$}~-])/(?:" + "|".join(["root", "work", "home/[a-z]+", "Users/[a-z]+"]) + r")/")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def lines() -> Iterator[tuple[str, str]]:
    """Every line of every tracked text file, with its location."""
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


@pytest.fixture(scope="module")
def all_lines() -> list[tuple[str, str]]:
    return list(lines())


def test_no_file_contains_a_registry_name(all_lines: list[tuple[str, str]]) -> None:
    assert [where for where, line in all_lines if REGISTRY.search(line)] == []


def test_no_file_contains_a_path_of_one_machine(all_lines: list[tuple[str, str]]) -> None:
    assert [where for where, line in all_lines if MACHINE.search(line) or str(ROOT) in line] == []


def test_npm_locks_name_no_download_address(all_lines: list[tuple[str, str]]) -> None:
    locks = [(where, line) for where, line in all_lines if "package-lock.json:" in where]
    assert locks
    assert [where for where, line in locks if '"resolved"' in line] == []


def test_no_marker_of_unfinished_work_is_left(all_lines: list[tuple[str, str]]) -> None:
    unfinished = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
    assert [where for where, line in all_lines if unfinished.search(line)] == []


def test_files_are_small() -> None:
    large = {str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > MEGABYTE}
    assert large <= KNOWN_LARGE


def test_locked_python_packages_have_checksums() -> None:
    for lock in set((ROOT / "requirements").glob("*.txt")) - {ROOT / "requirements" / "overrides.txt"}:
        pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+( \\)?$", lock.read_text(), re.MULTILINE)
        assert pins, f"{lock.name} pins nothing"
        assert all(pin == " \\" for pin in pins), f"{lock.name} has a package without a checksum"


def test_the_patterns_find_violations() -> None:
    assert REGISTRY.search("https://files." + "pythonhosted" + ".org/packages")
    assert MACHINE.search("see /" + "root/.cache")
    assert not MACHINE.search("the folder network/" + "root/x and https://host/work")
