import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.emulator_mysql.conftest import CREATE
from tests.integration.emulator_mysql.emulator_process import Emulator

VERSION = "9.4.0"
MAVEN = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kappastack" / "maven"
JAR = MAVEN / "com" / "mysql" / "mysql-connector-j" / VERSION / f"mysql-connector-j-{VERSION}.jar"
MULTI = "rewriteBatchedStatements=true&allowMultiQueries=true"
OPTIONS = (
    "plain",
    "useServerPrepStmts=true",
    "useServerPrepStmts=true&cachePrepStmts=true&sslMode=REQUIRED",
    MULTI,
    "useCursorFetch=true&useServerPrepStmts=true",
    "sslMode=REQUIRED",
    "sslMode=VERIFY_CA",
)
EXPECTED = {
    "batch": "[1, 1, 1, 1]",
    "read": "S1|2026-01-31T12:05:06Z|0.1|-1|true|12.3400|2026-01-31|-9223372036854775808|d'été ? \\ 🌍",
    "update count": "1",
    "null read": "0.0 true null",
    "metadata": "station_id VARCHAR, measured_at DATETIME, value DOUBLE, quality TINYINT, valid BIT, price DECIMAL, "
    "day DATE, counted BIGINT, note VARCHAR",
    "large result": "5000 12502500",
    "several statements": "SQLException 1064 42000",
    "no such table": "SQLException 5502 42602",
    "after an error": "true",
    "a query too slow": "interrupted",
    "transactions": "true",
    "tables": "measurements",
    "columns": "station_id measured_at value quality valid price day counted note",
    "reset": "true",
    "change user": "true",
    "change user, wrong password": "SQLException 1045 28000",
}


@pytest.fixture(scope="module")
def driver() -> Path:
    if shutil.which("java") is None or shutil.which("keytool") is None:
        pytest.skip("no java on the PATH")
    if not JAR.exists():
        if shutil.which("mvn") is None:
            pytest.skip("no mvn on the PATH to fetch Connector/J with")
        subprocess.run(
            [
                "mvn",
                "-q",
                "-B",
                f"-Dmaven.repo.local={MAVEN}",
                "dependency:get",
                f"-Dartifact=com.mysql:mysql-connector-j:{VERSION}",
                "-Dtransitive=false",
            ],
            check=True,
            timeout=300,
        )
    return JAR


@pytest.fixture(scope="module")
def found(driver: Path, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The result of each check in `ConnectorFlow.java`, by connection options and name."""
    with emulator.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE connector_j")
        cursor.execute("USE connector_j")
        cursor.execute(CREATE)
    store = tmp_path_factory.mktemp("java") / "trust.p12"
    keytool = ["keytool", "-importcert", "-noprompt", "-alias", "emulator", "-file", str(emulator.certificate)]
    keytool += ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", "changeit"]
    subprocess.run(keytool, check=True, capture_output=True, timeout=300)
    program = Path(__file__).with_name("ConnectorFlow.java")
    ran = subprocess.run(
        [
            "java",
            "-Dfile.encoding=UTF-8",
            "-Dstdout.encoding=UTF-8",
            "-cp",
            str(driver),
            str(program),
            str(emulator.port),
            "connector_j",
            str(store),
            *OPTIONS,
        ],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "JAVA_TOOL_OPTIONS": ""},
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = [line.split("\t") for line in ran.stdout.splitlines() if line]
    return {(options, name): value for options, name, value in lines}


@pytest.mark.integration
@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("options", OPTIONS)
def test_connector_j(found: dict[tuple[str, str], str], options: str, name: str) -> None:
    expected = EXPECTED[name]
    if options == MULTI:
        expected = {"batch": "[-2, -2, -2, -2]", "several statements": "[1, count 1, a;b]"}.get(name, expected)
    assert found[options, name] == expected


@pytest.mark.integration
def test_connector_j_reads_the_servers_version(found: dict[tuple[str, str], str]) -> None:
    assert {bool(re.match(r"\d+\.\d+\.\d+", found[options, "version"])) for options in OPTIONS} == {True}
