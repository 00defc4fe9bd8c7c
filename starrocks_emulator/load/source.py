"""The SELECT that reads a body on disk, converts its values and finds the rows to filter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from starrocks_emulator import write
from starrocks_emulator.functions.base import overload
from starrocks_emulator.load.settings import Settings, SettingsError
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Partitioning, Table, TableColumn
from starrocks_emulator.sql.kinds import Kind
from starrocks_emulator.sql.literals import quote, text_literal
from starrocks_emulator.sql.parse import parse_expression
from starrocks_emulator.sql.partitions import partition_condition
from starrocks_emulator.sql.render import Expressions

OPERATION = "__op"


@dataclass(frozen=True)
class Mapped:
    """The mapping from the fields of a body to columns."""

    fields: tuple[str, ...]
    """Names of the body's fields, in their order."""
    columns: Mapping[str, str]
    """DuckDB's expression over the fields, as text, for each column of the table."""
    operation: str | None
    """The expression of `__op`."""


def mapping(table: Table, settings: Settings, present: Sequence[str] | None) -> Mapped:  # noqa: PLR0912
    """Read the `columns` header against the table.

    `present`: for a partial update by JSON, the fields that the first row has.

    Raises:
        SettingsError: a name or an expression is invalid for the table.
    """
    render = LoadExpressions(table)
    plain: list[str] = []
    computed: dict[str, str] = {}
    if settings.columns:
        for item in _items(settings.columns):
            try:
                node = parse_expression(item)
                if isinstance(node, exp.EQ) and isinstance(node.this, exp.Column):
                    computed[node.this.name] = render(node.expression)
                elif isinstance(node, exp.Column):
                    plain.append(node.name)
                else:
                    raise SettingsError(f"columns: '{item}' is neither a name nor name=expression")
            except SqlError as error:
                raise SettingsError(f"columns: '{item}': {error.message}") from error
    else:
        plain = [column.name for column in table.columns]
        if settings.format == "json":
            plain.append(OPERATION)
            if present is not None:
                plain = [name for name in plain if name in present]
    if len({name.lower() for name in plain}) != len(plain):
        raise SettingsError(f"columns: a name is given twice in '{settings.columns}'")
    found: dict[str, str] = {}
    for column in table.columns:
        expression = _lookup(computed, column.name)
        if expression is None and _lookup(dict.fromkeys(plain, ""), column.name) is not None:
            expression = quote(column.name)
        if expression is not None:
            found[column.name] = expression
    unknown = [name for name in computed if table.column(name) is None and name != OPERATION]
    if unknown:
        raise SettingsError(f"columns: '{unknown[0]}' is not a column of {table.name}")
    operation = computed.get(OPERATION) or (quote(OPERATION) if OPERATION in plain else None)
    return Mapped(tuple(plain), found, operation)


_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.IntDiv, exp.Neg)


class LoadExpressions(Expressions):
    """Expressions over the fields of a body: fields that are columns have their types, others are VARCHAR."""

    def __init__(self, table: Table) -> None:
        """`table`: the target table."""
        super().__init__((), {}, {})
        self._table = table

    def column_kind(self, node: exp.Expr) -> Kind:
        """See `Expressions.column_kind`: fields that are columns have their types."""
        column = None if node.args.get("table") else self._table.column(node.name)
        return column.type if column else None

    def text(self, node: exp.Expr) -> str:
        """See `Expressions.text`; arithmetic converts VARCHAR fields to DOUBLE, as in StarRocks."""
        if isinstance(node, exp.Column) and not node.args.get("table") and isinstance(node.this, exp.Identifier):
            column = self._table.column(node.name)
            if column:
                return _converted(quote(node.name), column)
            if isinstance(node.parent, _ARITHMETIC):
                return f"TRY_CAST({quote(node.name)} AS DOUBLE)"
        return super().text(node)


def _lookup(names: Mapping[str, str], wanted: str) -> str | None:
    return next((value for name, value in names.items() if name.lower() == wanted.lower()), None)


def _items(text: str) -> list[str]:
    """Split at commas outside of parentheses and quotes."""
    items, depth, quoted, begin = [], 0, "", 0
    for position, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"`":
            quoted = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and depth == 0:
            items.append(text[begin:position].strip())
            begin = position + 1
    items.append(text[begin:].strip())
    return [item for item in items if item]


