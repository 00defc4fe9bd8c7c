import os
import shutil
import subprocess

import pytest

from tests.integration.emulator_mysql.emulator_process import Emulator

pytestmark = pytest.mark.integration
PACKAGE = "mariadb-client-core"


@pytest.fixture(scope="module")
def program() -> str:
    """Debian's `mariadb`. It is installed if it is missing and the user may install packages."""
    if shutil.which("mariadb") is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", PACKAGE]):
            subprocess.run(command, check=False, capture_output=True, timeout=300, env=environment)
    found = shutil.which("mariadb")
    if found is None:
        pytest.skip(f"no mariadb on the PATH (Debian's package {PACKAGE})")
    return found


class Client:
    """Runs statements with the command-line client, one process for each call."""

    def __init__(self, program: str, emulator: Emulator, database: str | None) -> None:
        self._command = [program, "--no-defaults", "-h", "127.0.0.1", "-P", str(emulator.port), "-u", "root"]
        self._command += ["--default-character-set=utf8mb4"]
        self._database = [database] if database else []

    def __call__(self, sql: str, *options: str) -> str:
        ran = self.run(sql, *options)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def run(self, sql: str, *options: str) -> "subprocess.CompletedProcess[str]":
        command = [*self._command, *(options or ("--skip-ssl",)), *self._database]
        return subprocess.run(command, input=sql, capture_output=True, encoding="utf-8", timeout=300, check=False)


@pytest.fixture
def client(program: str, emulator: Emulator, database: str) -> Client:
    return Client(program, emulator, database)


def test_statements_of_a_script(client: Client) -> None:
    script = """
        INSERT INTO measurements (station_id, measured_at, value, note)
            VALUES ('S1', '2026-01-31 12:05:06', 0.1, 'd''été 🌍'), ('S2', '2026-01-31 12:05:06.5', NULL, '');
        SELECT station_id, measured_at, value, note FROM measurements ORDER BY station_id;
        SELECT count(*) AS n FROM measurements;
    """
    assert client(script).splitlines() == [
        "station_id\tmeasured_at\tvalue\tnote",
        "S1\t2026-01-31 12:05:06\t0.1\td'été 🌍",
        "S2\t2026-01-31 12:05:06.500000\tNULL\t",
        "n",
        "2",
    ]


def test_tables_and_affected_rows_are_printed(client: Client) -> None:
    drawn = client(
        "INSERT INTO measurements (station_id, measured_at) VALUES ('a', '2026-01-01'), ('b', '2026-01-01');"
        "SELECT station_id FROM measurements ORDER BY 1;",
        "-vvv",
        "--skip-ssl",
    )
    assert "Query OK, 2 rows affected" in drawn
    assert "| station_id |" in drawn
    assert "2 rows in set" in drawn


def test_requests_of_the_interactive_client_are_answered(client: Client, database: str) -> None:
    """The client requests names for completion (COM_FIELD_LIST); users type `status`, `use` and `warnings`."""
    shown = client(f"use {database}\nstatus\nwarnings\nSELECT DATABASE();", "--auto-rehash", "--skip-ssl")
    assert database in shown
    assert "EMULATOR" in shown.upper()


@pytest.mark.parametrize("option", ["--ssl", "--ssl-verify-server-cert"])
def test_tls(client: Client, emulator: Emulator, option: str) -> None:
    options = [option, f"--ssl-ca={emulator.certificate}"]
    if option == "--ssl-verify-server-cert":
        options.append("-hlocalhost")
        options.append("--protocol=tcp")
    assert "TLS" in client("\\s", *options)
    assert client("SELECT 1 AS a;", *options).split() == ["a", "1"]


def test_a_failing_statement_ends_the_script(client: Client) -> None:
    ran = client.run("SELECT 1; SELECT * FROM nowhere; SELECT 2;", "--skip-ssl", "-N")
    assert (ran.returncode, ran.stdout.split()) == (1, ["1"])
    assert "ERROR 5502 (42602) at line 1: " in ran.stderr


def test_a_wrong_password(program: str, emulator: Emulator) -> None:
    ran = Client(program, emulator, None).run("SELECT 1;", "--skip-ssl", "--password=wrong")
    assert ran.returncode == 1
    assert ran.stderr.startswith("ERROR 1045 (28000): Access denied for user 'root'")


def test_a_large_unbuffered_result(client: Client) -> None:
    lines = client("SELECT * FROM TABLE(generate_series(1, 200000));", "--quick", "-N", "--skip-ssl").splitlines()
    assert (len(lines), lines[0], lines[-1]) == (200_000, "1", "200000")


def test_a_long_statement(client: Client) -> None:
    text = "x" * 20_000_000
    assert client(f"SELECT length('{text}');", "-N", "--skip-ssl", "--max-allowed-packet=64M").split() == ["20000000"]
