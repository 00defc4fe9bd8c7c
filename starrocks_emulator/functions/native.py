"""Python functions that DuckDB calls where SQL is too slow or has no equivalent.

Clients cannot call them: queries may only use functions of the allowlist."""

import re
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial, wraps
from urllib.parse import quote, unquote

import duckdb
from duckdb.func import SPECIAL

from starrocks_emulator.errors import RefusedError
from starrocks_emulator.functions import calendar, hll, json_documents, loaded_json

Native = str | int | float | date | datetime | Sequence[str | None] | None
"""The result of a Python function."""
MURMUR_SEED = 104729
"""StarRocks' `HashUtil::MURMUR3_32_SEED` (be/src/util/hash_util.hpp)."""
_WORD = 0xFFFFFFFF


def _murmur_key(block: bytes) -> int:
    key = int.from_bytes(block, "little") * 0xCC9E2D51 & _WORD
    return (key << 15 | key >> 17) * 0x1B873593 & _WORD


def murmur3(seed: int, text: str) -> int:
    """MurmurHash3 x86 32 of a text as a signed INT; several texts are chained, each hash the seed of the next."""
    data = text.encode()
    state = seed & _WORD
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        state ^= _murmur_key(data[start : start + 4])
        state = ((state << 13 | state >> 19) & _WORD) * 5 + 0xE6546B64 & _WORD
    state ^= _murmur_key(data[whole:]) ^ len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & _WORD
    state = (state ^ state >> 13) * 0xC2B2AE35 & _WORD
    state ^= state >> 16
    return state - (1 << 32) if state >> 31 else state


def crc32(text: str) -> int:
    """CRC-32 (zlib's polynomial) of a text's UTF-8 bytes."""
    return zlib.crc32(text.encode())


def unhex(text: str) -> str | None:
    """UNHEX: the text with these bytes; empty if the argument is not hexadecimal.

    Raises:
        RefusedError: the bytes are not UTF-8.
    """
    try:
        raw = bytes.fromhex(text) if not any(character.isspace() for character in text) else b""
    except ValueError:
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise RefusedError("This emulator does not support unhex if the decoded bytes are not UTF-8") from None


def conv(text: str, source: int, target: int) -> str | None:
    """CONV of a whole number of 64 bits to another base; NULL unless both bases are between 2 and 36.

    A negative base means a signed number. The result is 0 for a text that is not a number. A number that is too large
    is replaced by the largest one (StarRocks: MathFunctions::conv_string).
    """
    if not (2 <= abs(source) <= 36 and 2 <= abs(target) <= 36):
        return None
    found = _DIGITS_OF_CONV.fullmatch(text)
    if not found or any(int(digit, 36) >= abs(source) for digit in found[2]):
        return "0"
    value = int(found[2], abs(source))
    if source < 0:
        value = min(value, (1 << 63) - (not found[1]))
    elif value >= 1 << 64:
        value = 0 if found[1] else (1 << 64) - 1
    value = -value % (1 << 64) if found[1] else value
    sign = ""
    if target < 0 and value >= 1 << 63:
        sign, value = "-", (1 << 64) - value
    digits = ""
    while value or not digits:
        value, rest = divmod(value, abs(target))
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + digits
    return sign + digits


_DIGITS_OF_CONV = re.compile(r"\s*(-?)([0-9A-Za-z]+)\s*")


def from_base64(text: str) -> str | None:
    """FROM_BASE64; NULL for an empty text and for one that is not base64. The padding may be missing.

    Raises:
        RefusedError: the bytes are not UTF-8.
    """
    bits, count = 0, 0
    for place, letter in enumerate(text):
        if letter == "=":
            if count % 4 == 1 and text[place + 1 : place + 2] not in {"", "="}:
                return None
        elif letter not in _BLANKS:
            value = _BASE64.find(letter)
            if value < 0:
                return None
            bits, count = bits << 6 | value, count + 1
    if not text:
        return None
    whole = count * 6 // 8
    raw = (bits >> (count * 6 - whole * 8)).to_bytes(whole, "big")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise RefusedError("This emulator does not support from_base64 if the decoded bytes are not UTF-8") from None


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANKS = " \t\r\n"


