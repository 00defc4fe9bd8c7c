"""Names, literals and casts in DuckDB's syntax."""

from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Rendered, kind_of, overload
from starrocks_emulator.results import Value
from starrocks_emulator.sql.parse import written
from starrocks_emulator.types import SqlType, make_type


def quote(name: str) -> str:
    """A quoted name."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A string literal in DuckDB's syntax."""
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


def check_cast(kind: SqlType | None, target: SqlType) -> None:
    """Refuse a CAST between an array and another type (`Type.canCastTo`).

    Raises:
        SqlError: 1064 with both types.
    """
    if kind is None or kind.name in {"null", "boolean", "json"} or (kind.is_string and target.element):
        return
    if bool(kind.element) != bool(target.element):
        raise errors.analysis(f"Invalid type cast from {kind.show()} to {target.show()}")


def as_type(text: str, target: SqlType) -> str:  # noqa: PLR0911
    """CAST as in StarRocks: NULL for a value that cannot be converted; integer types truncate."""
    kind = kind_of(text)
    check_cast(kind, target)
    if kind and kind.name == "json" and target.name in {"date", "datetime", "decimal", "array", "varbinary"}:
        raise errors.unsupported(f"CAST of JSON to {target.name.upper()}; CAST it to VARCHAR or DOUBLE first")
    if target.is_integer:
        return f"TRY_CAST({overload('whole', text)} AS {target.stored()})"
    if target.name == "datetime":
        return f"TRY_CAST({overload('dt', text)} AS TIMESTAMP)"
    if target.name == "date":
        return f"TRY_CAST({overload('dt', text)} AS DATE)"
    if target.is_string:
        return cut(overload("text", text), target)
    if target.name == "json":
        return _as_json(text, kind)
    if target.element and (kind is None or kind.element):
        return _as_array(text, kind, target)
    if target.name == "boolean":
        return overload("truth", text)
    if kind and kind.name == "json" and target.name in {"double", "float"}:
        return f"TRY_CAST(py_json_double({text}) AS {target.stored()})"
    if kind and kind.is_string and not target.element:
        number = f"fn.number({text})" if target.name in {"double", "float"} else f"fn.number_text({text})"
        return f"TRY_CAST({number} AS {target.stored()})"
    if target.name == "decimal" and kind and not _fits(kind, target):
        return _within_precision(text, target)
    return f"TRY_CAST({text} AS {target.stored()})"


def _as_array(text: str, kind: SqlType | None, target: SqlType) -> str:
    """CAST of an array, which converts each element."""
    element, wanted = kind.element if kind else None, target.element
    assert wanted
    if element == wanted:
        return text
    if kind and element and kind.depth != target.depth:
        raise errors.analysis(f"Invalid type cast from {kind.show()} to {target.show()}")
    one = f"one{target.depth}"
    converted = as_type(Rendered(one, lambda: element), wanted)
    return f"CAST(list_transform({text}, lambda {one}: {converted}) AS {target.stored()})"


def _as_json(text: str, kind: SqlType | None) -> str:
    """CAST to JSON: a string is parsed."""
    if kind and (kind.is_string or kind.name == "json"):
        return text if kind.name == "json" else f"CAST(py_json({text}) AS JSON)"
    written_as = f"CAST({text} AS VARCHAR)"
    refused = text_literal(f"{errors.RAISED}This emulator does not support this type as JSON; convert it to VARCHAR")
    return (
        f"CAST(CASE WHEN typeof({text}) = 'VARCHAR' THEN py_json({written_as}) "
        f"WHEN typeof({text}) IN ('JSON', 'BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT') THEN {written_as} "
        f"WHEN ({text}) IS NOT NULL THEN error({refused}) END AS JSON)"
    )


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
