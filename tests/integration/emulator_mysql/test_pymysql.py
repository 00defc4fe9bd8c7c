import ssl
import threading
import time
from datetime import date, datetime
from decimal import Decimal

import pymysql
import pymysql.cursors
import pytest
from pymysql.constants import COMMAND

from tests.integration.emulator_mysql.emulator_process import Emulator

pytestmark = pytest.mark.integration

INSERT = "INSERT INTO measurements (station_id, measured_at, value, valid, price, day, note) VALUES "
ROW = (
    "S1",
    datetime.fromisoformat("2026-01-31 12:05:06.000700"),
    0.1,
    True,
    Decimal("12.3400"),
    date(2026, 1, 31),
    "d'été \\ % 🌍 \"\n",
)
SLOW = (
    "SELECT sum(a.generate_series * b.generate_series % 7) "
    "FROM TABLE(generate_series(1, 1000000)) a, TABLE(generate_series(1, 100000)) b"
)


def wait_for_statement(cursor: pymysql.cursors.Cursor, *, running: bool) -> list[int]:
    """Wait until at least one connection runs the slow statement, or none does. Returns the ids of those that do."""
    deadline = time.monotonic() + 180
    while True:
        cursor.execute("SHOW FULL PROCESSLIST")
        found = [int(row[1]) for row in cursor.fetchall() if row[9] == SLOW]
        if bool(found) == running or time.monotonic() > deadline:
            return found


def test_values_survive_a_round_trip(emulator: Emulator, database: str) -> None:
    with emulator.connect(database) as connection, connection.cursor() as cursor:
        assert cursor.execute(INSERT + "(%s, %s, %s, %s, %s, %s, %s)", ROW) == 1
        cursor.execute("SELECT station_id, measured_at, value, valid, price, day, note FROM measurements")
        assert cursor.fetchall() == (ROW,)


def test_executemany_and_affected_rows(emulator: Emulator, database: str) -> None:
    rows = [(f"S{number}", *ROW[1:]) for number in range(2000)]
    with emulator.connect(database) as connection, connection.cursor() as cursor:
        assert cursor.executemany(INSERT + "(%s, %s, %s, %s, %s, %s, %s)", rows) == 2000
        assert cursor.execute("UPDATE measurements SET value = 2 WHERE station_id < 'S2'") == 1112
        assert cursor.execute("DELETE FROM measurements WHERE value = 2") == 1112
        cursor.execute("SELECT count(*) FROM measurements")
        assert cursor.fetchall() == ((888,),)


def test_unbuffered_and_dictionary_cursors(emulator: Emulator, database: str) -> None:
    with emulator.connect(database) as connection:
        with connection.cursor(pymysql.cursors.SSCursor) as cursor:
            cursor.execute("SELECT * FROM TABLE(generate_series(1, 100000))")
            assert sum(row[0] for row in cursor) == 5_000_050_000
        with connection.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute("SELECT 1 AS a, 'x' AS b")
            assert list(cursor.fetchall()) == [{"a": 1, "b": "x"}]


def test_an_unbuffered_cursor_that_is_closed_early(emulator: Emulator, database: str) -> None:
    with emulator.connect(database) as connection:
        with connection.cursor(pymysql.cursors.SSCursor) as cursor:
            cursor.execute("SELECT * FROM TABLE(generate_series(1, 50000))")
            assert cursor.fetchone() == (1,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'next'")
            assert cursor.fetchall() == (("next",),)


def test_several_results(emulator: Emulator, database: str) -> None:
    with emulator.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1; INSERT INTO measurements (station_id, measured_at) VALUES ('a', '2026-01-01');"
            "SELECT station_id FROM measurements; SELECT nothing FROM measurements; SELECT 3"
        )
        assert cursor.fetchall() == ((1,),)
        assert (cursor.nextset(), cursor.rowcount) == (True, 1)
        assert cursor.nextset()
        assert cursor.fetchall() == (("a",),)
        with pytest.raises(pymysql.err.MySQLError, match="nothing"):
            cursor.nextset()


def test_tls_with_verification(emulator: Emulator) -> None:
    context = ssl.create_default_context(cafile=str(emulator.certificate))
    for _ in range(20):
        with (
            pymysql.connect(host="localhost", port=emulator.port, user="root", ssl=context) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1")
            assert cursor.fetchall() == ((1,),)


def test_users_passwords_and_databases(emulator: Emulator, database: str) -> None:
    with emulator.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER 'protocol_reader' IDENTIFIED BY 'r3ad''er'")
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN DATABASE {database} TO USER 'protocol_reader'")
    try:
        with emulator.connect(database, "protocol_reader", "r3ad'er") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM measurements")
            assert cursor.fetchall() == ((0,),)
        for password in ("", "r3ad", "R3ad'er"):
            with pytest.raises(pymysql.err.OperationalError) as refused:
                emulator.connect(database, "protocol_reader", password)
            assert refused.value.args[0] == 1045
        with pytest.raises(pymysql.err.OperationalError) as unknown:
            emulator.connect("no_such_database")
        assert unknown.value.args[0] == 1049
    finally:
        with emulator.connect() as connection, connection.cursor() as cursor:
            cursor.execute("DROP USER 'protocol_reader'")


def test_kill_query_from_another_connection(emulator: Emulator) -> None:
    failures: list[int] = []
    with emulator.connect() as victim, emulator.connect() as other:
        with victim.cursor() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            ((victim_id,),) = cursor.fetchall()

        def run() -> None:
            try:
                with victim.cursor() as cursor:
                    cursor.execute(SLOW)
            except pymysql.err.MySQLError as failed:
                failures.append(failed.args[0])

        thread = threading.Thread(target=run)
        thread.start()
        with other.cursor() as cursor:
            running = wait_for_statement(cursor, running=True)
            assert running == [victim_id]
            cursor.execute(f"KILL QUERY {running[0]}")
        thread.join(300)
        assert failures == [1317]
        with victim.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchall() == ((1,),)
        with other.cursor() as cursor:
            cursor.execute(f"KILL {victim_id}")
        with pytest.raises(pymysql.err.MySQLError):
            victim.ping(reconnect=False)


def test_a_disconnecting_client_stops_its_statement(emulator: Emulator) -> None:
    leaving = emulator.connect()
    with emulator.connect() as other, other.cursor() as cursor:
        leaving._execute_command(COMMAND.COM_QUERY, SLOW)  # type: ignore[attr-defined]  # sends without waiting for the answer
        assert len(wait_for_statement(cursor, running=True)) == 1
        leaving._force_close()  # type: ignore[attr-defined]
        assert wait_for_statement(cursor, running=False) == []
