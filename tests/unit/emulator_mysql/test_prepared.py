import struct
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from starrocks_emulator.mysql import Limits
from starrocks_emulator.mysql.constants import Capability, ParameterType
from starrocks_emulator.mysql.errors import ProtocolError
from starrocks_emulator.mysql.packets import PacketReader, lenenc_bytes
from starrocks_emulator.mysql.parameters import read_types, read_values
from starrocks_emulator.results import SqlError, Value
from tests.unit.emulator_mysql.raw_client import BASIC, RawClient, error_of
from tests.unit.emulator_mysql.serving import Served, serving
from tests.unit.emulator_mysql.sqlite_backend import SqliteBackend

P = ParameterType


@pytest.fixture(params=[0, Capability.DEPRECATE_EOF], ids=["eof", "no-eof"])
def client(served: Served, request: pytest.FixtureRequest) -> Iterator["PreparingClient"]:
    with PreparingClient(served.port) as client:
        client.deprecate_eof = bool(request.param)
        assert client.login(capabilities=BASIC | request.param)[0] == 0
        yield client


class PreparingClient(RawClient):
    deprecate_eof = False

    def prepare(self, sql: str) -> tuple[int, int, int]:
        """Prepare a statement; return its id and the numbers of its parameters and columns."""
        first = self.command(b"\x16" + sql.encode())
        assert first[0] == 0, error_of(first)
        statement, columns, parameters = struct.unpack_from("<IHH", first, 1)
        for count in (parameters, columns):
            for _ in range(count):
                assert self.read().startswith(b"\x03def")
            if count and not self.deprecate_eof:
                assert self.read()[0] == 0xFE
        return statement, parameters, columns

    def execute(self, statement: int, types: bytes | None, nulls: bytes, values: bytes, cursor: int = 0) -> bytes:
        """Execute a statement; return the first packet of the response."""
        payload = b"\x17" + struct.pack("<IBI", statement, cursor, 1) + nulls
        if nulls:
            payload += b"\0" if types is None else b"\x01" + types
        return self.command(payload + values)

    def echo(self, type_: ParameterType, value: bytes, *, unsigned: bool = False) -> bytes:
        """Execute a statement with one parameter; return the value that the session received, as text."""
        statement, _, _ = self.prepare("SELECT ECHO(?)")
        first = self.execute(statement, bytes([type_, 0x80 if unsigned else 0]), b"\0", value)
        assert first == b"\x01", error_of(first)
        (row,) = self.rows(first, deprecate_eof=self.deprecate_eof)
        return row[3:]


@pytest.mark.parametrize(
    ("type_", "unsigned", "value", "expected"),
    [
        (P.TINY, False, b"\xff", -1),
        (P.TINY, True, b"\xff", 255),
        (P.SHORT, False, b"\x00\x80", -32768),
        (P.YEAR, True, b"\xea\x07", 2026),
        (P.LONG, False, b"\xff\xff\xff\x7f", 2**31 - 1),
        (P.INT24, False, b"\xff\xff\xff\xff", -1),
        (P.LONGLONG, False, b"\0" * 7 + b"\x80", -(2**63)),
        (P.LONGLONG, True, b"\xff" * 8, 2**64 - 1),
        (P.FLOAT, False, struct.pack("<f", 0.5), 0.5),
        (P.DOUBLE, False, struct.pack("<d", 0.1), 0.1),
        (P.NEWDECIMAL, False, lenenc_bytes(b"-12.3400"), Decimal("-12.3400")),
        (P.DECIMAL, False, lenenc_bytes(b"7"), Decimal(7)),
        (P.VAR_STRING, False, lenenc_bytes("d'été 🌍".encode()), "d'été 🌍"),
        (P.STRING, False, lenenc_bytes(b"x" * 70_000), "x" * 70_000),
        (P.STRING, False, lenenc_bytes(b"\xff\x00"), b"\xff\x00"),
        (P.JSON, False, lenenc_bytes(b"{}"), "{}"),
        (P.BLOB, False, lenenc_bytes(b"abc"), b"abc"),
        (P.NULL, False, b"", None),
        (P.DATE, False, b"\x04\xea\x07\x01\x1f", date(2026, 1, 31)),
        (P.DATETIME, False, b"\x04\xea\x07\x01\x1f", datetime.fromisoformat("2026-01-31")),
        (P.TIMESTAMP, False, b"\x07\xea\x07\x01\x1f\x0c\x05\x06", datetime.fromisoformat("2026-01-31 12:05:06")),
        (
            P.DATETIME,
            False,
            b"\x0b\xea\x07\x01\x1f\x0c\x05\x06" + (7).to_bytes(4, "little"),
            datetime.fromisoformat("2026-01-31 12:05:06.000007"),
        ),
        (P.TIME, False, b"\0", timedelta(0)),
        (P.TIME, False, b"\x08\x01\x01\0\0\0\x02\x03\x04", -timedelta(days=1, hours=2, minutes=3, seconds=4)),
        (P.TIME, False, b"\x0c\0\0\0\0\0\0\0\0\x01\0\0\0", timedelta(microseconds=1)),
    ],
)
def test_parameters_of_every_type(type_: P, unsigned: bool, value: bytes, expected: Value) -> None:
    types = read_types(PacketReader(bytes([type_, 0x80 if unsigned else 0]), "types"), 1)
    reader = PacketReader(value, "values")
    values = read_values(reader, types, b"\0", {}, "utf-8")
    assert values == [expected]
    assert type(values[0]) is type(expected)
    assert reader.remaining == 0


