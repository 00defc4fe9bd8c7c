"""SUBMIT TASK: background statements, their runs and schedules."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from starrocks_emulator.engine import Engine
from starrocks_emulator.testing import Client


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state(client: Client, name: str) -> object:
    rows = client.run(f"SELECT STATE, ERROR_MESSAGE FROM information_schema.task_runs WHERE TASK_NAME = '{name}'")
    return rows[-1] if rows else None


@pytest.fixture
def table(client: Client) -> Client:
    client.run("CREATE TABLE t (k INT NOT NULL, v INT) PRIMARY KEY (k); INSERT INTO t VALUES (1, 10)")
    for row in client.run("SELECT TASK_NAME FROM information_schema.tasks"):
        client.run(f"DROP TASK `{row[0]!s}`")
    return client


def test_a_task_runs_once(table: Client) -> None:
    assert table.run("SUBMIT TASK once AS INSERT INTO t SELECT k + 1, v FROM t") == [("once", "SUBMITTED")]
    wait(lambda: state(table, "once") == ("SUCCESS", None))
    semicolon = "SUBMIT TASK kept SCHEDULE EVERY(INTERVAL 1 DAY) AS INSERT INTO t SELECT 1, 1;"
    assert table.run(f"{semicolon} SELECT DEFINITION FROM information_schema.tasks WHERE TASK_NAME = 'kept'") == [
        ("INSERT INTO t SELECT 1, 1;",)
    ]
    wait(lambda: state(table, "kept") == ("SUCCESS", None))
    table.run("DROP TASK kept")
    assert table.run("SELECT k FROM t ORDER BY k") == [(1,), (2,)]
    assert "already" in table.error("SUBMIT TASK once AS INSERT INTO t SELECT 1, 1").message
    table.run("SUBMIT TASK made AS CREATE TABLE made AS SELECT k FROM t")
    wait(lambda: state(table, "made") == ("SUCCESS", None))
    assert table.value("SELECT COUNT(*) FROM made") == 2
    table.run("DROP TASK once; DROP TASK made; DROP TASK IF EXISTS made")
    assert table.error("DROP TASK once").code == 1064


def test_a_failed_run_has_its_error(table: Client) -> None:
    table.run("SUBMIT TASK wrong AS INSERT INTO t SELECT 1, nope FROM t")
    wait(lambda: (state(table, "wrong") or ("",))[0] == "FAILED")  # type: ignore[index]
    assert "nope" in str(state(table, "wrong"))


def test_a_task_has_the_privileges_of_its_user_and_is_hidden_from_others(table: Client) -> None:
    table.run("DROP USER IF EXISTS tim; CREATE USER tim; GRANT SELECT ON TABLE t TO USER tim")
    tim = table.as_user("tim", "d")
    tim.run("SUBMIT TASK mine AS INSERT INTO t SELECT 5, 5")
    wait(lambda: (state(table, "mine") or ("",))[0] == "FAILED")  # type: ignore[index]
    assert "INSERT" in str(state(table, "mine"))
    table.run("SUBMIT TASK others AS INSERT INTO t SELECT 6, 6")
    wait(lambda: state(table, "others") == ("SUCCESS", None))
    assert tim.run("SELECT TASK_NAME FROM information_schema.tasks") == [("mine",)]
    assert tim.error("DROP TASK others").code == 5203


def test_a_scheduled_task_runs_repeatedly_and_survives_a_restart(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run("CREATE DATABASE d; USE d; CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k)")
    client.run("SUBMIT TASK often SCHEDULE EVERY(INTERVAL 10 SECOND) AS INSERT INTO t SELECT 1, 1")
    wait(lambda: client.value("SELECT COUNT(*) FROM t") == 1)
    schedule = str(client.value("SELECT SCHEDULE FROM information_schema.tasks"))
    assert re.fullmatch(r"PERIODICAL START\(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?\) EVERY\(10 SECONDS\)", schedule)
    client.session.close()
    engine.close()
    engine = Engine(tmp_path / "data")
    client = Client(engine, database="d")
    wait(lambda: client.value("SELECT COUNT(*) FROM t") == 2)
    client.run("DROP TASK often")
    client.session.close()
    engine.close()


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("SUBMIT TASK x AS SELECT 1", "INSERT"),
        ("SUBMIT TASK x AS DELETE FROM t WHERE k = 1", "INSERT"),
        ("SUBMIT TASK x AS CREATE TABLE y (a INT)", "AS SELECT"),
        ("SUBMIT TASK x SCHEDULE EVERY(INTERVAL 1 SECOND) AS INSERT INTO t SELECT 1, 1", "minimum"),
        ("SUBMIT TASK x SCHEDULE START('soon') EVERY(INTERVAL 1 DAY) AS INSERT INTO t SELECT 1, 1", "START"),
        ("SUBMIT TASK x PROPERTIES('a' = 'b') AS INSERT INTO t SELECT 1, 1", "property"),
    ],
)
def test_rejected(table: Client, statement: str, part: str) -> None:
    assert part in table.error(statement).message


def test_show_load_lists_changes_by_sql(table: Client) -> None:
    table.run("INSERT INTO t WITH LABEL mine VALUES (7, 7)")
    rows = table.run("SHOW LOAD FROM d WHERE LABEL = 'mine'")
    assert [(row[1], row[2], row[4], row[9]) for row in rows] == [("mine", "FINISHED", "INSERT", 1)]
    assert [row[1] for row in table.run("SHOW LOAD WHERE STATE = 'FINISHED' ORDER BY JobId DESC LIMIT 1")] == ["mine"]
    assert table.run("SHOW LOAD WHERE LABEL LIKE 'nothing%'") == []
    loads = table.run("SELECT LABEL, STATE, SINK_ROWS FROM information_schema.loads WHERE LABEL = 'mine'")
    assert loads == [("mine", "FINISHED", 1)]


def test_an_engine_ends_its_tasks_before_it_releases_its_folder(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run("CREATE DATABASE d; USE d; CREATE TABLE n (k INT NOT NULL, v INT) PRIMARY KEY (k)")
    client.run("INSERT INTO n SELECT k, k FROM TABLE(generate_series(1, 3000)) AS g(k)")
    slow = "SELECT COUNT(*), SUM(a.v * b.v * c.v) FROM n a JOIN n b ON a.k <> b.k JOIN n c ON b.k <> c.k"
    for number in range(6):  # four run at a time, two wait
        client.run(f"SUBMIT TASK slow{number} AS INSERT INTO n {slow}")
    wait(lambda: [run.state for run in engine.tasks.runs()].count("RUNNING") == 4)
    client.session.close()
    begin = time.monotonic()
    engine.close()
    assert time.monotonic() - begin < 120
    assert not any(thread.name.startswith("task-slow") for thread in threading.enumerate())
    reopened = Engine(tmp_path / "data")
    try:
        assert Client(reopened).value("SELECT COUNT(*) FROM d.n") == 3000
    finally:
        reopened.close()
