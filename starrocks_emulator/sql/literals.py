"""Names, literals and casts in DuckDB's syntax."""

from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.base import kind_of, overload
from starrocks_emulator.results import Value
from starrocks_emulator.sql.parse import written
from starrocks_emulator.types import SqlType, make_type


def quote(name: str) -> str:
    """A quoted name."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A string literal of DuckDB's."""
    if "\0" in value:
        return "concat(" + ", chr(0), ".join(text_literal(part) for part in value.split("\0")) + ")"
    return "'" + value.replace("'", "''") + "'"


def value_literal(value: Value) -> str:  # noqa: PLR0911
    """The literal of a bound parameter."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, Decimal):
        return f"({value:f})"
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, bytes):
        return text_literal(value.decode("utf-8", "strict"))
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    raise errors.unsupported("a TIME parameter")


_CAST_NAMES = {
    "BOOLEAN": "boolean", "TINYINT": "tinyint", "SMALLINT": "smallint", "INT": "int", "BIGINT": "bigint",
    "INT128": "largeint", "FLOAT": "float", "DOUBLE": "double", "DECIMAL": "decimal", "DATE": "date",
    "DATETIME": "datetime", "TIMESTAMP": "datetime", "TIMESTAMPTZ": "datetime", "CHAR": "char", "VARCHAR": "varchar",
    "TEXT": "varchar", "JSON": "json", "DECIMAL32": "decimal32", "DECIMAL64": "decimal64",
    "DECIMAL128": "decimal128",
}  # fmt: skip


def data_type(node: exp.DataType) -> SqlType:
    """The StarRocks type that a CAST names."""
    kind = node.this.value if isinstance(node.this, exp.DType) else str(node.this)
    arguments = node.expressions
    if kind == "ARRAY":
        return make_type("array", (), data_type(arguments[0]) if arguments else None)
    if kind not in _CAST_NAMES:
        raise errors.unsupported(f"the type {written(node)} in CAST")
    if not all(argument.name.isdigit() for argument in arguments):
        raise errors.syntax(f"the type {kind} takes whole numbers")
    sizes = tuple(int(argument.name) for argument in arguments)
    return make_type(_CAST_NAMES[kind], sizes)


def cast(text: str, target: SqlType) -> str:  # noqa: PLR0911
    """CAST as in StarRocks: NULL for a value that cannot be converted; integer types truncate."""
    if target.is_integer:
        return f"TRY_CAST({overload('whole', text)} AS {target.stored()})"
    if target.name == "datetime":
        return f"TRY_CAST({overload('dt', text)} AS TIMESTAMP)"
    if target.name == "date":
        return f"TRY_CAST({overload('dt', text)} AS DATE)"
    if target.is_string:
        return cut(overload("text", text), target)
    if target.name == "json":
        return f"CAST(py_json(CAST({text} AS VARCHAR)) AS JSON)"
    if target.name == "boolean":
        return overload("truth", text)
    kind = kind_of(text)
    if kind and kind.is_string:
        number = f"fn.number({text})" if target.name in {"double", "float"} else f"fn.plain_number({text})"
        return f"TRY_CAST({number} AS {target.stored()})"
    if target.name == "decimal" and kind and not _fits(kind, target):
        return _within_precision(text, target)
    return f"TRY_CAST({text} AS {target.stored()})"


_DIGITS = {"boolean": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "largeint": 39}
_LONGEST = (1 << 63) - 1


def _fits(kind: SqlType, target: SqlType) -> bool:
    """Whether each value of a type fits a DECIMAL; True also for types of which this is unknown."""
    whole = kind.arguments[0] - kind.arguments[1] if kind.name == "decimal" else _DIGITS.get(kind.name, 0)
    return whole <= target.arguments[0] - target.arguments[1]


def _within_precision(text: str, target: SqlType) -> str:
    """CAST to DECIMAL. StarRocks keeps a value with more digits if it fits 64 or 128 bits; DuckDB cannot."""
    precision, scale = target.arguments
    wide, converted = f"TRY_CAST({text} AS DECIMAL(38,{scale}))", f"TRY_CAST({text} AS {target.stored()})"
    held = f"abs({wide}) * {10**scale}::HUGEINT <= {_LONGEST}" if precision <= 18 else f"{wide} IS NOT NULL"
    message = text_literal(
        f"{errors.RAISED}This emulator does not support a value of more than {precision - scale} digits before the "
        f"point as {target.brief()}"
    )
    return f"CASE WHEN {converted} IS NULL AND {held} THEN CAST(error({message}) AS {target.stored()}) ELSE {converted} END"  # noqa: E501


def cut(text: str, target: SqlType) -> str:
    """A string truncated to the n characters of VARCHAR(n) or CHAR(n)."""
    return text if target.arguments[0] >= 65533 else f"left({text}, {target.arguments[0]})"