def relation(  # noqa: PLR0917
    path: Path,
    size: int,
    settings: Settings,
    fields: Sequence[str],
    typed: Mapping[str, str] | None = None,
    lenient: bool = False,
    digits: Collection[str] = (),
    documents: Collection[str] = (),
    returned: str = "",
) -> str:
    """DuckDB's relation that reads the body.

    Fields are VARCHAR except those in `typed`. In the fields of `digits` a JSON true is '1' and a JSON false is '0'.
    The fields of `documents` are JSON values. `returned`: what stands for carriage returns in the body."""
    file = text_literal(str(path))
    types = {**dict.fromkeys((*digits, *documents), "JSON"), **(typed or {})}
    texts = "{" + ", ".join(f"{text_literal(name)}: '{types.get(name, 'VARCHAR')}'" for name in fields) + "}"
    if settings.format == "csv":
        return _csv(file, fields, texts, settings, (lenient, returned))
    largest = max(1 << 16, min(size + 16, 1 << 28))
    if not settings.jsonpaths and not settings.json_root:
        kind = "array" if settings.strip_outer_array else "unstructured"
        rows = f"read_json({file}, format = '{kind}', columns = {texts}, maximum_object_size = {largest})"
        if not digits:
            return rows
        replaced = ", ".join(f"{_digit_text(quote(name))} AS {quote(name)}" for name in digits)
        return f"(SELECT * REPLACE ({replaced}) FROM {rows})"
    kind = "array" if settings.strip_outer_array and not settings.json_root else "unstructured"
    rows = f"(SELECT json AS j FROM read_json_objects({file}, format = '{kind}', maximum_object_size = {largest}))"
    if settings.json_root:
        rows = f"(SELECT json_extract(j, {text_literal(settings.json_root)}) AS j FROM {rows})"
        if settings.strip_outer_array:
            rows = f"""(SELECT unnest(from_json(j, '["JSON"]')) AS j FROM {rows})"""
    paths = settings.jsonpaths or tuple(f'$."{name}"' for name in fields)
    parts = ", ".join(
        (
            f"{_digit_text(f'json_extract(j, {text_literal(path)})')} AS {quote(name)}"
            if name in digits
            else f"nullif(CAST(json_extract(j, {text_literal(path)}) AS VARCHAR), 'null') AS {quote(name)}"
            if name in documents
            else f"json_extract_string(j, {text_literal(path)}) AS {quote(name)}"
        )
        for name, path in zip(fields, paths, strict=False)
    )
    return f"(SELECT {parts} FROM {rows})"


def _digit_text(value: str) -> str:
    """A JSON value as text, true as '1' and false as '0' (`add_binary_column` of StarRocks' JSON reader)."""
    return (
        f"CASE CAST({value} AS VARCHAR) WHEN 'true' THEN '1' WHEN 'false' THEN '0' "
        f"ELSE json_extract_string({value}, '$') END"
    )


_NATIVE_JSON = {"tinyint", "smallint", "int", "bigint", "float", "double", "boolean", "json", "array"}


def document_fields(table: Table, mapped: Mapped) -> list[str]:
    """Fields of JSON columns."""
    documents = {column.name.lower() for column in table.columns if column.type.name == "json"}
    return [name for name in mapped.fields if name.lower() in documents]


def digit_fields(table: Table, mapped: Mapped) -> list[str]:
    """The fields that StarRocks' JSON reader reads as text, with true as '1' and false as '0' (see `_digit_text`)."""
    types = {column.name.lower(): column.type.name for column in table.columns}
    return [name for name in mapped.fields if types.get(name.lower(), "varchar") not in _NATIVE_JSON]


def hide_returns(body: Path) -> str:
    """Replace the carriage returns of a CSV body by an unused character; return that character.

    DuckDB ends a row at a carriage return. StarRocks ends it at a line feed only, so that a carriage return before it
    belongs to the last value."""
    with body.open("rb") as file:
        if not any(b"\r" in block for block in iter(lambda: file.read(1 << 20), b"")):
            return ""
    data = body.read_bytes()
    free = next(one for one in map(chr, range(0xE000, 0xF8FF)) if one.encode() not in data)
    body.write_bytes(data.replace(b"\r", free.encode()))
    return free


