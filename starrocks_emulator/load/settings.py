"""The headers of a Stream Load. Every header is checked; unknown ones are refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starrocks_emulator.sql.lexer import unquote
from starrocks_emulator.variables import UTC_NAMES

_TRANSPORT = {
    "accept", "accept-encoding", "accept-language", "authorization", "cache-control", "connection", "content-length",
    "content-type", "cookie", "expect", "forwarded", "host", "keep-alive", "origin", "pragma", "referer",
    "transfer-encoding", "upgrade", "user-agent", "via", "db", "table", "http2-settings", "te",
}  # fmt: skip
"""Headers of HTTP itself, and the two that the transaction interface has."""
_KNOWN = {
    "label", "format", "columns", "where", "max_filter_ratio", "strict_mode", "partial_update", "partial_update_mode",
    "merge_condition", "timezone", "strip_outer_array", "jsonpaths", "json_root", "ignore_json_size",
    "column_separator", "row_delimiter", "enclose", "escape", "skip_header", "trim_space", "timeout",
    "load_mem_limit", "log_rejected_record_num", "compression", "idle_transaction_timeout",
}  # fmt: skip
_CSV_ONLY = {"column_separator", "row_delimiter", "enclose", "escape", "skip_header", "trim_space"}
_JSON_ONLY = {"strip_outer_array", "jsonpaths", "json_root", "ignore_json_size"}


class SettingsError(Exception):
    """An unknown header or a bad value; the message names both and the expected form."""


@dataclass(frozen=True)
class Settings:
    """The settings of a load, read from its headers."""

    label: str | None = None
    format: str = "csv"
    columns: str = ""
    where: str = ""
    max_filter_ratio: float = 0.0
    strict_mode: bool = False
    partial_update: bool = False
    merge_condition: str | None = None
    strip_outer_array: bool = False
    jsonpaths: tuple[str, ...] = ()
    json_root: str | None = None
    column_separator: str = "\t"
    row_delimiter: str = "\n"
    enclose: str = ""
    escape: str = ""
    skip_header: int = 0
    trim_space: bool = False
    gzip: bool = False
    timeout: int = 600
    idle_timeout: int | None = None
    """Seconds without a request after which a transaction is rolled back."""


def _boolean(name: str, value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise SettingsError(f"{name}: '{value}' is not true or false")
    return value.lower() == "true"


def _separator(name: str, value: str) -> str:
    if value.lower().startswith(("\\x", "0x")):
        try:
            return bytes.fromhex(value[2:]).decode()
        except ValueError:
            raise SettingsError(f"{name}: '{value}' is not a hexadecimal text such as \\x01") from None
    found = unquote(f"'{value}'") if "'" not in value else value
    if not 1 <= len(found.encode()) <= 4:
        raise SettingsError(f"{name}: '{value}' must be 1 to 4 bytes long in this emulator")
    return found


def _whole(name: str, value: str) -> int:
    if not value.isdigit():
        raise SettingsError(f"{name}: '{value}' is not a whole number")
    return int(value)


def _one_byte(name: str, value: str) -> str:
    if len(value.encode()) > 1:
        raise SettingsError(f"{name}: '{value}' must be one byte")
    return value


def _paths(value: str) -> tuple[str, ...]:
    try:
        paths = json.loads(value)
    except ValueError:
        paths = None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise SettingsError(f"""jsonpaths: '{value}' is not a JSON array of paths such as ["$.a", "$.b.c"]""")
    return tuple(_path("jsonpaths", path) for path in paths)


def _path(name: str, value: str) -> str:
    if not value.startswith("$") or "'" in value or "*" in value:
        raise SettingsError(f"{name}: '{value}' is not a path such as $.a.b or $[0].c")
    return value


def read(headers: Mapping[str, str]) -> Settings:
    """Read the headers of a load (names in any case).

    Raises:
        SettingsError: an unknown header or a bad value, naming both.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    for name in given:
        if name not in _TRANSPORT and name not in _KNOWN and not name.startswith(("x-", "sec-", "proxy-")):
            raise SettingsError(f"{name}: this emulator does not support this header")
    data_format = given.get("format", "csv").lower()
    if data_format not in {"csv", "json"}:
        raise SettingsError(f"format: '{given['format']}' is not csv or json")
    for name in sorted((_CSV_ONLY if data_format == "json" else _JSON_ONLY) & given.keys()):
        raise SettingsError(f"{name}: has no meaning with format {data_format}")
    if given.get("partial_update_mode", "row").lower() not in {"row", "auto"}:
        raise SettingsError(
            f"partial_update_mode: '{given['partial_update_mode']}' is not supported, only row and auto"
        )
    if given.get("timezone", "UTC") not in UTC_NAMES:
        raise SettingsError(f"timezone: '{given['timezone']}' is not supported, only UTC")
    compression = given.get("compression", "").lower()
    if compression not in {"", "gzip"}:
        raise SettingsError(f"compression: '{compression}' is not supported, only gzip")
    try:
        ratio = float(given.get("max_filter_ratio", "0"))
    except ValueError:
        ratio = -1
    if not 0 <= ratio <= 1:
        raise SettingsError(f"max_filter_ratio: '{given['max_filter_ratio']}' is not between 0 and 1")
    where = given.get("where", "")
    return Settings(
        label=given.get("label") or None,
        format=data_format,
        columns=given.get("columns", ""),
        where=where[6:] if where.lower().startswith("where ") else where,
        max_filter_ratio=ratio,
        strict_mode=_boolean("strict_mode", given.get("strict_mode", "false")),
        partial_update=_boolean("partial_update", given.get("partial_update", "false")),
        merge_condition=given.get("merge_condition") or None,
        strip_outer_array=_boolean("strip_outer_array", given.get("strip_outer_array", "false")),
        jsonpaths=_paths(given["jsonpaths"]) if given.get("jsonpaths") else (),
        json_root=_path("json_root", given["json_root"]) if given.get("json_root") else None,
        column_separator=_separator("column_separator", given.get("column_separator", "\\t")),
        row_delimiter=_separator("row_delimiter", given.get("row_delimiter", "\\n")),
        enclose=_one_byte("enclose", given.get("enclose", "")),
        escape=_one_byte("escape", given.get("escape", "")),
        skip_header=_whole("skip_header", given.get("skip_header", "0")),
        trim_space=_boolean("trim_space", given.get("trim_space", "false")),
        gzip=compression == "gzip",
        timeout=_whole("timeout", given.get("timeout", "600")),
        idle_timeout=_whole("idle_transaction_timeout", given["idle_transaction_timeout"])
        if given.get("idle_transaction_timeout")
        else None,
    )
