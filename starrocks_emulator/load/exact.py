"""Reads the rows of a JSON body with the text of each number as the client wrote it, where DuckDB's reader loses it."""

import json
import mmap
import re
from collections.abc import Sequence
from pathlib import Path

from starrocks_emulator.functions.json_documents import PathError, Step, path_steps
from starrocks_emulator.functions.loaded_json import JSON, OTHER, TEXT
from starrocks_emulator.load.settings import Settings
from starrocks_emulator.load.source import Mapped, digit_fields, document_fields
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.literals import quote, text_literal

_ROUNDED = rb"-?\d+(?:\.\d+0(?!\d)|[\d.]*[eE]|[\d.]{15})"
"""A number that DuckDB writes in another form: with zeros at its end, an exponent or many digits."""
_ANY_ROUNDED = re.compile(rb"[:,\[]\s*" + _ROUNDED)


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


def loses_text(body: Path, table: Table, mapped: Mapped, settings: Settings) -> bool:
    """Whether DuckDB's reader writes a value of a string or DECIMAL column in another form than the body."""
    paths = paths_of(settings, mapped)
    if paths is None or not body.stat().st_size:
        return False
    kept = {column.name.lower() for column in table.columns if not _is_converted(column.type.name)}
    unknown = {name.lower() for name in mapped.fields} - {column.name.lower() for column in table.columns}
    names = {
        step
        for name, path in zip(mapped.fields, paths, strict=False)
        for step in path
        if isinstance(step, str) and name.lower() in kept | unknown
    }
    if not names:
        return False
    keys = b"|".join(re.escape(json.dumps(name, ensure_ascii=False).encode()) for name in sorted(names))
    suspicious = re.compile(rb"(?:" + keys + rb")\s*:\s*(?:([\[{])|" + _ROUNDED + rb")")
    with body.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = suspicious.search(data)
        return found is not None and (not found[1] or _ANY_ROUNDED.search(data) is not None)


def _is_converted(name: str) -> bool:
    """Whether the values of a type are converted, so that the text of a number does not matter."""
    return name not in {"char", "varchar", "decimal", "largeint", "varbinary"}


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
