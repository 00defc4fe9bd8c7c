"""Types of columns, and whether all values of one type fit into another without loss."""

from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_INTEGERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128")
_DIGITS = {"BOOLEAN": 1, "TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19, "INT128": 39}
"""Number of decimal digits of the greatest value of each integer type."""
_WIDER = {
    "FLOAT": {"DOUBLE"},
    "DATE": {"DATETIME"},
    # A DOUBLE holds whole numbers up to 2^53 exactly, a FLOAT up to 2^24.
    "TINYINT": {"FLOAT", "DOUBLE"},
    "SMALLINT": {"FLOAT", "DOUBLE"},
    "INT": {"DOUBLE"},
}
_TEXTS = {"VARCHAR", "CHAR", "TEXT"}
_STRING_BYTES = 65_533
"""Length of STRING. Source: StarRocks' reference of SQL, data type STRING, before 2.1; later versions allow more."""
_DECIMAL = (10, 0)
"""Precision and scale of DECIMAL without parameters. Source: StarRocks' reference of SQL, data type DECIMAL."""


@dataclass(frozen=True)
class Column:
    """A column: its type, and whether it may be NULL."""

    name: str
    type: exp.DataType
    nullable: bool

    @property
    def shown(self) -> str:
        """The column's type in StarRocks' syntax."""
        return f"{self.type.sql(dialect='starrocks')}{'' if self.nullable else ' NOT NULL'}"

    def fits_into(self, other: "Column") -> bool:
        """Whether every value of this column can be stored in the other one without a change."""
        return (other.nullable or not self.nullable) and _fits(self.type, other.type)


def columns(definitions: str) -> list[Column]:
    """The columns in a list of column definitions, such as `a INT NOT NULL, b VARCHAR(10)`; empty for other texts."""
    try:
        tree = sqlglot.parse_one(f"CREATE TABLE t ({definitions})", read="starrocks")
    except SqlglotError:
        return []
    return columns_of(tree)


def columns_of(tree: exp.Expr) -> list[Column]:
    """The columns that a parsed CREATE TABLE defines."""
    found = []
    for definition in tree.find_all(exp.ColumnDef):
        if definition.kind is not None:
            constraints = [each.args.get("kind") for each in definition.constraints]
            required = [
                each
                for each in constraints
                if isinstance(each, exp.NotNullColumnConstraint) and not each.args.get("allow_null")
            ]
            found.append(Column(definition.name, definition.kind, nullable=not required))
    return found


def _fits(old: exp.DataType, new: exp.DataType) -> bool:
    before, after = _name(old), _name(new)
    if before in _TEXTS and after in _TEXTS:
        return _length(old) <= _length(new)
    if before in _INTEGERS and after in _INTEGERS:
        return _INTEGERS.index(before) <= _INTEGERS.index(after)
    if before == after == "DECIMAL":
        (precision, scale), (new_precision, new_scale) = _decimal(old), _decimal(new)
        return scale <= new_scale and precision - scale <= new_precision - new_scale
    if before in _DIGITS and after == "DECIMAL":
        new_precision, new_scale = _decimal(new)
        return _DIGITS[before] <= new_precision - new_scale
    if before in _DIGITS and after in _TEXTS:
        return _DIGITS[before] + 1 <= _length(new)
    return after in _WIDER.get(before, set()) or old.sql() == new.sql()


def _name(kind: exp.DataType) -> str:
    return str(kind.this.value) if isinstance(kind.this, exp.DataType.Type) else str(kind.this)


def _numbers(kind: exp.DataType) -> list[int]:
    return [int(each.name) for each in kind.expressions if isinstance(each, exp.DataTypeParam)]


def _length(kind: exp.DataType) -> int:
    """Maximum length of a text in bytes; StarRocks' default is 1."""
    return _STRING_BYTES if _name(kind) == "TEXT" else next(iter(_numbers(kind)), 1)


def _decimal(kind: exp.DataType) -> tuple[int, int]:
    match _numbers(kind):
        case [precision, scale]:
            return precision, scale
        case [precision]:
            return precision, 0
        case _:
            return _DECIMAL
