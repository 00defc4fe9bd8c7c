"""The npm package: its version, exact versions of dependencies, the lock file, and no addresses of other hosts."""

import json
import re
from pathlib import Path

from apps.frontend import __version__

FRONTEND = Path(__file__).parents[3] / "apps/frontend"


def test_both_packages_have_the_same_version() -> None:
    assert json.loads((FRONTEND / "package.json").read_text("utf-8"))["version"] == __version__


def test_versions_are_exact() -> None:
    package = json.loads((FRONTEND / "package.json").read_text("utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    exact = re.compile(r"(npm:[\w@/-]+@)?\d+\.\d+\.\d+")
    assert {name: version for name, version in wanted.items() if not exact.fullmatch(version)} == {}


def test_the_lock_contains_checksums_and_no_download_addresses() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_the_page_loads_nothing_from_other_hosts() -> None:
    sources = [FRONTEND / "index.html", *(FRONTEND / "src").rglob("*.css"), *(FRONTEND / "src").rglob("*.tsx")]
    assert [source.name for source in sources if "https://" in source.read_text("utf-8")] == []
