"""Every migration and query, parsed with a StarRocks grammar that is independent of sqlglot.

The grammar is from 2024 (StarRocks 3.3). KNOWN_EXCEPTIONS lists statements that it rejects and StarRocks accepts.
"""

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from apps.tasks.archive_sql import Month, Tables

pytestmark = pytest.mark.integration

HERE = Path(__file__).resolve().parent
SQL = HERE.parents[2] / "sql"
FILES = sorted(SQL.rglob("*.sql"))
DIALECTS = HERE.parents[1] / "unit" / "emulator" / "dialects"

KNOWN_EXCEPTIONS: dict[str, str] = {}
"""File → reason why the grammar wrongly rejects it. Currently empty."""

MAVEN_CACHE = Path(os.environ.get("KAPPASTACK_CACHE", "~/.cache/kappastack")).expanduser() / "maven"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


@pytest.fixture(scope="module")
def grammar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the jars of the grammar."""
    for tool, package in (("mvn", "maven"), ("java", "openjdk-17-jdk-headless")):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is missing; install it with: apt-get install {package}")
    folder = tmp_path_factory.mktemp("grammar")
    command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Dmaven.repo.local={MAVEN_CACHE}", COPY]
    subprocess.run([*command, f"-DoutputDirectory={folder}"], check=True, timeout=600)
    assert list(folder.glob("superior-starrocks-parser-*.jar"))
    return folder


def check(grammar: Path, *paths: Path) -> dict[str, list[str]]:
    """Errors by file name."""
    command = ["java", "-cp", f"{grammar}/*", str(HERE / "CheckStatements.java"), *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert result.stderr == ""
    errors: dict[str, list[str]] = {}
    for line in result.stdout.splitlines():
        path, _, message = line.partition(".sql:")
        errors.setdefault(Path(path + ".sql").name, []).append(message)
    assert (result.returncode != 0) == bool(errors)
    return errors


def rendered(folder: Path) -> list[Path]:
    values = {
        "${replication_num}": "3",
        "${quality_threshold}": "0.75",
        "${from}": "2026-01-31 12:00:00",
        "${to}": "2026-01-31 13:00:00",
    }
    paths = []
    for source in FILES:
        text = source.read_text()
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        path = folder / source.name
        path.write_text(text if text.rstrip().endswith(";") else text + ";\n")
        paths.append(path)
    return paths


def test_all_sql_is_valid_starrocks_sql(grammar: Path, tmp_path: Path) -> None:
    assert len(FILES) >= 7
    errors = check(grammar, *rendered(tmp_path))
    assert {name: faults for name, faults in errors.items() if name not in KNOWN_EXCEPTIONS} == {}
    assert set(KNOWN_EXCEPTIONS) <= set(errors), "KNOWN_EXCEPTIONS lists a statement that the grammar accepts"


def test_the_statements_of_the_archive_are_valid_starrocks_sql(grammar: Path, tmp_path: Path) -> None:
    month = Month("p202512", datetime(2025, 12, 1))  # noqa: DTZ001 # as in StarRocks
    columns = ["station_id", "measured_at", "pm25", "published_at"]
    tables = Tables("live", "archive", columns[:2], columns, "measured_at", "published_at")
    path = tmp_path / "archive.sql"
    statements = (tables.copy(month), tables.live_side(month), tables.archive_side(month), tables.drop(month))
    path.write_text("".join(f"{statement};\n" for statement in statements))
    assert check(grammar, path) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABEL t (a INT);",
        "CREATE TABLE t (a INT) PRIMARY KEY (a) DISTRIBUTED BY HASH (a) BUCKETS;",
        "CREATE TABLE t (a INT) DISTRIBUTED BY HASH (a) BUCKETS 1 PRIMARY KEY (a);",
        "GRANT SELECT ON EVERY TABLE TO ROLE r;",
        "SELECT a FROM t LEFT OUTER ANTI JOIN u ON t.a = u.a;",
    ],
)
def test_the_grammar_finds_mistakes(grammar: Path, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "wrong.sql"
    path.write_text(statement)
    assert check(grammar, path)["wrong.sql"]


def test_the_emulators_syntax_cases_agree_with_the_grammar(grammar: Path, tmp_path: Path) -> None:
    """The emulator's own rules are tested with these files (tests/unit/emulator/test_syntax.py)."""
    names: dict[str, list[str]] = {"accepted": [], "refused": []}
    for kind, found in names.items():
        for number, statement in enumerate((DIALECTS / f"{kind}.sql").read_text().split(";\n")[:-1]):
            path = tmp_path / f"{kind}{number}.sql"
            path.write_text(f"{statement}\n;\n")
            found.append(path.name)
    assert min(map(len, names.values())) > 500
    errors = check(grammar, *sorted(tmp_path.glob("*.sql")))
    assert sorted(errors) == sorted(names["refused"])
