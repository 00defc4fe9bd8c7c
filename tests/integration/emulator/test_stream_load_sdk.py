"""StarRocks' Stream Load SDK, the client of its Flink and Kafka connectors."""

import os
import shutil
import subprocess
from pathlib import Path

import pymysql
import pytest

from starrocks_emulator.pytest_plugin import EmulatorServer

pytestmark = pytest.mark.integration
VERSION = "1.0"
MAVEN = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kappastack" / "maven"
TABLES = ("plain_csv", "plain_json", "transaction_json")
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kappastack</groupId><artifactId>stream-load-sdk-test</artifactId><version>1</version>
<dependencies><dependency><groupId>com.starrocks</groupId><artifactId>starrocks-stream-load-sdk</artifactId>
<version>{VERSION}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
<dependency><groupId>com.mysql</groupId><artifactId>mysql-connector-j</artifactId><version>9.4.0</version></dependency>
</dependencies></project>"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the SDK's jar and its dependencies."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} on the PATH")
    folder = tmp_path_factory.mktemp("sdk")
    (folder / "pom.xml").write_text(POM)
    command = [
        "mvn",
        "-q",
        "-B",
        f"-Dmaven.repo.local={MAVEN}",
        "dependency:copy-dependencies",
        "-DoutputDirectory=lib",
    ]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    return folder / "lib"


def test_every_kind_of_load_stores_each_row_once(
    libraries: Path, starrocks_emulator_server: EmulatorServer, starrocks_database: str
) -> None:
    server, database = starrocks_emulator_server, starrocks_database
    with (
        pymysql.connect(host=server.host, port=server.mysql_port, user="root", database=database) as connection,
        connection.cursor() as cursor,
    ):
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {table} (k INT NOT NULL, v VARCHAR(99)) PRIMARY KEY (k)")
        ran = subprocess.run(
            [
                "java", "-Dfile.encoding=UTF-8", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp", f"{libraries}/*", str(Path(__file__).with_name("StreamLoadSdkFlow.java")),
                f"http://{server.host}:{server.fe_http_port}", f"jdbc:mysql://{server.host}:{server.mysql_port}",
                database,
            ],
            capture_output=True, encoding="utf-8", timeout=240, check=False,
            env={**os.environ, "JAVA_TOOL_OPTIONS": ""},
        )  # fmt: skip
        outcomes = dict(line.split("\t") for line in ran.stdout.splitlines() if "\t" in line)
        assert outcomes == {
            "plain_csv": "flushed",
            "plain_json": "flushed",
            "transaction_json": "prepared true, committed true",
            "refused": "too many filtered rows",
        }, ran.stderr[-4000:]
        for table in TABLES:
            cursor.execute(f"SELECT COUNT(*), SUM(k), MAX(v) FROM {table}")
            assert cursor.fetchall() == ((1000, 499500, "d'été 999"),)
