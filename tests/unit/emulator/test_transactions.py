"""The transaction interface: several tables in one transaction, time limits, and the state after a restart."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from starrocks_emulator.engine import Engine
from starrocks_emulator.load.stream import StreamLoader
from starrocks_emulator.load.transactions import Transactions
from starrocks_emulator.testing import Client

JSON = {"format": "json"}


class Caller:
    """A client of the transaction interface without a network."""

    def __init__(self, folder: Path) -> None:
        self.engine = Engine(folder)
        self.client = Client(self.engine)
        self.transactions = Transactions(self.engine, StreamLoader(self.engine))

    def __call__(self, operation: str, tables: str = "a", body: str = "", **headers: str) -> Mapping[str, object]:
        file = self.engine.storage.staging / "body"
        file.write_text(body)
        return self.transactions.run(
            operation, "d", "label", tables.split(","), "root", {**JSON, **headers}, file if body else None
        )

    def close(self) -> None:
        self.client.session.close()
        self.engine.close()


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    caller = Caller(tmp_path / "data")
    caller.client.run("CREATE DATABASE d; USE d; CREATE TABLE a (k INT NOT NULL, v INT) PRIMARY KEY (k)")
    caller.client.run("CREATE TABLE b (k INT, v INT) DUPLICATE KEY (k)")
    yield caller
    caller.close()


def counts(caller: Caller) -> tuple[object, ...]:
    return caller.client.run("SELECT (SELECT COUNT(*) FROM d.a), (SELECT COUNT(*) FROM d.b)")[0]


def test_rows_of_several_tables_appear_together(call: Caller) -> None:
    assert call("begin", "a,b")["Status"] == "OK"
    assert call("load", "a", '{"k": 1, "v": 1}')["Status"] == "OK"
    assert call("load", "b", '{"k": 1, "v": 1}\n{"k": 2, "v": 2}')["Status"] == "OK"
    assert call("load", "a", '{"k": 1, "v": 2}')["Status"] == "OK"
    assert counts(call) == (0, 0)
    assert call("prepare")["Status"] == "OK"
    assert call("load", "a", '{"k": 3}')["Status"] == "FAILED"
    assert counts(call) == (0, 0)
    assert call("commit")["Status"] == "OK"
    assert counts(call) == (1, 2)
    assert call.client.value("SELECT v FROM d.a") == 2
    assert call.engine.loads.state("d", "label") == "VISIBLE"


def test_an_invalid_batch_does_not_change_the_transaction(call: Caller) -> None:
    assert call("begin")["Status"] == "OK"
    assert call("load", "a", '{"k": 1}')["Status"] == "OK"
    assert call("load", "a", '{"k": "x"}')["Status"] == "FAILED"
    assert call("load", "nope", '{"k": 1}')["Status"] == "FAILED"
    assert call("commit")["Status"] == "OK"
    assert counts(call) == (1, 0)


@pytest.mark.parametrize("header", ["timeout", "idle_transaction_timeout"])
def test_an_idle_transaction_is_rolled_back(call: Caller, header: str) -> None:
    assert call("begin", **{header: "5"})["Status"] == "OK"
    assert call("load", "a", '{"k": 1}')["Status"] == "OK"
    deadline = time.monotonic() + 300
    while call.engine.loads.state("d", "label") != "ABORTED":  # housekeeping runs once a second
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert call("commit")["Status"] == "TXN_NOT_EXISTS"
    assert counts(call) == (0, 0)
    assert call("begin")["Status"] == "OK"  # the label can be used again


def test_a_prepared_transaction_survives_the_idle_timeout(call: Caller) -> None:
    call("begin", idle_transaction_timeout="1")
    call("load", "a", '{"k": 1}')
    call("prepare")
    call.transactions._open["d", "label"].touched -= 100
    call.transactions.expire()
    assert call("commit")["Status"] == "OK"
    assert counts(call) == (1, 0)


def test_a_restart_keeps_prepared_transactions_and_discards_others(tmp_path: Path) -> None:
    first = Caller(tmp_path / "data")
    first.client.run(
        "CREATE DATABASE d; USE d; CREATE TABLE a (k INT NOT NULL) PRIMARY KEY (k); CREATE TABLE b (k INT)"
    )
    first("begin")
    first("load", "a", '{"k": 1}')
    first.close()
    second = Caller(tmp_path / "data")
    assert second("commit")["Status"] == "TXN_NOT_EXISTS"
    assert counts(second) == (0, 0)
    second("begin")
    second("load", "a", '{"k": 2}')
    second("prepare")
    second.close()
    third = Caller(tmp_path / "data")
    assert third("begin")["Status"] == "LABEL_ALREADY_EXISTS"
    assert counts(third) == (0, 0)
    assert third("commit")["Status"] == "OK"
    assert counts(third) == (1, 0)
    third.close()
    fourth = Caller(tmp_path / "data")
    assert fourth("commit")["Status"] == "OK"  # a repeated commit of a visible transaction has no effect
    assert counts(fourth) == (1, 0)
    fourth.close()
