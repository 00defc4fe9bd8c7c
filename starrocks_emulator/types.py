"""StarRocks' column types, with their DuckDB and protocol types."""

from dataclasses import dataclass

from starrocks_emulator import errors
from starrocks_emulator.results import ColumnType

_ALIASES = {"integer": "int", "signed": "int", "string": "varchar", "text": "varchar", "numeric": "decimal",
            "number": "decimal", "binary": "varbinary"}  # fmt: skip
_LACKING = {"unsigned", "time", "bitmap", "hll", "percentile", "decimalv2", "map", "struct"}
"""Types of StarRocks that this emulator lacks."""
_DECIMALS = {"decimal32": 9, "decimal64": 18, "decimal128": 38, "decimal": 38}
_STRING_LENGTH = 65533
"""Length of STRING, in bytes (StarRocks: STRING is VARCHAR(65533))."""
_MAX_VARCHAR = 1048576
_MAX_CHAR = 255

_STORED = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    # LARGEINT is stored as a DECIMAL, because HUGEINT is the type of SUM over integers.
    "largeint": "DECIMAL(38,0)",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "json": "JSON",
    "varbinary": "BLOB",
    "time": "INTERVAL",
}
_WIDTH = {"tinyint": 4, "smallint": 6, "int": 11, "bigint": 20, "largeint": 40}
"""Display widths that SHOW CREATE TABLE prints."""


@dataclass(frozen=True)
class SqlType:
    """A type such as `varchar(64)`, `decimal(10, 2)` or `array<int>`."""

    name: str
    arguments: tuple[int, ...] = ()
    element: "SqlType | None" = None

    @property
    def is_string(self) -> bool:
        """Whether the type is CHAR or VARCHAR; their argument is a length in bytes."""
        return self.name in {"char", "varchar"}

    @property
    def is_integer(self) -> bool:
        """Whether the type is an integer type."""
        return self.name in _WIDTH

    @property
    def is_temporal(self) -> bool:
        """Whether the type is DATE or DATETIME."""
        return self.name in {"date", "datetime"}

    @property
    def depth(self) -> int:
        """Number of arrays that contain each other: 2 for `array<array<int>>`."""
        return 1 + self.element.depth if self.element else 0

    def show(self) -> str:
        """The text that SHOW CREATE TABLE prints."""
        if self.element:
            return f"array<{self.element.show()}>"
        if self.name in _WIDTH:
            return f"{self.name}({_WIDTH[self.name]})"
        return self.brief()

    def brief(self) -> str:
        """The text that DESC prints."""
        if self.element:
            return f"array<{self.element.brief()}>"
        if self.arguments:
            return f"{self.name}({', '.join(map(str, self.arguments))})"
        return self.name

    def canonical(self) -> str:
        """The text that SHOW COLUMNS prints."""
        return self.brief().replace(", ", ",")

    def stored(self) -> str:
        """DuckDB's type for this type."""
        if self.element:
            return f"{self.element.stored()}[]"
        if self.name == "decimal":
            precision, scale = self.arguments
            return f"DECIMAL({precision},{scale})"
        return _STORED[self.name]

    def to_json(self) -> str:
        """The JSON form, which `parse_brief` reads."""
        return self.brief()


def make_type(written: str, arguments: tuple[int, ...] = (), element: SqlType | None = None) -> SqlType:
    """Create a type from the name and the arguments in a statement.

    Raises:
        SqlError: StarRocks or the emulator lacks the type, or an argument is out of range.
    """
    name = _ALIASES.get(written.lower(), written.lower())
    if name == "array":
        if element is None:
            raise errors.syntax("ARRAY needs an element type, for example ARRAY<INT>")
        return SqlType("array", (), element)
    if name in _DECIMALS:
        most = _DECIMALS[name]
        precision, scale = (*arguments, *((10, 0) if not arguments else (0,)))[:2]
        if not 1 <= precision <= most or not 0 <= scale <= precision:
            raise errors.analysis(f"{written}({precision}, {scale}): precision is 1 to {most}, scale 0 to precision")
        return SqlType("decimal", (precision, scale))
    if name in {"char", "varchar"}:
        default, most = (1, _MAX_CHAR) if name == "char" else (_STRING_LENGTH, _MAX_VARCHAR)
        length = arguments[0] if arguments else default
        if len(arguments) > 1 or not 1 <= length <= most:
            raise errors.analysis(f"{written} size must be 1 to {most}, found {', '.join(map(str, arguments))}")
        return SqlType(name, (length,))
    if name in _LACKING:
        raise errors.unsupported(f"the type {written.upper()}")
    if name not in _STORED:
        raise errors.syntax(f"Unexpected input '{written}', the most similar input is {{a type}}")
    if arguments and name not in _WIDTH and name != "varbinary":
        raise errors.syntax(f"the type {written} takes no argument")
    return SqlType(name)


def parse_brief(text: str) -> SqlType:
    """Parse the result of `SqlType.brief`."""
    if text.startswith("array<"):
        return SqlType("array", (), parse_brief(text[6:-1]))
    name, _, rest = text.partition("(")
    return SqlType(name, tuple(int(part) for part in rest.rstrip(")").split(",") if part.strip()))


def from_stored(duck: str) -> SqlType:
    """The StarRocks type of a DuckDB expression, as CREATE TABLE AS and views name it."""
    if duck.endswith("[]"):
        return SqlType("array", (), from_stored(duck[:-2]))
    if duck.startswith("DECIMAL("):
        precision, scale = (int(part) for part in duck[8:-1].split(","))
        return SqlType("largeint") if (precision, scale) == (38, 0) else SqlType("decimal", (precision, scale))
    names = {stored: name for name, stored in _STORED.items() if name != "char"}
    names |= {"HUGEINT": "bigint", "UINTEGER": "bigint", "UBIGINT": "bigint", "TIMESTAMP WITH TIME ZONE": "datetime"}
    names |= {"INTEGER_LITERAL": "int", '"NULL"': "boolean", "NULL": "boolean"}
    name = names.get(duck)
    if name is None:
        raise errors.unsupported(
            f"a result of the type {duck.partition('(')[0].replace('TUPLE', 'ROW')}; convert it by CAST"
        )
    return SqlType(name, (_STRING_LENGTH,) if name == "varchar" else ())


WIRE = {
    "boolean": ColumnType.TINY,
    "tinyint": ColumnType.TINY,
    "smallint": ColumnType.SHORT,
    "int": ColumnType.LONG,
    "bigint": ColumnType.LONGLONG,
    "largeint": ColumnType.VAR_STRING,
    "float": ColumnType.FLOAT,
    "double": ColumnType.DOUBLE,
    "decimal": ColumnType.NEWDECIMAL,
    "date": ColumnType.DATE,
    "datetime": ColumnType.DATETIME,
    "char": ColumnType.VAR_STRING,
    "varchar": ColumnType.VAR_STRING,
    "json": ColumnType.JSON,
    "varbinary": ColumnType.BLOB,
    "array": ColumnType.VAR_STRING,
    "time": ColumnType.TIME,
}
LENGTHS = {"boolean": 1, "tinyint": 4, "smallint": 6, "int": 11, "bigint": 20, "largeint": 40, "float": 12,
           "double": 22, "decimal": 40, "date": 10, "datetime": 26}  # fmt: skip
"""Display lengths of the protocol, in bytes."""