def substring_index(text: str, separator: str, count: int) -> str | None:
    """SUBSTRING_INDEX: the text before the count-th separator; after the count-th from the end if negative."""
    if not separator or not count:
        return None
    parts = text.split(separator)
    return separator.join(parts[:count] if count > 0 else parts[count:])


_LONGEST = 1 << 20
"""StarRocks: OLAP_STRING_MAX_LENGTH."""


def pad(text: str, length: int, filler: str, left: bool) -> str | None:
    """LPAD and RPAD; NULL for a negative length and one of more than 1 MB, and the text itself without a filler."""
    if length < 0 or length > _LONGEST:
        return None
    if len(text) >= length:
        return text[:length]
    if not filler:
        return text
    missing = length - len(text)
    fill = (filler * (missing // len(filler) + 1))[:missing]
    return fill + text if left else text + fill


_LONGEST_SEARCHED = 10_000


def regexp_replace(text: str, pattern: str, replacement: str) -> str:
    """REGEXP_REPLACE by a pattern with alternatives: of the matches at a place, StarRocks replaces the longest one.

    Raises:
        RefusedError: the pattern is invalid, or the text is too long for this search.
    """
    if len(text) > _LONGEST_SEARCHED:
        raise RefusedError(
            f"This emulator does not support regexp_replace by a pattern with | in a text of more than "
            f"{_LONGEST_SEARCHED} characters"
        )
    try:
        compiled = re.compile(pattern, re.DOTALL | re.ASCII)
    except re.error:
        raise RefusedError(f"Invalid regex expression: {pattern}") from None
    parts, place, last = [], 0, -1
    while place <= len(text) and (found := compiled.search(text, place)):
        start, end = found.span()
        longer = (compiled.fullmatch(text, start, stop) for stop in range(len(text), end, -1))
        found = next((match for match in longer if match), found)
        parts.append(text[place:start])
        place = found.end()
        if place > start or start != last:  # RE2 replaces no empty match behind another match
            parts.append(_REFERENCE.sub(partial(_group, found), replacement))
        last = place
        if place == start:
            parts.append(text[place : place + 1])
            place += 1
    return "".join(parts) + text[place:]


_REFERENCE = re.compile(r"\\(\d|\\)")
"""A group or a backslash in the replacement."""


def _group(found: re.Match[str], reference: re.Match[str]) -> str:
    if reference[1] == "\\":
        return "\\"
    number = int(reference[1])
    return found[number] or "" if number <= found.re.groups else ""


def split_part(text: str, separator: str, number: int) -> str | None:
    """SPLIT_PART; a negative number counts from the end, and the search starts there.

    Without a separator the parts are the characters, and a negative number gives the first one."""
    if not separator:
        place = max(number - 1, 0)
        return text[place] if number and place < len(text) else None
    parts = text.split(separator) if number > 0 else _split_from_end(text, separator)
    if number == 0 or abs(number) > len(parts):
        return None
    return parts[number - 1] if number > 0 else parts[number]


def _split_from_end(text: str, separator: str) -> list[str]:
    parts: list[str] = []
    while (place := text.rfind(separator)) >= 0:
        parts.insert(0, text[place + len(separator) :])
        text = text[:place]
    return [text, *parts]


NATIVE: dict[str, tuple[Callable[..., Native], tuple[str, ...], str]] = {
    "py_murmur3": (murmur3, ("INTEGER", "VARCHAR"), "INTEGER"),
    "py_crc32": (crc32, ("VARCHAR",), "BIGINT"),
    "py_unhex": (unhex, ("VARCHAR",), "VARCHAR"),
    "py_from_base64": (from_base64, ("VARCHAR",), "VARCHAR"),
    "py_conv": (conv, ("VARCHAR", "INTEGER", "INTEGER"), "VARCHAR"),
    "py_substring_index": (substring_index, ("VARCHAR", "VARCHAR", "INTEGER"), "VARCHAR"),
    "py_pad": (pad, ("VARCHAR", "INTEGER", "VARCHAR", "BOOLEAN"), "VARCHAR"),
    "py_url_encode": (lambda text: quote(text, safe="~()*!.'"), ("VARCHAR",), "VARCHAR"),
    "py_url_decode": (lambda text: unquote(text.replace("+", " ")), ("VARCHAR",), "VARCHAR"),
    "py_json": (json_documents.parse_json, ("VARCHAR",), "VARCHAR"),
    "py_document": (loaded_json.document, ("VARCHAR",), "VARCHAR"),
    "py_root_rows": (loaded_json.root_rows, ("VARCHAR", "VARCHAR", "BOOLEAN", "BOOLEAN"), "VARCHAR[]"),
    "py_field_texts": (loaded_json.field_texts, ("VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN"), "VARCHAR[]"),
    "py_json_query": (json_documents.json_query, ("VARCHAR", "BOOLEAN", "VARCHAR"), "VARCHAR"),
    "py_json_exists": (json_documents.json_exists, ("VARCHAR", "BOOLEAN", "VARCHAR"), "BOOLEAN"),
    "py_json_length": (json_documents.json_length, ("VARCHAR", "BOOLEAN", "VARCHAR"), "INTEGER"),
    "py_json_keys": (json_documents.json_keys, ("VARCHAR", "BOOLEAN", "VARCHAR"), "VARCHAR"),
    "py_get_json_bool": (json_documents.get_json_bool, ("VARCHAR", "BOOLEAN", "VARCHAR"), "BOOLEAN"),
    "py_get_json_string": (json_documents.get_json_string, ("VARCHAR", "BOOLEAN", "VARCHAR"), "VARCHAR"),
    "py_get_json_int": (json_documents.get_json_int, ("VARCHAR", "BOOLEAN", "VARCHAR"), "BIGINT"),
    "py_get_json_double": (json_documents.get_json_double, ("VARCHAR", "BOOLEAN", "VARCHAR"), "DOUBLE"),
    "py_json_text": (json_documents.json_text, ("VARCHAR",), "VARCHAR"),
    "py_json_int": (json_documents.json_int, ("VARCHAR",), "BIGINT"),
    "py_json_double": (json_documents.json_double, ("VARCHAR",), "DOUBLE"),
    "py_json_truth": (json_documents.json_truth, ("VARCHAR",), "BOOLEAN"),
    "py_week": (calendar.week, ("TIMESTAMP", "INTEGER"), "INTEGER"),
    "py_yearweek": (calendar.yearweek, ("TIMESTAMP", "INTEGER"), "INTEGER"),
    "py_date_format": (calendar.date_format, ("TIMESTAMP", "VARCHAR"), "VARCHAR"),
    "py_str_to_date": (calendar.str_to_date, ("VARCHAR", "VARCHAR"), "TIMESTAMP"),
    "py_datetime": (calendar.parse_datetime, ("VARCHAR",), "TIMESTAMP"),
    "py_upper": (str.upper, ("VARCHAR",), "VARCHAR"),
    "py_lower": (str.lower, ("VARCHAR",), "VARCHAR"),
    "py_ndv": (hll.ndv, ("VARCHAR[]", "VARCHAR", "INTEGER"), "BIGINT"),
    "py_regexp_replace": (regexp_replace, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR"),
    "py_split_part": (split_part, ("VARCHAR", "VARCHAR", "INTEGER"), "VARCHAR"),
    "py_cut": (lambda text, most: text.encode()[:most].decode(errors="ignore"), ("VARCHAR", "BIGINT"), "VARCHAR"),
    "py_next_day": (calendar.next_day, ("TIMESTAMP", "VARCHAR", "INTEGER"), "DATE"),
}
"""Name, Python function, types of its arguments and of its result. NULL in any argument gives NULL; a
RefusedError fails the statement."""


def _strict(function: Callable[..., Native]) -> Callable[..., Native]:
    """The function wrapped to return NULL if an argument is NULL."""

    @wraps(function)
    def call(*arguments: object) -> Native:
        if None in arguments:
            return None
        if any(isinstance(one, str) and one.endswith("00:00:00") and "(BC)" in one for one in arguments):
            raise RefusedError("This emulator does not compute with dates of the year 0 in this function")
        return function(*arguments)

    return call


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Register the functions for all connections of a database."""
    for name, (function, parameters, result) in NATIVE.items():
        connection.create_function(name, _strict(function), list(parameters), result, null_handling=SPECIAL)


def unregister(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the functions before the database is closed; otherwise DuckDB keeps Python objects alive."""
    for name in NATIVE:
        connection.remove_function(name)
