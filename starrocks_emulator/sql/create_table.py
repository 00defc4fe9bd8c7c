"""A hand-written parser of CREATE TABLE, which refuses every unknown clause."""

from dataclasses import replace
from datetime import datetime

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import UNITS, Partition, Partitioning, TableColumn
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.partitions import following
from starrocks_emulator.types import SqlType, make_type

_AGGREGATIONS = ("SUM", "MIN", "MAX", "REPLACE_IF_NOT_NULL", "REPLACE")
_NOT_ADDED = {"boolean", "json", "array", "varbinary"}
_TOP = {"tinyint": 1 << 7, "smallint": 1 << 15, "int": 1 << 31, "bigint": 1 << 63, "largeint": 10**38}
"""The smallest number that is too large, by integer type."""
_REFUSED_AGGREGATIONS = ("HLL_UNION", "BITMAP_UNION", "PERCENTILE_UNION")


def column_type(words: Words) -> SqlType:
    """A type with its arguments."""
    name = words.identifier()
    if name.lower() == "array":
        words.expect("<")
        element = column_type(words)
        words.expect(">")
        return make_type("array", (), element)
    arguments: list[int] = []
    if words.accept("("):
        arguments.append(words.integer())
        while words.accept(","):
            arguments.append(words.integer())
        words.expect(")")
    return make_type(name, tuple(arguments))


def column(words: Words) -> TableColumn:
    """A column's definition."""
    return parsed_column(words)[0]


_SYSTEM_COLUMN = "__generated_partition_column_"


def _column_name(words: Words) -> str:
    name = words.name()
    if name.lower().startswith(_SYSTEM_COLUMN):
        reserved = f"Column name [{name}] starts with {_SYSTEM_COLUMN} is a system reserved name"
        raise errors.analysis(f"{reserved}. Please choose a different one")
    return name


def parsed_column(words: Words) -> tuple[TableColumn, bool]:
    """A column's definition, and whether it contains NULL or NOT NULL."""
    name = _column_name(words)
    kind = column_type(words)
    aggregation = None
    nullable: bool | None = None
    default: str | None = None
    null_default = False
    comment = ""
    if words.accept("KEY"):
        raise errors.unsupported("KEY after a column's type; name the keys in PRIMARY KEY (…)")
    for word in _REFUSED_AGGREGATIONS:
        if words.peek(word):
            raise errors.unsupported(f"the aggregation {word}")
    aggregation = next((word for word in _AGGREGATIONS if words.accept(word)), None)
    if words.accept("NOT", "NULL"):
        nullable = False
    elif words.accept("NULL"):
        nullable = True
    if words.accept("DEFAULT"):
        default = _default(words, name, kind)
        null_default = default is None
    elif words.peek("AUTO_INCREMENT") or words.peek("AS"):
        raise errors.unsupported("AUTO_INCREMENT and generated columns")
    if words.accept("COMMENT"):
        comment = words.string()
    if null_default and nullable is False:
        raise errors.analysis(f"Can not set null default value to non nullable column: {name}")
    if aggregation == "SUM" and (kind.is_string or kind.is_temporal or kind.name in _NOT_ADDED):
        raise errors.analysis(f"Invalid aggregate function 'SUM' for '{name}'")
    found = TableColumn(name, kind, nullable is not False, default, aggregation, comment)
    return found, nullable is not None


def _default(words: Words, name: str, kind: SqlType) -> str | None:
    if words.accept("NULL"):
        return None
    if words.accept("CURRENT_TIMESTAMP"):
        if words.accept("("):
            words.expect(")")
        if kind.name != "datetime":
            raise errors.analysis(f"Default value of {name}: current_timestamp needs a DATETIME column")
        return "CURRENT_TIMESTAMP"
    if words.accept("("):
        raise errors.unsupported("an expression as DEFAULT")
    text = words.string()
    if kind.is_integer and not (text.lstrip("-").isdigit() and abs(int(text) + (int(text) < 0)) < _TOP[kind.name]):
        raise errors.analysis(f"Invalid default value for '{name}': {text}")
    if kind.is_temporal:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise errors.analysis(f"Invalid default value for '{name}': {text}") from None
    if kind.is_string and len(text.encode()) > kind.arguments[0]:
        raise errors.analysis(f"Default value is too long: {text}")
    if kind.name in {"double", "float", "decimal"}:
        try:
            float(text)
        except ValueError:
            raise errors.analysis(f"Invalid default value for '{name}': {text}") from None
    return text


