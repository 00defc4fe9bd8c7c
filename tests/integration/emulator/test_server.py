"""The emulator in its own process, with real clients."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pymysql
import pytest

from starrocks_emulator.pytest_plugin import EmulatorServer

pytestmark = pytest.mark.integration
KILLS = 50 if os.environ.get("KAPPASTACK_LONG") == "1" else 5
TABLE = "CREATE TABLE {} (k INT NOT NULL, at DATETIME NOT NULL, v VARCHAR(100)) PRIMARY KEY (k, at) PARTITION BY date_trunc('month', at)"  # noqa: E501
JSON = ("format: json", "strip_outer_array: true")


def connect(
    server: EmulatorServer, database: str | None = None, user: str = "root", password: str = ""
) -> pymysql.Connection:
    return pymysql.connect(
        host=server.host, port=server.mysql_port, user=user, password=password, database=database, autocommit=True
    )


def run(server: EmulatorServer, *statements: str, database: str | None = None) -> tuple[tuple[object, ...], ...]:
    with connect(server, database) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def curl(
    server: EmulatorServer, path: str, body: str | None, *headers: str, method: str = "PUT", trace: bool = False
) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command = [
        "curl",
        "-sS",
        "--max-time",
        "60",
        "--location-trusted",
        "-u",
        f"{server.user}:{server.password}",
        "-X",
        method,
    ]
    for header in headers:
        command += ["-H", header]
    if body is not None:
        command += ["-H", "Expect: 100-continue", "--data-binary", "@-"]
    if trace:
        command.append("-v")
    done = subprocess.run(
        [*command, f"http://{server.host}:{server.fe_http_port}{path}"],
        input=(body or "").encode(),
        capture_output=True,
        check=True,
    )
    return (done.stderr if trace else done.stdout).decode()


def load(
    server: EmulatorServer, database: str, table: str, rows: list[dict[str, object]], *headers: str
) -> dict[str, object]:
    answer: dict[str, object] = json.loads(
        curl(server, f"/api/{database}/{table}/_stream_load", json.dumps(rows), *JSON, *headers)
    )
    return answer


def rows_of(first: int, count: int) -> list[dict[str, object]]:
    return [{"k": first + index, "at": "2024-01-01 00:00:00", "v": "x" * 50} for index in range(count)]


def test_the_frontend_redirects_before_it_reads_the_body(
    starrocks_emulator_server: EmulatorServer, starrocks_database: str
) -> None:
    server = starrocks_emulator_server
    run(server, TABLE.format("t"), database=starrocks_database)
    trace = curl(server, f"/api/{starrocks_database}/t/_stream_load", json.dumps(rows_of(0, 3)), *JSON, trace=True)
    statuses = [line.split()[2] for line in trace.splitlines() if line.startswith("< HTTP/")]
    assert statuses == ["307", "100", "200"]
    assert f"http://{server.host}:{server.be_http_port}/api/" in trace
    assert run(server, "SELECT COUNT(*) FROM t", database=starrocks_database) == ((3,),)


def test_load_state_label_and_error_log(starrocks_emulator_server: EmulatorServer, starrocks_database: str) -> None:
    server, database = starrocks_emulator_server, starrocks_database
    run(server, TABLE.format("t"), database=database)
    assert load(server, database, "t", rows_of(0, 3), "label: first")["Status"] == "Success"
    assert load(server, database, "t", rows_of(0, 3), "label: first")["Status"] == "Label Already Exists"
    state = json.loads(curl(server, f"/api/{database}/get_load_state?label=first", None, method="GET"))
    assert state["state"] == "VISIBLE"
    failed = load(server, database, "t", [{"k": None, "at": "2024-01-01 00:00:00"}])
    assert failed["Status"] == "Fail"
    with urllib.request.urlopen(str(failed["ErrorURL"]), timeout=120) as answer:
        assert b"NULL value in non-nullable column 'k'" in answer.read()


def test_http_requires_password_and_privilege(
    starrocks_emulator_server: EmulatorServer, starrocks_database: str
) -> None:
    server, database = starrocks_emulator_server, starrocks_database
    run(
        server,
        TABLE.format("t"),
        "DROP USER IF EXISTS nobody",
        "CREATE USER nobody IDENTIFIED BY 'pw'",
        database=database,
    )
    for port in (server.fe_http_port, server.be_http_port):
        request = urllib.request.Request(
            f"http://{server.host}:{port}/api/{database}/t/_stream_load", b"[]", method="PUT"
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request, timeout=120)
    other = EmulatorServer(**{**server.__dict__, "user": "nobody", "password": "pw"})
    path = f"/api/{database}/t/_stream_load"
    trace = curl(other, path, json.dumps(rows_of(0, 1)), *JSON, trace=True)
    assert [line.split()[2] for line in trace.splitlines() if line.startswith("< HTTP/")] == ["401"]
    refused = load(other, database, "t", rows_of(0, 1))
    assert refused["status"] == "FAILED"
    assert "Access denied for user 'nobody'@'%'" in str(refused["message"])
    direct = EmulatorServer(**{**other.__dict__, "fe_http_port": server.be_http_port})
    assert "INSERT privilege" in str(load(direct, database, "t", rows_of(0, 1))["Message"])
    assert run(server, "SELECT COUNT(*) FROM t", database=database) == ((0,),)


def test_the_frontend_requires_the_expect_header(
    starrocks_emulator_server: EmulatorServer, starrocks_database: str
) -> None:
    server, database = starrocks_emulator_server, starrocks_database
    run(server, TABLE.format("t"), database=database)
    path = f"/api/{database}/t/_stream_load"
    plain = json.loads(curl(server, path, None, *JSON, "Content-Length: 0", method="PUT"))
    assert plain["Status"] == "FAILED"
    assert plain["Message"].endswith("There is no 100-continue header")
    old = subprocess.run(
        ["curl", "-sS", "-0", "-o", "/dev/null", "-w", "%{http_code}", "-u", f"{server.user}:{server.password}",
         "-X", "PUT", f"http://{server.host}:{server.fe_http_port}{path}"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert old.stdout == "307"  # HTTP/1.0 has no Expect header


@pytest.mark.parametrize("target", ["{}/nope", "no_database/t"])
def test_the_backend_rejects_an_unknown_table(
    starrocks_emulator_server: EmulatorServer, starrocks_database: str, target: str
) -> None:
    server = starrocks_emulator_server
    path = f"/api/{target.format(starrocks_database)}/_stream_load"
    trace = curl(server, path, json.dumps(rows_of(0, 1)), *JSON, trace=True)
    assert next(line.split()[2] for line in trace.splitlines() if line.startswith("< HTTP/")) == "307"
    answer = json.loads(curl(server, path, json.dumps(rows_of(0, 1)), *JSON))
    assert answer["Status"] == "Fail"
    assert "nknown" in answer["Message"]


def transaction(
    server: EmulatorServer, database: str, operation: str, body: str | None = None, table: str = "t"
) -> dict[str, object]:
    headers = [f"db: {database}", "label: txn", f"table: {table}", *(JSON if body else ())]
    answer: dict[str, object] = json.loads(
        curl(server, f"/api/transaction/{operation}", body, *headers, method="PUT" if body else "POST")
    )
    return answer


def test_a_prepared_transaction_survives_a_kill(own_emulator: EmulatorServer) -> None:
    server = own_emulator
    run(server, "CREATE DATABASE d", "USE d", TABLE.format("t"))
    assert transaction(server, "d", "begin")["Status"] == "OK"
    assert transaction(server, "d", "begin")["Status"] == "LABEL_ALREADY_EXISTS"
    for first in (0, 2):
        assert transaction(server, "d", "load", json.dumps(rows_of(first, 3)))["Status"] == "OK"
    assert transaction(server, "d", "prepare")["Status"] == "OK"
    assert run(server, "SELECT COUNT(*) FROM d.t") == ((0,),)
    server.kill()
    server.start_again()
    assert json.loads(curl(server, "/api/d/get_load_state?label=txn", None, method="GET"))["state"] == "PREPARED"
    assert transaction(server, "d", "commit")["Status"] == "OK"
    assert transaction(server, "d", "commit")["Status"] == "OK"
    assert run(server, "SELECT COUNT(*) FROM d.t") == ((5,),)


def test_a_rolled_back_transaction_leaves_nothing(
    starrocks_emulator_server: EmulatorServer, starrocks_database: str
) -> None:
    server, database = starrocks_emulator_server, starrocks_database
    run(server, TABLE.format("t"), database=database)
    assert transaction(server, database, "begin")["Status"] == "OK"
    assert transaction(server, database, "load", json.dumps(rows_of(0, 3)))["Status"] == "OK"
    assert transaction(server, database, "rollback")["Status"] == "OK"
    assert transaction(server, database, "commit")["Status"] == "TXN_NOT_EXISTS"
    assert run(server, "SELECT COUNT(*) FROM t", database=database) == ((0,),)


class Loader(threading.Thread):
    """Loads labelled batches until the emulator is killed, and records which ones were acknowledged."""

    def __init__(self, server: EmulatorServer, table: str, first: int, acknowledged: dict[str, int]) -> None:
        super().__init__(daemon=True)
        self.server, self.table, self.first, self.acknowledged = server, table, first, acknowledged
        self.stopping = threading.Event()
        self.loads = 0

    def run(self) -> None:
        import http.client  # noqa: PLC0415

        while not self.stopping.is_set():
            label = f"{self.table}-{self.first}"
            body = json.dumps(rows_of(self.first, 20)).encode()
            headers = {"label": label, "format": "json", "strip_outer_array": "true", "Authorization": "Basic cm9vdDo="}
            try:
                connection = http.client.HTTPConnection(self.server.host, self.server.be_http_port, timeout=120)
                connection.request("PUT", f"/api/d/{self.table}/_stream_load", body, headers)
                answer = json.loads(connection.getresponse().read())
                connection.close()
            except (OSError, http.client.HTTPException, ValueError):
                return
            if answer["Status"] == "Success":
                self.acknowledged[label] = self.first
                self.loads += 1
            self.first += 20


def test_a_kill_at_any_moment_loses_no_acknowledged_load(own_emulator: EmulatorServer) -> None:
    server = own_emulator
    run(server, "CREATE DATABASE d", "USE d", TABLE.format("a"), TABLE.format("b"))
    acknowledged: dict[str, int] = {}
    for turn in range(KILLS):
        loaders = [Loader(server, table, turn * 1_000_000, acknowledged) for table in ("a", "b")]
        for loader in loaders:
            loader.start()
        deadline = time.monotonic() + 300
        while min(loader.loads for loader in loaders) < 2 + turn % 4 and time.monotonic() < deadline:
            time.sleep(0.005)
        server.kill()
        for loader in loaders:
            loader.stopping.set()
            loader.join(300)
        server.start_again()
        for table in ("a", "b"):
            firsts = {int(str(row[0])) for row in run(server, f"SELECT k FROM d.{table} WHERE k % 20 = 0")}
            counts = run(server, f"SELECT k DIV 20, COUNT(*) FROM d.{table} GROUP BY 1 HAVING COUNT(*) <> 20")
            assert counts == (), "a batch is incomplete"
            loaded = {first for label, first in acknowledged.items() if label.startswith(table)}
            assert loaded <= firsts, "an acknowledged load is lost"
            for first in firsts:
                path = f"/api/d/get_load_state?label={table}-{first}"
                if first not in loaded:
                    assert json.loads(curl(server, path, None, method="GET"))["state"] == "VISIBLE"
    assert len(acknowledged) >= KILLS * 4


def test_the_emulator_identifies_itself(starrocks_emulator_server: EmulatorServer) -> None:
    server = starrocks_emulator_server
    with urllib.request.urlopen(f"http://{server.host}:{server.fe_http_port}/api/health", timeout=120) as answer:
        health = json.loads(answer.read())
    assert (health["status"], health["emulator"]) == ("OK", True)
    for port in (server.fe_http_port, server.be_http_port):
        with urllib.request.urlopen(f"http://{server.host}:{port}/metrics", timeout=120) as answer:
            assert b"starrocks_emulator 1" in answer.read()
    assert "EMULATOR" in str(run(server, "SELECT @@version_comment")[0][0])
    assert "emulated" in str(run(server, "SELECT current_version()")[0][0])


def test_kill_query(starrocks_emulator_server: EmulatorServer) -> None:
    server = starrocks_emulator_server
    with connect(server) as victim, victim.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        number = int(cursor.fetchall()[0][0])
        failure: list[tuple[object, ...]] = []

        def work() -> None:
            try:
                cursor.execute(
                    "SELECT COUNT(*) FROM TABLE(generate_series(1, 100000)) AS a(x), TABLE(generate_series(1, 1000000)) AS b(y) "  # noqa: E501
                    "WHERE x * y % 7 = 3"
                )
            except pymysql.MySQLError as error:
                failure.append(error.args)

        thread = threading.Thread(target=work)
        thread.start()
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            if any(row[1] == str(number) and row[5] == "Query" for row in run(server, "SHOW PROCESSLIST")):
                break
            time.sleep(0.02)
        run(server, f"KILL QUERY {number}")
        thread.join(300)
        assert failure
        assert failure[0][0] == 1317
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == ((1,),)


def _start(*arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[3])
    return subprocess.run(
        [sys.executable, "-m", "starrocks_emulator", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_public_listen_address_is_rejected(tmp_path: Path) -> None:
    done = _start("--data", str(tmp_path / "data"), "--host", "0.0.0.0")
    assert done.returncode != 0
    assert "--allow-remote" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_rejected(own_emulator: EmulatorServer) -> None:
    done = _start("--data", str(own_emulator.data), "--mysql-port", "0", "--fe-http-port", "0", "--be-http-port", "0")
    assert done.returncode != 0
    assert "in use" in done.stderr


def test_a_used_port_is_reported(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = _start("--data", str(tmp_path / "data"), "--mysql-port", str(taken.getsockname()[1]),
                      "--fe-http-port", "0", "--be-http-port", "0")  # fmt: skip
    assert done.returncode != 0
    assert "address already in use" in done.stderr