def _csv(file: str, names: Sequence[str], texts: str, settings: Settings, how: tuple[bool, str]) -> str:
    lenient, returned = how
    escaped = settings.escape == "\\"
    options = {
        "columns": texts,
        "auto_detect": "false",
        "delim": text_literal(settings.column_separator),
        "header": "false",
        "skip": str(settings.skip_header),
        # DuckDB refuses a nullstr with the escape character; NULLs are then replaced after reading
        "nullstr": "'\x01no value'" if escaped else "'\\N'",
        "quote": text_literal(settings.enclose),
        "escape": text_literal(settings.escape or settings.enclose),
        "new_line": "'\\n'",
        "ignore_errors": "true" if lenient else "false",
        "max_line_size": str(16 << 20),
    }
    read = f"read_csv({file}, {', '.join(f'{name} = {value}' for name, value in options.items())})"
    if not escaped and not returned:
        return read
    values = [f"nullif({quote(name)}, '\\N')" if escaped else quote(name) for name in names]
    if returned:
        values = [f"replace({value}, '{returned}', chr(13))" for value in values]
    parts = [f"{value} AS {quote(name)}" for value, name in zip(values, names, strict=True)]
    return f"(SELECT {', '.join(parts)} FROM {read})"


_WHOLE_TEXT = "\\s*[-+]?\\d+\\s*"
_DECIMAL_TEXT = "\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*"


def _decimal(source: str) -> str:
    """Convert a text to DOUBLE; NULL if it is not a number (DuckDB itself also accepts 1_000 and nan)."""
    return f"TRY_CAST(CASE WHEN regexp_full_match({source}, '{_DECIMAL_TEXT}') THEN {source} END AS DOUBLE)"


def _trimmed(source: str) -> str:
    """A text without white space at its ends, such as the carriage return of a CSV line."""
    return f"trim({source}, ' ' || chr(9) || chr(10) || chr(13))"


def _converted(source: str, column: TableColumn) -> str:  # noqa: PLR0911
    """The value of a column; NULL if the text cannot be converted to its type."""
    kind = column.type
    if kind.is_string:
        return source if source.startswith('"') else overload("text", source)
    if not source.startswith('"'):  # an expression already has a type
        return f"TRY_CAST({source} AS {kind.stored()})"
    if kind.is_integer:
        # Numbers with a fraction or an exponent are truncated.
        return (
            f"CASE WHEN regexp_full_match({source}, '{_WHOLE_TEXT}') THEN TRY_CAST({source} AS {kind.stored()}) "
            f"ELSE TRY_CAST(trunc({_decimal(source)}) AS {kind.stored()}) END"
        )
    if kind.name == "datetime":
        return f"fn.loaded_time({source})"
    if kind.name == "date":
        return f"CAST(fn.loaded_time({source}) AS DATE)"
    if kind.name == "json":
        return f"CAST(py_document({source}) AS JSON)"
    if kind.name == "boolean":
        return f"coalesce(fn.truth({_trimmed(source)}), {_decimal(source)} <> 0)"
    if kind.name in {"double", "float"}:
        return f"fn.loaded_{kind.name}({source})"
    if kind.name == "decimal":  # DuckDB also reads 1_000
        return f"TRY_CAST(CASE WHEN NOT contains({source}, '_') THEN {source} END AS {kind.stored()})"
    return f"TRY_CAST({source} AS {kind.stored()})"


@dataclass(frozen=True)
class Conversion:
    """The conversion of rows, and the conditions for filtered rows."""

    select: str
    """The converted columns, over the fields; `__misfit`: strict_mode filters the row."""
    columns: tuple[str, ...]
    bad: str
    """The condition that a row is filtered, over the converted columns."""
    reasons: str
    """An expression over the fields: the reason why a row is filtered; NULL for a good row."""