class Definition:
    """The columns and clauses after the name in CREATE TABLE."""

    def __init__(self, words: Words) -> None:
        """Read columns and clauses up to the end or AS."""
        self.columns: list[TableColumn] = []
        self.column_names: tuple[str, ...] = ()
        self.model, self.keys = "", ()
        self.partitioning: Partitioning | None = None
        self.partitions: tuple[Partition, ...] = ()
        self.distribution, self.distributed_by = "", ()
        self._with_null: set[str] = set()
        self.buckets: int | None = None
        self.order_by: tuple[str, ...] = ()
        self.properties: dict[str, str] = {}
        self.comment = ""
        self._partition_clause = 0
        if words.peek("("):
            self._columns(words)
        self._clauses(words)

    model: str
    keys: tuple[str, ...]
    distributed_by: tuple[str, ...]

    def _columns(self, words: Words) -> None:
        words.expect("(")
        while True:
            if words.peek("INDEX"):
                raise errors.unsupported("INDEX in CREATE TABLE")
            if words.peek("PRIMARY", "KEY"):
                raise errors.syntax("PRIMARY KEY stands after the columns' closing parenthesis")
            found, says_null = parsed_column(words)
            self.columns.append(found)
            if says_null:
                self._with_null.add(found.name)
            if not words.accept(","):
                break
        words.expect(")")

    def _clauses(self, words: Words) -> None:
        while not words.at_end:
            if words.accept("ENGINE"):
                words.expect("=")
                engine = words.identifier()
                if engine.lower() != "olap":
                    raise SqlError(1286, f"Unknown storage engine '{engine}'", "42000")
            elif not self.model and (kind := self._model(words)):
                self.model, self.keys = kind, words.names()
            elif words.accept("COMMENT"):
                self.comment = words.string()
            elif not self.partitioning and words.accept("PARTITION", "BY"):
                self.partitioning, self.partitions = partition_clause(words)
            elif words.accept("DISTRIBUTED", "BY"):
                self.distribution = words.one_of("HASH", "RANDOM")
                self.distributed_by = words.names() if self.distribution == "HASH" else ()
                if words.accept("BUCKETS"):
                    self.buckets = words.integer()
            elif not self.order_by and words.accept("ORDER", "BY"):
                self.order_by = words.names()
            elif not self.properties and words.accept("PROPERTIES"):
                self.properties = words.properties()
            elif words.peek("AS"):
                return
            else:
                raise words.unexpected("a clause of CREATE TABLE")

    def set_key_not_null(self, name: str) -> None:
        """Make a key column of a PRIMARY KEY table NOT NULL, unless it is declared NULL."""
        self.columns = [
            replace(one, nullable=False)
            if one.name.lower() == name.lower() and one.name not in self._with_null
            else one
            for one in self.columns
        ]

    @staticmethod
    def _model(words: Words) -> str:
        for kind in ("PRIMARY", "DUPLICATE", "AGGREGATE", "UNIQUE"):
            if words.accept(kind, "KEY"):
                return kind
        return ""