@pytest.mark.parametrize(
    ("type_", "value", "code"),
    [
        (P.DATE, b"\0", 1292),
        (P.DATE, b"\x04\xea\x07\x0d\x01", 1292),
        (P.DATETIME, b"\x07\xea\x07\x01\x1f\x18\0\0", 1292),
        (P.DATETIME, b"\x0b\xea\x07\x01\x1f\0\0\0\xff\xff\xff\xff", 1292),
        (P.TIME, b"\x08\0\xff\xff\xff\xff\0\0\0", 1292),
        (P.NEWDECIMAL, lenenc_bytes(b"1,5"), 1292),
        (P.NEWDECIMAL, lenenc_bytes(b"NaN"), 1292),
        (P.GEOMETRY, lenenc_bytes(b""), 1210),
    ],
)
def test_errors_name_invalid_parameters(type_: P, value: bytes, code: int) -> None:
    with pytest.raises(SqlError, match="parameter 1") as refused:
        read_values(PacketReader(value, "values"), [(type_, False)], b"\0", {}, "utf-8")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("type_", "value"),
    [(P.LONG, b"\0"), (P.DATE, b"\x05\0\0\0\0\0"), (P.TIME, b"\x08\0"), (P.STRING, b"\xfc\xff"), (P.STRING, b"")],
)
def test_truncated_parameters_are_malformed_packets(type_: P, value: bytes) -> None:
    with pytest.raises(ProtocolError, match="parameter 1"):
        read_values(PacketReader(value, "values"), [(type_, False)], b"\0", {}, "utf-8")


def test_values_and_nulls_keep_their_positions(client: PreparingClient) -> None:
    assert client.command(b"\x03create table p (a integer, b text, c integer, d text)")[0] == 0
    statement, parameters, columns = client.prepare("INSERT INTO p VALUES (?, ?, ?, ?)")
    assert (parameters, columns) == (4, 0)
    types = bytes([P.LONG, 0, P.STRING, 0, P.LONG, 0, P.STRING, 0])
    ok = client.execute(statement, types, b"\x06", struct.pack("<i", 7) + lenenc_bytes(b"x?"))
    assert ok[:2] == b"\0\x01"  # one row
    # The second execution does not repeat the types.
    again = struct.pack("<i", 8) + lenenc_bytes(b"y") + struct.pack("<i", 9)
    assert client.execute(statement, None, b"\x08", again)[:2] == b"\0\x01"
    statement, _, columns = client.prepare("SELECT * FROM p WHERE a >= ? ORDER BY a")
    assert columns == 4
    first = client.execute(statement, bytes([P.TINY, 0]), b"\0", b"\x07")
    rows = client.rows(first, deprecate_eof=client.deprecate_eof)
    eight = struct.pack("<q", 8)
    assert rows == [
        b"\0\x18" + struct.pack("<q", 7) + b"\x02x?",
        b"\0\x20" + eight + b"\x01y" + struct.pack("<q", 9),
    ]


