"""Reads the rows of a JSON body with the text of each number as the client wrote it, where DuckDB's reader loses it."""

import json
import mmap
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from starrocks_emulator.functions.json_documents import PathError, Step, path_steps
from starrocks_emulator.functions.loaded_json import JSON, OTHER, TEXT
from starrocks_emulator.load.settings import Settings
from starrocks_emulator.load.source import Mapped, digit_fields, document_fields
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.literals import quote, text_literal

_OTHER_VALUE = rb"-?\d+(?:[\d.]*[eE]|(?=\d*\.)[\d.]{15}|\d{19})"
"""A number whose value DuckDB may change: with an exponent or many digits. It reads integers of 64 bits exactly."""
_OTHER_TEXT = rb"(?:-?\d+\.\d+0(?!\d)|" + _OTHER_VALUE + rb")"
"""A number that DuckDB writes in another form, also with zeros at its end."""
_ANY_OTHER_TEXT = re.compile(rb"[:,\[]\s*" + _OTHER_TEXT)
_TEXTS = {"char", "varchar", "varbinary"}
_EXACT_NUMBERS = {"decimal", "largeint"}
_LARGE_BODY = 32 << 20
"""Bytes of a body that is not read into memory."""


def paths_of(settings: Settings, mapped: Mapped) -> list[tuple[Step, ...]] | None:
    """The path to each field; None if a path has a form that only DuckDB's reader reads here."""
    if settings.json_root and _root(settings.json_root) is None:
        return None
    if not settings.jsonpaths:
        return [(name,) for name in mapped.fields]
    try:
        paths = [path_steps(path) for path in settings.jsonpaths]
    except PathError:
        return None
    return None if any(isinstance(step, slice) for path in paths for step in path) else paths


def _root(path: str) -> Sequence[Step] | None:
    try:
        steps = path_steps(path)
    except PathError:
        return None
    plain = [step for step in steps if not isinstance(step, slice)]
    return plain if len(plain) == len(steps) else None


def is_plain(cursor: duckdb.DuckDBPyConnection, body: Path, table: Table, mapped: Mapped, settings: Settings) -> bool:
    """Whether one quick search shows that no value needs a slower read, which is the usual case.

    Then all values of string columns are strings or null, no field is a JSON boolean, and no column is DECIMAL or
    LARGEINT.
    """
    if settings.jsonpaths or settings.json_root or body.stat().st_size > _LARGE_BODY:
        return False
    types = {column.name.lower(): column.type.name for column in table.columns}
    paths = [(name,) for name in mapped.fields]
    texts = _keys(mapped, paths, types, _TEXTS, unknown=True).decode()
    if not texts or _keys(mapped, paths, types, _EXACT_NUMBERS):
        return False
    # Each alternative begins with the same character, so that RE2 skips all others. A name ends with a quote.
    pattern = rf'(?:{texts})\s*:\s*[^"\sn]|"\s*:\s*(?:true|false)'
    try:
        query = f"SELECT bool_or(regexp_matches(content, ?)) FROM read_text({text_literal(str(body))})"
        found = cursor.execute(query, [pattern]).fetchone()
    except duckdb.Error:
        return False  # The body is not UTF-8.
    return found == (False,)


def loses_text(body: Path, table: Table, mapped: Mapped, settings: Settings) -> bool:
    """Whether DuckDB's reader writes a value of a string or DECIMAL column in another form than the body."""
    paths = paths_of(settings, mapped)
    if paths is None or not body.stat().st_size:
        return False
    types = {column.name.lower(): column.type.name for column in table.columns}
    texts, numbers = _keys(mapped, paths, types, _TEXTS, unknown=True), _keys(mapped, paths, types, _EXACT_NUMBERS)
    patterns = [
        *([rb"(?:" + texts + rb")\s*:\s*(?:([\[{])|" + _OTHER_TEXT + rb")"] if texts else []),
        *([rb"(?:" + numbers + rb")\s*:\s*" + _OTHER_VALUE] if numbers else []),
    ]
    if not patterns:
        return False
    with body.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for pattern in patterns:
            found = re.search(pattern, data)
            if found and not (found.re.groups and found[1] and _ANY_OTHER_TEXT.search(data) is None):
                return True
    return False


def _keys(
    mapped: Mapped,
    paths: Sequence[tuple[Step, ...]],
    types: Mapping[str, str],
    chosen: Collection[str],
    *,
    unknown: bool = False,
) -> bytes:
    """A pattern for the names in the paths to fields whose column has one of the types, or that belong to no column."""
    names = {
        step
        for name, path in zip(mapped.fields, paths, strict=False)
        for step in path
        if isinstance(step, str) and (types[name.lower()] in chosen if name.lower() in types else unknown)
    }
    return b"|".join(re.escape(json.dumps(name, ensure_ascii=False).encode()) for name in sorted(names))


def relation(path: Path, size: int, settings: Settings, table: Table, mapped: Mapped) -> str | None:
    """DuckDB's relation of the rows, all fields as VARCHAR; None for a body that needs DuckDB's own reader."""
    paths = paths_of(settings, mapped)
    if paths is None:
        return None
    array = settings.strip_outer_array and not settings.json_root
    largest = max(1 << 16, min(size + 16, 1 << 28))
    objects = (
        f"read_json_objects({text_literal(str(path))}, format = '{'array' if array else 'unstructured'}', "
        f"maximum_object_size = {largest})"
    )
    if settings.json_root:
        root = text_literal(json.dumps(_root(settings.json_root)))
        rows = f"py_root_rows(json, {root}, {settings.strip_outer_array}, {array})"
        objects = f"(SELECT unnest({rows}) AS json FROM {objects})"
    texts = f"py_field_texts(json, {_literal(paths)}, {text_literal(_kinds(table, mapped))}, {array})"
    fields = ", ".join(f"texts[{place}] AS {quote(name)}" for place, name in enumerate(mapped.fields, 1))
    return f"(SELECT {fields} FROM (SELECT {texts} AS texts FROM {objects}))"


def _literal(paths: Sequence[tuple[Step, ...]]) -> str:
    return text_literal(json.dumps(paths))


def _kinds(table: Table, mapped: Mapped) -> str:
    digits, documents = set(digit_fields(table, mapped)), set(document_fields(table, mapped))
    return "".join(TEXT if name in digits else JSON if name in documents else OTHER for name in mapped.fields)
