"""CSV rows: flat cells, no formulas, and a dialect for French spreadsheets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Cell = str | int | float | bool | None

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters that make a spreadsheet evaluate a cell. Source: OWASP, "CSV Injection"."""

_QUOTED: Final = frozenset(',;"\t\r\n')
"""Characters that need quotes in every dialect, because a spreadsheet may use another separator than the file."""


@dataclass(frozen=True)
class Dialect:
    """A CSV dialect.

    Args:
        separator: character between cells.
        decimal: decimal mark.
        start: text at the start of the file, such as a byte order mark.
    """

    separator: str = ","
    decimal: str = "."
    start: str = ""


STANDARD: Final = Dialect()
FRENCH: Final = Dialect(separator=";", decimal=",", start="\ufeff")
"""The dialect that spreadsheets with French settings open directly; the byte order mark identifies UTF-8."""


def flatten(values: Mapping[str, object], prefixes: Mapping[str, str] | None = None) -> dict[str, Cell]:
    """Flatten nested values into cells: members of an object are named `OBJECT_member`, a list is joined by spaces.

    Args:
        values: values of an item, as in JSON.
        prefixes: prefix by nested object instead of `OBJECT_`; may be empty.
    """
    flat: dict[str, Cell] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            prefix = (prefixes or {}).get(name, f"{name}_")
            flat.update({f"{prefix}{key}": inner for key, inner in flatten(value, prefixes).items()})
        elif isinstance(value, list):
            flat[name] = " ".join(map(str, value))
        elif value is None or isinstance(value, str | int | float | bool):
            flat[name] = value
        else:
            flat[name] = str(value)
    return flat


def write(rows: Iterable[Mapping[str, Cell]], columns: Sequence[str], dialect: Dialect = STANDARD) -> Iterator[str]:
    """The lines of a file: the header, then one line per row; missing cells are empty."""
    yield dialect.start + dialect.separator.join(columns) + "\r\n"
    for row in rows:
        yield dialect.separator.join(_cell(row.get(name), dialect) for name in columns) + "\r\n"


def _cell(value: Cell, dialect: Dialect) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value).replace(".", dialect.decimal)
    text = f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return '"' + text.replace('"', '""') + '"' if _QUOTED & set(text) else text