def test_types_must_be_sent_once(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT ECHO(?)")
    assert error_of(client.execute(statement, None, b"\0", b""))[0] == 1835
    assert client.closed()


def test_extra_bytes_after_the_parameters_are_malformed(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT ECHO(?)")
    assert error_of(client.execute(statement, bytes([P.TINY, 0]), b"\0", b"\x01\x02"))[0] == 1835


def test_long_data_in_pieces(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT length(?) || ' ' || ?")
    for piece in (b"a" * 100_000, "é".encode()[:1], "é".encode()[1:]):
        client.send(b"\x18" + statement.to_bytes(4, "little") + b"\0\0" + piece, 0)
    types = bytes([P.STRING, 0, P.LONG, 0])
    first = client.execute(statement, types, b"\0", struct.pack("<i", 5))
    (row,) = client.rows(first, deprecate_eof=client.deprecate_eof)
    assert row[2:] == lenenc_bytes(b"100001 5")
    # The data are discarded after an execution and after a reset.
    client.send(b"\x18" + statement.to_bytes(4, "little") + b"\0\0" + b"zzz", 0)
    assert client.command(b"\x1a" + statement.to_bytes(4, "little"))[0] == 0
    first = client.execute(statement, None, b"\0", lenenc_bytes(b"ab") + struct.pack("<i", 6))
    (row,) = client.rows(first, deprecate_eof=client.deprecate_eof)
    assert row[2:] == lenenc_bytes(b"2 6")


def test_long_data_for_a_missing_parameter_fail_at_the_execution(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT ECHO(?)")
    client.send(b"\x18" + statement.to_bytes(4, "little") + b"\x09\0x", 0)
    client.send(b"\x18" + b"\xff\xff\xff\x7f" + b"\0\0x", 0)
    assert error_of(client.execute(statement, bytes([P.TINY, 0]), b"\0", b"\x01"))[0] == 1210
    assert client.echo(P.TINY, b"\x01") == b"1"


def test_long_data_are_limited(backend: SqliteBackend) -> None:
    with (
        serving(backend, limits=Limits(packet_bytes=100_000)) as served,
        PreparingClient(served.port) as client,
    ):
        client.login()
        statement, _, _ = client.prepare("SELECT length(?)")
        for _ in range(5):
            client.send(b"\x18" + statement.to_bytes(4, "little") + b"\0\0" + b"x" * 90_000, 0)
        code, message = error_of(client.execute(statement, bytes([P.BLOB, 0]), b"\0", b""))
        assert (code, "100000" in message) == (1153, True)


def test_a_cursor_is_fetched_in_portions(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT BIG(2500)")
    assert client.execute(statement, None, b"", b"", cursor=1) == b"\x03"
    for _ in range(3):
        client.read()
    opened = client.read()
    assert (opened[0], opened[-4] & 0x40 if client.deprecate_eof else opened[-2] & 0x40) == (0xFE, 0x40)
    # Another statement is executed while the cursor is open.
    assert client.rows(client.command(b"\x03select 5"), deprecate_eof=client.deprecate_eof) == [b"\x015"]
    counts, last = [], False
    while not last:
        client.send(b"\x1c" + struct.pack("<II", statement, 1000), 0)
        count, payload = 0, client.read()
        while payload[0] == 0:
            count, payload = count + 1, client.read()
        status = int.from_bytes(payload[3:5], "little")
        last = bool(status & 0x80)
        counts.append(count)
    assert counts == [1000, 1000, 500]
    assert client.command(b"\x1a" + statement.to_bytes(4, "little"))[0] == 0
    assert error_of(client.command(b"\x1c" + struct.pack("<II", statement, 1)))[0] == 1421


def test_a_scrollable_cursor_is_rejected(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT BIG(1)")
    assert error_of(client.execute(statement, None, b"", b"", cursor=4))[0] == 1235


def test_unknown_and_closed_statements(client: PreparingClient) -> None:
    statement, _, _ = client.prepare("SELECT ECHO(?)")
    client.send(b"\x19" + statement.to_bytes(4, "little"), 0)
    client.send(b"\x19" + statement.to_bytes(4, "little"), 0)
    assert error_of(client.execute(statement, bytes([P.TINY, 0]), b"\0", b"\x01"))[0] == 1243
    assert error_of(client.command(b"\x1a\x63\0\0\0"))[0] == 1243
    assert error_of(client.command(b"\x1c\x63\0\0\0\x01\0\0\0"))[0] == 1243
    statement, _, _ = client.prepare("SELECT ECHO(?)")
    assert client.command(b"\x1f")[0] == 0  # a reset of the connection closes all statements
    assert error_of(client.command(b"\x1a" + statement.to_bytes(4, "little")))[0] == 1243


def test_a_statement_that_fails_to_prepare(client: PreparingClient) -> None:
    assert error_of(client.command(b"\x16SELECT * FROM nowhere WHERE a = ?"))[0] == 1146


def test_the_number_of_statements_is_limited(backend: SqliteBackend) -> None:
    with serving(backend, limits=Limits(statements=3)) as served, PreparingClient(served.port) as client:
        client.login()
        first, _, _ = client.prepare("SELECT 1")
        client.prepare("SELECT 1")
        client.prepare("SELECT 1")
        assert error_of(client.command(b"\x16SELECT 1"))[0] == 1461
        client.send(b"\x19" + first.to_bytes(4, "little"), 0)
        client.prepare("SELECT 1")
