"""JSON values as StarRocks parses, prints and converts them, and the paths within them.

Sources: util/json.cpp, util/json_converter.h and exprs/jsonpath.cpp of StarRocks' backend. DuckDB holds a JSON value as
its text; a JSON null is the text `null`, and a value that is not there is an SQL NULL.
"""

import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache

from starrocks_emulator.errors import RefusedError

_MISSING = object()
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*[-+]?\d+\s*", re.ASCII)
_PIECE = re.compile(r"([^\"\[\]]*)((?:\[[0-9:*]+\])*)")
_SELECTOR = re.compile(r"\[([0-9:*]+)\]")
_SLICE = re.compile(r"(\d+):(\d+)")
_FEW = 7
"""A number of fewer digits on each side of its point is printed without an exponent."""

Step = str | int | slice
"""A field's name, an index, or the elements of an array."""


class PathError(Exception):
    """A JSON path that StarRocks does not accept."""


def parse_json(text: str) -> str | None:
    """PARSE_JSON: an object, an array or a quoted string as StarRocks prints it, any other text as a JSON string.

    NULL for invalid JSON.

    Raises:
        RefusedError: StarRocks' text of the value is not certain.
    """
    value = _parsed(text)
    return None if value is _MISSING else printed(value)


def _parsed(text: str) -> object:
    """The value of a text; `_MISSING` for invalid JSON."""
    if not text.lstrip().startswith(("{", "[", '"')):
        return text
    try:
        return _loaded(text)
    except ValueError:
        return _MISSING


def printed(value: object) -> str:
    """The text of a value, with keys sorted."""
    return json.dumps(_certain(value), ensure_ascii=False, sort_keys=True)