def conversion(table: Table, mapped: Mapped, settings: Settings, typed: Collection[str] = ()) -> Conversion:
    """The conversion of the mapped fields. Fields in `typed` already have the type of their column.

    Raises:
        SettingsError: a column that must have a value gets none.
    """
    omitted = _omitted(table, mapped, settings)
    parts = [f"{write.default_value(column)} AS {quote(column.name)}" for column in omitted]
    names = [column.name for column in omitted]
    bad: list[str] = []
    misfits: list[str] = []
    reasons: list[tuple[str, str]] = []
    outside = [(column, write.default_value(column)) for column in omitted if _is_range_column(table, column)]
    for column in table.columns:
        source, name = mapped.columns.get(column.name), quote(column.name)
        if source is None:
            continue
        if settings.trim_space:
            source = f"trim({source})"
        value = f"fn.read_number({source})" if column.name in typed else _converted(source, column)
        parts.append(f"{value} AS {name}")
        names.append(column.name)
        if not column.nullable:
            bad.append(f"{name} IS NULL")
            reasons.append((f"({value}) IS NULL", f"NULL value in non-nullable column '{column.name}'"))
        if settings.strict_mode and not column.type.is_string and column.name not in typed:
            misfit = f"(({value}) IS NULL AND ({source}) IS NOT NULL)"
            misfits.append(misfit)
            reasons.append((misfit, f"Value of column '{column.name}' does not fit {column.type.brief()}"))
        if column.type.is_string:
            most = column.type.arguments[0]
            bad.append(f"coalesce(strlen({name}) > {most}, FALSE)")
            why = f"Value of column '{column.name}' is too long for {column.type.brief()}"
            reasons.append((f"coalesce(strlen({value}) > {most}, FALSE)", why))
        if _is_range_column(table, column):
            outside.append((column, value))
    for column, value in outside:
        bad.append(f"({_inside(table, column.name)}) IS NOT TRUE")
        missed = f"(SELECT ({_inside(table, '__value')}) IS NOT TRUE FROM (SELECT {value} AS __value))"
        reasons.append((missed, "The row is out of partition ranges. Please add a new partition."))
    if mapped.operation:
        parts.append(_operation(mapped.operation))
    if misfits:
        parts.append(f"({' OR '.join(misfits)}) AS __misfit")
        bad.append("__misfit")
    cases = "CASE " + " ".join(f"WHEN {one} THEN {text_literal(text)}" for one, text in reasons) + " END"
    return Conversion(", ".join(parts), tuple(names), " OR ".join(bad) or "FALSE", cases if reasons else "NULL")


def _omitted(table: Table, mapped: Mapped, settings: Settings) -> list[TableColumn]:
    """The columns that get no value and are filled; a partial update keeps the stored values.

    Raises:
        SettingsError: a column that must have a value gets none.
    """
    found = []
    for column in table.columns:
        if column.name in mapped.columns or (settings.partial_update and column.name not in table.keys):
            continue
        if column.default is None and not column.nullable:
            raise SettingsError(f"columns: '{column.name}' of {table.name} has no default and gets no value")
        found.append(column)
    return found


def _is_range_column(table: Table, column: TableColumn) -> bool:
    """Whether the table has fixed RANGE partitions of the column."""
    partitioning = table.partitioning
    return partitioning is not None and partitioning.kind == "range" and partitioning.columns[0] == column.name


def _inside(table: Table, name: str) -> str:
    """The condition that the value `name` lies in one of the RANGE partitions."""
    partitioning = Partitioning("range", (name,))
    return " OR ".join(partition_condition(partitioning, partition) for partition in table.partitions) or "FALSE"


def _operation(source: str) -> str:
    """`__op`: 0 or upsert, 1 or delete; a missing value is an upsert."""
    return (
        f"CASE WHEN lower({source}) IN ('upsert', 'delete') THEN CAST(lower({source}) = 'delete' AS INTEGER) "
        f"ELSE coalesce(TRY_CAST({source} AS INTEGER), 0) END AS {OPERATION}"
    )


def typed_fields(table: Table, mapped: Mapped, settings: Settings) -> dict[str, str]:
    """Fields that DuckDB's JSON reader converts itself, with their types; about twice as fast as via VARCHAR.

    One value that it cannot convert fails the whole read; the body is then read again with VARCHAR fields."""
    if settings.format != "json" or settings.jsonpaths or settings.json_root or settings.trim_space or settings.where:
        return {}
    return {
        column.name: column.type.stored()
        for column in table.columns
        if column.type.name in {"double", "float"}
        and mapped.columns.get(column.name) == quote(column.name)
        and column.name in mapped.fields
        and not settings.columns
    }
