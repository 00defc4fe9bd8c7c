"""Registering stations in StarRocks, with the emulator."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[3]
STATIONS = ROOT / "apps/ciapol/sensors/data/stations.csv"
DATABASE = "ciapol_analytics"
HEADER = "id,name,latitude,longitude,commune"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An emulator with the table of stations."""
    command = [sys.executable, "-m", "starrocks_emulator", "--data", str(tmp_path_factory.mktemp("starrocks"))]
    command += ["--mysql-port", "0", "--fe-http-port", "0", "--be-http-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            port = json.loads(process.stdout.readline())["mysql"]
            names = ("V001__stations_and_breakpoints.sql", "V016__reference_temperature.sql")
            migrations = [(ROOT / "sql/ciapol" / name).read_text() for name in names]
            with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection, connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
                cursor.execute(f"USE {DATABASE}")
                for migration in migrations:
                    cursor.execute(migration.split(";\n")[0].replace("${replication_num}", "1"))
            yield port
        finally:
            process.terminate()


@pytest.fixture(autouse=True)
def _empty(port: int) -> None:
    query(port, "DELETE FROM stations WHERE station_id IS NOT NULL")


def query(port: int, statement: str) -> tuple[tuple[object, ...], ...]:
    with (
        pymysql.connect(host="127.0.0.1", port=port, user="root", database=DATABASE, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return cursor.fetchall()


def register(port: int, file: Path, expected: int = 0) -> str:
    command = [
        sys.executable,
        "-m",
        "apps.ciapol.sensors",
        "stations",
        str(file),
        "--port",
        str(port),
        "--user",
        "root",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_shipped_stations_are_registered_once(port: int) -> None:
    assert register(port, STATIONS) == "stations: 9 added, 0 changed, 0 unchanged\n"
    rows = query(port, "SELECT * FROM stations ORDER BY station_id")
    assert len(rows) == 9
    assert rows[0][:7] == ("Aotizhongxin", "Aotizhongxin", None, None, None, "Asia/Shanghai", "Pékin")
    assert register(port, STATIONS) == "stations: 0 added, 0 changed, 9 unchanged\n"
    assert query(port, "SELECT * FROM stations ORDER BY station_id") == rows


def test_a_changed_station_keeps_its_first_registration_and_others_stay(port: int, tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text(f"{HEADER}\nA,Plateau,5.3237,-4.0205,Le Plateau\nB,Port,,,\n")
    register(port, file)
    (before,) = query(port, "SELECT registered_at FROM stations WHERE station_id = 'A'")
    file.write_text(f"{HEADER}\nA,L'Îlot,5.3237,-4.0205,Le Plateau\n")
    assert register(port, file) == "stations: 0 added, 1 changed, 0 unchanged\n"
    rows = query(port, "SELECT station_id, name, latitude, longitude, commune FROM stations ORDER BY station_id")
    assert rows == (("A", "L'Îlot", 5.3237, -4.0205, "Le Plateau"), ("B", "Port", None, None, None))
    assert query(port, "SELECT registered_at FROM stations WHERE station_id = 'A'") == (before,)


def test_a_bad_line_prevents_all_writes(port: int, tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text(f"{HEADER}\nA,Plateau,5.3237,-4.0205,\nB,Port,91,0,\n")
    assert "line 3, field latitude: found '91'" in register(port, file, expected=2)
    assert query(port, "SELECT * FROM stations") == ()


def test_an_error_of_starrocks_is_reported(port: int, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("wrong\n")
    command = [
        sys.executable,
        "-m",
        "apps.ciapol.sensors",
        "stations",
        str(STATIONS),
        "--port",
        str(port),
        "--user",
        "nobody",
    ]
    done = subprocess.run(
        [*command, "--password-file", str(password)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 1
    assert f"StarRocks at 127.0.0.1:{port}, user nobody" in done.stderr
    assert "wrong" not in done.stderr