def _loaded(text: str) -> object:
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _no_duplicates(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedError("this emulator does not support a JSON object with two fields of one name")
    return found


def _certain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _certain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_certain(one) for one in value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        value = float(value)  # StarRocks' whole numbers have 64 bits
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> int | float:
    """A DOUBLE for printing: an int if it has no fraction.

    StarRocks' library (fpconv) prints some numbers with an exponent. The emulator refuses these numbers.
    """
    if value.is_integer() and abs(value) < 10**_FEW and math.copysign(1, value) == math.copysign(1, int(value)):
        return int(value)
    text = repr(value)
    fraction = text.partition(".")[2]
    if value.is_integer() or "e" in text or (len(fraction) >= _FEW and not 1e-3 <= abs(value) < 1e4):
        raise RefusedError(f"this emulator does not support the JSON number {value!r}")
    return value


@lru_cache(maxsize=512)
def path_steps(path: str) -> tuple[Step, ...]:
    """The steps of a path such as `$.a."b.c"[0]` or `a.b[*]`.

    Raises:
        PathError: the path is not valid.
    """
    if not path:
        raise PathError("Empty json path")
    steps: list[Step] = []
    for place, piece in enumerate(_pieces(path)):
        if place == 0 and piece == "$":
            continue
        found = _PIECE.fullmatch(piece)
        if not found:
            raise PathError(f"Invalid json path: {piece}")
        if found[1] and not (place == 0 and found[1] == "$"):
            steps.append(found[1])
        steps += [_selector(one) for one in _SELECTOR.findall(found[2])]
    return tuple(steps)


def _pieces(path: str) -> list[str]:
    """The parts between dots; a dot between quotation marks or after a backslash is part of a name."""
    pieces, quoted, escaped = [""], False, False
    for character in path:
        if escaped:
            if character not in '\\"n.':
                raise PathError("Invalid json path unknown escape sequence")
            pieces[-1] += "\n" if character == "n" else character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "." and not quoted:
            pieces.append("")
        else:
            pieces[-1] += character
    if escaped:
        raise PathError("Invalid json path cannot end with escape")
    return pieces


def _selector(text: str) -> int | slice:
    if text == "*":
        return slice(None)
    if found := _SLICE.fullmatch(text):
        return slice(int(found[1]), int(found[2]))
    if not text.isdigit() or int(text) >= 1 << 31:
        raise PathError(f"Invalid json path: {text}")
    return int(text)


def _at(value: object, steps: Sequence[Step]) -> object:
    """The value at a place; `_MISSING` if there is none."""
    for place, step in enumerate(steps):
        if isinstance(step, str):
            value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        elif not isinstance(value, list):
            return _MISSING
        elif isinstance(step, slice):
            found = [_at(one, steps[place + 1 :]) for one in value[step]]
            return [one for one in found if one is not _MISSING]
        else:
            value = value[step] if step < len(value) else _MISSING
    return value


def _found(text: str, is_json: bool, path: str) -> object:
    try:
        return _at(_loaded(text) if is_json else _parsed(text), path_steps(path))
    except PathError:
        return _MISSING


def _is_invalid(text: str, is_json: bool, path: str) -> bool:
    """Whether the text is no JSON value or the path is invalid."""
    try:
        path_steps(path)
    except PathError:
        return True
    return not is_json and _parsed(text) is _MISSING


def json_query(document: str, is_json: bool, path: str) -> str | None:
    """JSON_QUERY and `->`: the JSON value at a path."""
    value = _found(document, is_json, path)
    return None if value is _MISSING else printed(value)


def json_exists(document: str, is_json: bool, path: str) -> bool | None:
    """JSON_EXISTS."""
    return None if _is_invalid(document, is_json, path) else _found(document, is_json, path) is not _MISSING


def json_length(document: str, is_json: bool, path: str) -> int | None:
    """JSON_LENGTH: the number of fields or elements, 1 for another value, 0 for none."""
    path = path or "$"
    if _is_invalid(document, is_json, path):
        return None
    value = _found(document, is_json, path)
    if value is _MISSING:
        return 0
    return len(value) if isinstance(value, dict | list) else 1


def json_keys(document: str, is_json: bool, path: str) -> str | None:
    """JSON_KEYS: the names of an object's fields."""
    value = _found(document, is_json, path)
    return printed(sorted(value)) if isinstance(value, dict) else None


def get_json_bool(document: str, is_json: bool, path: str) -> bool | None:
    """GET_JSON_BOOL."""
    return _as_truth(_found(document, is_json, path))


def get_json_string(document: str, is_json: bool, path: str) -> str | None:
    """GET_JSON_STRING: a string without quotation marks, anything else as JSON."""
    return _as_text(_found(document, is_json, path))


def get_json_int(document: str, is_json: bool, path: str) -> int | None:
    """GET_JSON_INT."""
    return _as_int(_found(document, is_json, path))


def get_json_double(document: str, is_json: bool, path: str) -> float | None:
    """GET_JSON_DOUBLE."""
    return _as_double(_found(document, is_json, path))


def json_text(document: str) -> str | None:
    """CAST of JSON to a string."""
    return _as_text(_loaded(document))


def json_int(document: str) -> int | None:
    """CAST of JSON to a whole number."""
    return _as_int(_loaded(document))


def json_double(document: str) -> float | None:
    """CAST of JSON to DOUBLE."""
    return _as_double(_loaded(document))


def json_truth(document: str) -> bool | None:
    """CAST of JSON to BOOLEAN."""
    return _as_truth(_loaded(document))


def _as_truth(value: object) -> bool | None:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        return {"true": True, "false": False}.get(value.strip().lower())
    number = _as_double(value)
    return None if number is None else number != 0


def _as_text(value: object) -> str | None:
    if value is None or value is _MISSING:
        return None
    return value if isinstance(value, str) else printed(value)


def _as_int(value: object) -> int | None:
    """A number without its fraction, a string that holds a whole number, true as 1 and false as 0."""
    if isinstance(value, str):
        value = int(value) if _WHOLE.fullmatch(value) else None
    if isinstance(value, bool | int | float) and -(1 << 63) <= value < 1 << 63:
        return int(value)
    return None


def _as_double(value: object) -> float | None:
    """A number, a string that holds one, true as 1 and false as 0."""
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value) else None
    if not isinstance(value, bool | int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
