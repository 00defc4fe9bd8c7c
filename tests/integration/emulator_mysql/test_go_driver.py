import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.emulator_mysql.conftest import CREATE
from tests.integration.emulator_mysql.emulator_process import Emulator

MODULE = Path(__file__).with_name("go")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kappastack" / "go"
MULTI = "multiStatements=true"
OPTIONS = ("plain", "interpolateParams=true", "tls=emulator", MULTI, "compress=true")
EXPECTED = {
    "ping": "pong",
    "insert": "1",
    "read": "S1|2026-01-31T12:05:06Z|0.1|-1|true|12.3400|2026-01-31|-9223372036854775808|d'été ? 🌍",
    "nulls": "false false false",
    "statement used again": "1275",
    "large result": "100000 5000050000",
    "column types": "VARCHAR DATETIME DOUBLE TINYINT TINYINT DECIMAL DATE BIGINT VARCHAR",
    "several statements": "error 1064 42000",
    "no such table": "error 5502 42602",
    "a query given up": "true true",
    "long text": "3000000",
    "after all that": "pong",
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program built from `go/main.go` with the module versions of `go.sum`."""
    if shutil.which("go") is None:
        pytest.skip("no go on the PATH")
    built = tmp_path_factory.mktemp("go") / "mysqlflow"
    places = {"GOMODCACHE": str(CACHE / "mod"), "GOCACHE": str(CACHE / "build"), "GOFLAGS": "-mod=readonly"}
    subprocess.run(
        ["go", "build", "-buildvcs=false", "-o", str(built), "."],
        cwd=MODULE,
        env={**os.environ, **places},
        check=True,
        timeout=300,
    )
    return built


@pytest.fixture(scope="module")
def found(program: Path, emulator: Emulator) -> dict[tuple[str, str], str]:
    """The result of each check in `go/main.go`, by connection options and name."""
    with emulator.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE go_driver")
        cursor.execute("USE go_driver")
        cursor.execute(CREATE)
    command = [str(program), str(emulator.port), "go_driver", str(emulator.certificate), *OPTIONS]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = [line.split("\t") for line in ran.stdout.splitlines()]
    return {(options, name): value for options, name, value in lines}


@pytest.mark.integration
@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("options", OPTIONS)
def test_go_sql_driver(found: dict[tuple[str, str], str], options: str, name: str) -> None:
    several = options == MULTI and name == "several statements"
    assert found[options, name] == ("1 2 3" if several else EXPECTED[name])
