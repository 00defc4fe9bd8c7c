import struct
import time
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from starrocks_emulator.mysql.binary import binary_rows
from starrocks_emulator.mysql.encode import float32_text, text_rows
from starrocks_emulator.mysql.packets import PacketReader, PacketWriter, lenenc_int
from starrocks_emulator.results import Column, ColumnType, Value

T = ColumnType


def texts_of(payload: bytes, columns: int) -> list[bytes | None]:
    reader = PacketReader(payload, "row")
    found: list[bytes | None] = []
    for _ in range(columns):
        if payload[len(payload) - reader.remaining] == 0xFB:
            reader.fixed(1, "NULL")
            found.append(None)
        else:
            found.append(reader.lenenc("value"))
    assert reader.remaining == 0
    return found


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        (T.LONGLONG, [1, -5, None, 2**63 - 1], [b"1", b"-5", None, b"9223372036854775807"]),
        (T.STRING, [2**127, -(2**127)], [str(2**127).encode(), str(-(2**127)).encode()]),
        (T.TINY, [True, False, None], [b"1", b"0", None]),
        (T.TINY, [True, 2], [b"1", b"2"]),
        (T.DOUBLE, [0.1, 3.0, -0.0, 1e20, 1e-7], [b"0.1", b"3", b"-0", b"1e+20", b"1e-07"]),
        (T.FLOAT, [0.1, 16777216.0, 1 / 3, None], [b"0.1", b"16777216", b"0.33333334", None]),
        (T.NEWDECIMAL, [Decimal("1.20"), Decimal("0E-9")], [b"1.20", b"0.000000000"]),
        (T.NEWDECIMAL, [Decimal("1E+3")], [b"1000"]),
        (T.DATE, [date(1, 1, 1), date(9999, 12, 31)], [b"0001-01-01", b"9999-12-31"]),
        (
            T.DATETIME,
            [datetime.fromisoformat("2026-01-31 00:00:00"), datetime.fromisoformat("0001-01-01 01:02:03.000400")],
            [b"2026-01-31 00:00:00", b"0001-01-01 01:02:03.000400"],
        ),
        (
            T.TIME,
            [timedelta(hours=838, minutes=59), -timedelta(seconds=1), timedelta(microseconds=5)],
            [b"838:59:00", b"-00:00:01", b"00:00:00.000005"],
        ),
        (T.VAR_STRING, ["", "é", "a\0b", None], [b"", "é".encode(), b"a\0b", None]),
        (T.VAR_STRING, ["\udc80", "x"], [b"?", b"x"]),
        (T.VAR_STRING, ["x" * 250, "y" * 251, "z" * 70_000], [b"x" * 250, b"y" * 251, b"z" * 70_000]),
        (T.BLOB, [b"\xff\0", b""], [b"\xff\0", b""]),
        (T.LONGLONG, ["7", 8, Decimal("9")], [b"7", b"8", b"9"]),
        (T.LONG, [None, None], [None, None]),
    ],
)
def test_text_values(type_: T, values: list[Value], expected: list[bytes | None]) -> None:
    columns = [Column("a", type_), Column("n", T.LONG)]
    rows = [(value, number) for number, value in enumerate(values)]
    payloads = list(text_rows(columns, rows, "utf-8"))
    assert [texts_of(payload, 2) for payload in payloads] == [
        [text, str(number).encode()] for number, text in enumerate(expected)
    ]


def test_a_character_missing_in_the_clients_character_set_becomes_a_question_mark() -> None:
    assert list(text_rows([Column("a", T.VAR_STRING)], [("é北",), ("ok",)], "cp1252")) == [b"\x02\xe9?", b"\x02ok"]


@pytest.mark.parametrize("encode", [text_rows, binary_rows])
def test_rows_of_a_wrong_width_and_unsupported_values_are_rejected(encode: type(text_rows)) -> None:  # type: ignore[valid-type]
    with pytest.raises(ValueError, match="1 values but 2 columns"):
        list(encode([Column("a", T.LONG), Column("b", T.LONG)], [(1,)], "utf-8"))
    with pytest.raises(ValueError, match=r"lengths|longer"):
        list(encode([Column("a", T.LONG)], [(1,), (1, 2)], "utf-8"))
    with pytest.raises(TypeError, match="list"):
        list(encode([Column("a", T.STRING)], [([],)], "utf-8"))


