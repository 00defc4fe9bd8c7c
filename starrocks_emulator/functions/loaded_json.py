"""JSON bodies of loads, read with the text of each number as the client wrote it.

Sources: exec/json_parser.cpp, exec/json_scanner.cpp and formats/json/binary_column.cpp of StarRocks' backend. DuckDB's
JSON reader is faster, but writes numbers in its own form (1.5 for 1.50) and refuses objects with two equal names."""

import json
from collections.abc import Sequence
from functools import lru_cache

from starrocks_emulator.errors import RefusedError
from starrocks_emulator.functions.json_documents import Step, printed

TEXT, JSON, OTHER = "t", "j", "o"
"""Kinds of fields: a string, a JSON value, and a value of another type."""
_STRUCTURE = "The JSON document has an improper structure: missing or superfluous commas, braces, missing keys, etc."
_NO_OBJECT = "parse error. The value should be object type in json document stream"
_TYPE = "The JSON element does not have the requested type."


def failure(array: bool, reason: str = _STRUCTURE) -> str:
    """StarRocks' message for a body that is not JSON, or that has a row that is not a JSON object.

    Args:
        array: whether the rows are elements of an array.
        reason: the reason; by default that the body is not JSON.
    """
    what = "json array" if array else "document stream"
    return f"parse error. Failed to iterate {what} as object. error: {reason}"


class _Raw(str):
    """Text that is written as it is: a number, or characters between values."""

    __slots__ = ()


_CLOSED_OBJECT, _CLOSED_ARRAY, _COMMA = _Raw("}"), _Raw("]"), _Raw(",")


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _first(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """The fields of an object. If several fields have the same name, the first one counts."""
    found: dict[str, object] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


_DECODER = json.JSONDecoder(parse_float=_Raw, parse_int=_Raw, parse_constant=_no_constant, object_pairs_hook=_first)


def _decoded(text: str, array: bool) -> object:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise RefusedError(failure(array)) from None


def _written(value: object) -> str:
    """A value as JSON without spaces. Without recursion, because a document may be nested more deeply than Python's."""
    parts: list[str] = []
    rest: list[object] = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, _Raw):
            parts.append(one)
        elif isinstance(one, dict):
            rest.append(_CLOSED_OBJECT)
            for place, (name, member) in enumerate(reversed(one.items()), 1 - len(one)):
                rest += [member, _Raw(f"{',' if place else '{'}{json.dumps(name, ensure_ascii=False)}:")]
            parts += [] if one else ["{"]
        elif isinstance(one, list):
            rest.append(_CLOSED_ARRAY)
            for place, member in enumerate(reversed(one), 1 - len(one)):
                rest += [member, _COMMA] if place else [member]
            parts.append("[")
        else:
            parts.append(json.dumps(one, ensure_ascii=False))
    return "".join(parts)


def _text(value: object, kind: str) -> str | None:
    if value is None:
        return None
    if kind == JSON or isinstance(value, dict | list):
        return _written(value)
    if isinstance(value, bool):
        return str(int(value)) if kind == TEXT else str(value).lower()
    return str(value)


@lru_cache(maxsize=64)
def _steps(paths: str) -> tuple[tuple[Step, ...], ...]:
    return tuple(map(tuple, json.loads(paths)))


def _at(value: object, steps: Sequence[Step]) -> object:
    for step in steps:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def field_texts(document: str, paths: str, kinds: str, array: bool) -> list[str | None]:
    """The text of the value at each path; `paths`: a JSON array of paths, `kinds`: a letter for each path.

    Raises:
        RefusedError: the document is no object.
    """
    row = _decoded(document, array)
    if not isinstance(row, dict):
        raise RefusedError(failure(array, _TYPE) if array else _NO_OBJECT)
    return [_text(_at(row, steps), kind) for steps, kind in zip(_steps(paths), kinds, strict=True)]


def root_rows(document: str, root: str, expand: bool, array: bool) -> list[str]:
    """The rows under `json_root`; `root`: its steps as JSON, `expand`: each element of the array there is a row.

    Raises:
        RefusedError: the document is no JSON, or has no array there.
    """
    [steps] = _steps(f"[{root}]")
    value = _at(_decoded(document, array), steps)
    if not expand:
        return [_written(value)]
    if not isinstance(value, list):
        raise RefusedError("parse error. the value under json root should be array type with strip_outer_array=true")
    return [_written(one) for one in value]


def document(text: str) -> str | None:
    """The value of a JSON column, from a JSON value; NULL for text that is no JSON."""
    if not text.strip():
        return '""'
    try:
        return printed(json.loads(text, parse_constant=_no_constant, object_pairs_hook=_first))
    except (ValueError, RecursionError):
        return None