def partition_clause(words: Words) -> tuple[Partitioning, tuple[Partition, ...]]:
    """The partitioning and the fixed partitions of PARTITION BY."""
    if words.accept("RANGE"):
        return _range(words)
    if words.peek("LIST"):
        raise errors.unsupported("PARTITION BY LIST with fixed values; name the columns: PARTITION BY (a, b)")
    if words.peek("TIME_SLICE") or words.peek("STR2DATE"):
        raise errors.unsupported("PARTITION BY time_slice or str2date")
    if words.peek("DATE_TRUNC", "("):
        return _date_trunc(words), ()
    if words.peek("("):
        save = words.position
        words.expect("(")
        if words.peek("DATE_TRUNC"):
            found = _date_trunc(words)
            words.expect(")")
            return found, ()
        words.position = save
        return Partitioning("column", words.names()), ()
    names = [words.identifier()]
    while words.accept(","):
        names.append(words.identifier())
    return Partitioning("column", tuple(names)), ()


def _date_trunc(words: Words) -> Partitioning:
    words.expect("DATE_TRUNC", "(")
    written = words.string()
    unit = written.lower()
    if unit not in UNITS or unit == "quarter":
        raise errors.analysis(f"date_trunc of a partition takes hour, day, week, month or year, found '{unit}'")
    words.expect(",")
    column = words.current.text if words.current else ""
    name = words.identifier()
    words.expect(")")
    return Partitioning("expression", (name,), unit, f"date_trunc('{written}', {column})")


def _range(words: Words) -> tuple[Partitioning, tuple[Partition, ...]]:
    words.expect("(")
    if words.peek("DATE_TRUNC"):
        partitioning = _date_trunc(words)
        words.expect(")")
        words.expect("(")
        words.expect(")")
        return partitioning, ()
    name = words.identifier()
    if words.peek(","):
        raise errors.unsupported("PARTITION BY RANGE over several columns")
    words.expect(")", "(")
    partitions: list[Partition] = []
    if not words.accept(")"):
        while True:
            partitions.extend(range_partitions(words, partitions[-1].high if partitions else None))
            if not words.accept(","):
                break
        words.expect(")")
    return Partitioning("range", (name,)), tuple(partitions)


def range_partitions(words: Words, previous: str | None) -> list[Partition]:
    """`PARTITION p VALUES LESS THAN (…)`, `PARTITION p VALUES [(…), (…))` or `START … END … EVERY …`."""
    if words.accept("START"):
        return _every(words)
    words.expect("PARTITION")
    words.accept("IF", "NOT", "EXISTS")
    name = words.identifier()
    words.expect("VALUES")
    if words.accept("LESS", "THAN"):
        if words.accept("MAXVALUE"):
            return [Partition(name, previous, None)]
        words.expect("(")
        high = None if words.accept("MAXVALUE") else words.string()
        words.expect(")")
        return [Partition(name, previous, high)]
    words.expect("[", "(")
    low = words.string()
    words.expect(")", ",", "(")
    high = None if words.accept("MAXVALUE") else words.string()
    words.expect(")", ")")
    return [Partition(name, low, high)]


def _every(words: Words) -> list[Partition]:
    words.expect("(")
    start = words.string()
    words.expect(")", "END", "(")
    end = words.string()
    words.expect(")", "EVERY", "(", "INTERVAL")
    count = words.integer()
    unit = words.identifier().lower()
    words.expect(")")
    if unit not in {"hour", "day", "week", "month", "year"}:
        raise errors.analysis(f"EVERY (INTERVAL {count} {unit}): expected HOUR, DAY, WEEK, MONTH or YEAR")
    formats = {"hour": "p%Y%m%d%H", "day": "p%Y%m%d", "week": "p%Y_%W", "month": "p%Y%m", "year": "p%Y"}
    try:
        moment, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError as error:
        raise errors.analysis(f"START ('{start}') END ('{end}'): expected dates") from error
    found: list[Partition] = []
    while moment < last and count > 0:
        step = moment
        for _ in range(count):
            step = following(step, unit)
        show = "%Y-%m-%d %H:%M:%S" if unit == "hour" else "%Y-%m-%d"
        found.append(Partition(moment.strftime(formats[unit]), moment.strftime(show), step.strftime(show)))
        moment = step
    return found
