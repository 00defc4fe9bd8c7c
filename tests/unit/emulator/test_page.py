"""The page on the FE's HTTP port, and /metrics, without a network."""

import asyncio
import base64
from collections.abc import Mapping

import pytest
from aiohttp.test_utils import TestClient, TestServer

from starrocks_emulator.engine import Engine
from starrocks_emulator.http.backend import backend
from starrocks_emulator.http.frontend import frontend
from starrocks_emulator.testing import Client


def get(engine: Engine, path: str, user: str | None = "root", be: bool = False) -> tuple[int, str, Mapping[str, str]]:
    async def ask() -> tuple[int, str, Mapping[str, str]]:
        headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:".encode()).decode()} if user else {}
        async with TestClient(TestServer(backend(engine) if be else frontend(engine))) as client:
            answer = await client.get(path, headers=headers)
            return answer.status, await answer.text(), answer.headers

    return asyncio.run(ask())


@pytest.fixture
def tables(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k INT NOT NULL) PRIMARY KEY (k) COMMENT '<b>bold</b>'; CREATE TABLE hidden (k INT);"
        "INSERT INTO t WITH LABEL label_of_root VALUES (1), (2); CREATE VIEW w AS SELECT k FROM t;"
        "DROP USER IF EXISTS eve; CREATE USER eve; GRANT SELECT ON TABLE t TO USER eve"
    )
    return client


def test_the_page_shows_tables_rows_and_loads_and_names_the_emulator(tables: Client) -> None:
    status, text, headers = get(tables.engine, "/")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    for part in ("EMULATOR", "PRIMARY KEY", ">2</td>", "label_of_root", "view", "FINISHED"):
        assert part in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<b>bold" not in text


def test_the_page_needs_a_login_and_respects_privileges(tables: Client) -> None:
    for user in (None, "nobody"):
        status, text, headers = get(tables.engine, "/", user)
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Basic")
        assert "label_of_root" not in text
    _, text, _ = get(tables.engine, "/", "eve")
    assert ">t</td>" in text
    assert "hidden" not in text
    assert "label_of_root" not in text


def test_metrics_have_starrocks_names(tables: Client) -> None:
    tables.error("SELECT nope")
    _, text, _ = get(tables.engine, "/metrics", None)
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert values["starrocks_emulator"] == "1"
    assert int(values["starrocks_fe_query_total"]) > int(values["starrocks_fe_query_err"]) >= 1
    assert int(values["starrocks_fe_txn_success"]) >= 1
    assert float(values['starrocks_fe_query_latency_ms{quantile="0.99"}']) > 0
    assert int(values["starrocks_fe_connection_total"]) >= 1
    _, text, _ = get(tables.engine, "/metrics", None, be=True)
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert int(values["starrocks_be_process_mem_bytes"]) > 1 << 20
    sizes = {name.split("{")[0]: int(value) for name, value in values.items() if "disks" in name}
    assert sizes["starrocks_be_disks_total_capacity"] > sizes["starrocks_be_disks_avail_capacity"]


def test_every_metric_has_a_type(tables: Client) -> None:
    for be in (False, True):
        lines = get(tables.engine, "/metrics", None, be=be)[1].splitlines()
        typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
        assert {line.partition("{")[0].split()[0] for line in lines if not line.startswith("#")} == typed