@pytest.mark.parametrize("value", [0.1, 1e-45, 3.4028234663852886e38, 123456.789, 1 / 3, 5e-5, 2.5e10, 1e16])
def test_a_float_survives_a_round_trip_as_the_same_four_bytes(value: float) -> None:
    text = float32_text(value)
    assert struct.pack("<f", float(text)) == struct.pack("<f", value)
    assert len(text.replace("-", "").replace(".", "").split("e")[0].lstrip("0")) <= max(9, 17)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (Column("a", T.TINY), -1, b"\xff"),
        (Column("a", T.TINY), True, b"\x01"),
        (Column("a", T.TINY, unsigned=True), 255, b"\xff"),
        (Column("a", T.SHORT), -2, b"\xfe\xff"),
        (Column("a", T.LONG), 1, b"\x01\0\0\0"),
        (Column("a", T.LONGLONG), Decimal(3), struct.pack("<q", 3)),
        (Column("a", T.LONGLONG), "3", struct.pack("<q", 3)),
        (Column("a", T.FLOAT), 0.5, struct.pack("<f", 0.5)),
        (Column("a", T.DOUBLE), Decimal("0.5"), struct.pack("<d", 0.5)),
        (Column("a", T.NEWDECIMAL), Decimal("1.20"), b"\x041.20"),
        (Column("a", T.STRING), 2**70, b"\x16" + str(2**70).encode()),
        (Column("a", T.DATE), date(2026, 1, 31), b"\x04\xea\x07\x01\x1f"),
        (Column("a", T.DATETIME), date(2026, 1, 31), b"\x04\xea\x07\x01\x1f"),
        (Column("a", T.DATETIME), datetime.fromisoformat("2026-01-31 01:02:03"), b"\x07\xea\x07\x01\x1f\x01\x02\x03"),
        (
            Column("a", T.DATETIME),
            datetime.fromisoformat("2026-01-31 01:02:03.000004"),
            b"\x0b\xea\x07\x01\x1f\x01\x02\x03\x04\0\0\0",
        ),
        (Column("a", T.TIME), -timedelta(days=1, seconds=5), b"\x08\x01\x01\0\0\0\0\0\x05"),
        (Column("a", T.TIME), timedelta(microseconds=6), b"\x0c\0\0\0\0\0\0\0\0\x06\0\0\0"),
        (Column("a", T.JSON), "{}", b"\x02{}"),
        (Column("a", T.BLOB), b"\0", b"\x01\0"),
    ],
)
def test_binary_values(column: Column, value: Value, expected: bytes) -> None:
    with_null = list(binary_rows([column, Column("b", T.STRING)], [(value, None), (None, "x")], "utf-8"))
    assert with_null == [b"\0\x08" + expected, b"\0\x04\x01x"]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (T.TINY, 128),
        (T.LONG, 2**31),
        (T.LONG, Decimal("1.5")),
        (T.LONG, "1.5"),
        (T.LONG, 1.5),
        (T.LONG, "x"),
        (T.DATE, 5),
        (T.DATE, "2026-13-01"),
        (T.TIME, "01:00:00"),
        (T.DOUBLE, b"x"),
    ],
)
def test_the_error_for_a_value_out_of_range_names_the_column(type_: T, value: Value) -> None:
    with pytest.raises(ValueError, match="column level: a value does not fit"):
        list(binary_rows([Column("level", type_)], [(value,)], "utf-8"))


def test_null_bits_of_many_columns() -> None:
    columns = [Column(f"c{n}", T.TINY) for n in range(20)]
    (payload,) = binary_rows(columns, [tuple(None if n % 3 == 0 else n for n in range(20))], "utf-8")
    bits = sum(1 << (n + 2) for n in range(20) if n % 3 == 0)
    assert payload == b"\0" + bits.to_bytes(3, "little") + bytes(n for n in range(20) if n % 3)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (250, b"\xfa"),
        (251, b"\xfc\xfb\0"),
        (0xFFFF, b"\xfc\xff\xff"),
        (0x10000, b"\xfd\0\0\x01"),
        (0xFFFFFF, b"\xfd\xff\xff\xff"),
        (1 << 24, b"\xfe\0\0\0\x01\0\0\0\0"),
    ],
)
def test_length_encoded_integers(value: int, expected: bytes) -> None:
    assert lenenc_int(value) == expected
    assert PacketReader(expected, "x").lenenc_integer("x") == value


@pytest.mark.parametrize(
    ("length", "pieces"),
    [(0, [0]), (5, [5]), (0xFFFFFE, [0xFFFFFE]), (0xFFFFFF, [0xFFFFFF, 0]), (0xFFFFFF + 7, [0xFFFFFF, 7])],
)
def test_payloads_are_split_into_packets(length: int, pieces: list[int]) -> None:
    out = PacketWriter(255)
    out.add(bytes(length))
    size, data, at, found, sequences = out.size, out.take(), 0, [], []
    while at < len(data):
        piece = int.from_bytes(data[at : at + 3], "little")
        found.append(piece)
        sequences.append(data[at + 3])
        at += 4 + piece
    assert (found, size, out.size) == (pieces, len(data), 0)
    assert sequences == [255, 0][: len(pieces)]


def test_speed_of_rows_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    start = datetime.fromisoformat("2026-01-01 00:00:00")
    rows = [(f"ABJ-{n % 100:03}", start + timedelta(minutes=n), n / 7, None if n % 5 else n) for n in range(50_000)]
    columns = [Column("s", T.VAR_STRING), Column("t", T.DATETIME), Column("v", T.DOUBLE), Column("n", T.LONGLONG)]
    for encode in (text_rows, binary_rows):
        out, began = PacketWriter(1), time.perf_counter()
        for at in range(0, len(rows), 1000):
            out.add_all(encode(columns, rows[at : at + 1000], "utf-8"))
        size = len(out.take())
        speed = len(rows) * len(columns) / (time.perf_counter() - began)
        with capsys.disabled():
            print(f"\n{encode.__name__}: {speed / 1e6:.2f} M values/s")
        assert size > len(rows) * 20
