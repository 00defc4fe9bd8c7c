"""DuckDB encodes rows for the MySQL text protocol.

Converting a million rows to Python values and then to text takes ten times as long as DuckDB needs to write them as
CSV. DuckDB therefore also writes the length before each value, and returns each row as bytes.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from starrocks_emulator.results import Value

FEW_ROWS = 1000
"""Results with more rows are encoded by DuckDB."""
_MOST_COLUMNS = 60

_NULL = r"'\xFB'::BLOB"


def _plain(value: str) -> str:
    return f"{value}::VARCHAR"


def _boolean(value: str) -> str:
    return f"{value}::TINYINT::VARCHAR"


def _floating(value: str) -> str:
    # The same text as Python's `repr` without a trailing `.0`. A NaN has no sign.
    return f"CASE WHEN isnan({value}) THEN 'nan' ELSE regexp_replace({value}::VARCHAR, '\\.0$', '') END"


def _date(value: str) -> str:
    # DuckDB writes the year 0 as 1 BC.
    return f"CASE WHEN year({value}) > 0 THEN {value}::VARCHAR ELSE strftime({value}, '%Y-%m-%d') END"


def _timestamp(value: str) -> str:
    # DuckDB omits trailing zeros of a fraction, StarRocks writes six digits or none.
    return (
        f"CASE WHEN microsecond({value}) % 1000000 = 0 AND year({value}) > 0 THEN {value}::VARCHAR "
        f"WHEN microsecond({value}) % 1000000 = 0 THEN strftime({value}, '%Y-%m-%d %H:%M:%S') "
        f"ELSE strftime({value}, '%Y-%m-%d %H:%M:%S.%f') END"
    )


# FLOAT is missing: DuckDB writes more digits of large numbers than are needed to read them back.
_TEXTS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), _plain),
    "BOOLEAN": _boolean,
    "DATE": _date,
    "DOUBLE": _floating,
    "TIMESTAMP": _timestamp,
}


def may_be_large(tree: exp.Expr) -> bool:
    """Whether a query may return more than FEW_ROWS rows."""
    limit = tree.args.get("limit")
    if isinstance(limit, exp.Limit) and isinstance(limit.expression, exp.Literal) and limit.expression.is_int:
        return int(limit.expression.this) > FEW_ROWS
    return not isinstance(tree, exp.Select) or tree.args.get("from_") is not None


def groups(tree: exp.Expr) -> bool:
    """Whether the first rows of a query cost as much as all rows: it groups, sorts or has a LIMIT."""
    parts = ("group", "distinct", "with_", "limit", "offset")
    return not isinstance(tree, exp.Select) or any(tree.args.get(part) for part in parts)


def encoded_query(query: str, types: Sequence[str]) -> str | None:
    """A query with one BLOB column: the rows of `query`, in its order, as payloads of the text protocol in UTF-8.

    Args:
        query: a DuckDB query.
        types: DuckDB's types of its columns.

    Returns:
        None if a column's type must be encoded in Python, or if there are very many columns.
    """
    if not types or len(types) > _MOST_COLUMNS:
        return None
    names = [f"c{number}" for number in range(len(types))]
    texts: list[str] = []
    cells: list[str] = []
    for name, type_ in zip(names, types, strict=True):
        if type_ == "VARCHAR":
            texts.append(name)
            cells.append(_long_cell(name))
            continue
        convert = _plain if type_.startswith("DECIMAL(") else _TEXTS.get(type_)
        if convert is None:
            return None
        texts.append(f"{convert(name)} AS {name}")
        cells.append(f"coalesce({_short_cell(name)}, {_NULL})")
    return f"SELECT {' || '.join(cells)} FROM (SELECT {', '.join(texts)} FROM ({query}) AS answer({', '.join(names)}))"


def _short_cell(text: str) -> str:
    """A text of less than 128 bytes, preceded by its length. The length is one byte, which is one ASCII character."""
    return f"encode(chr(strlen({text})::INTEGER) || {text})"


def _long_cell(text: str) -> str:
    length = f"strlen({text})"
    low, middle, high = f"{length} % 256", f"{length} // 256 % 256", f"{length} // 65536"
    return (
        f"CASE WHEN {text} IS NULL THEN {_NULL} WHEN {length} < 128 THEN {_short_cell(text)} "
        f"ELSE unhex(CASE WHEN {length} < 251 THEN printf('%02x', {length}) "
        f"WHEN {length} < 65536 THEN printf('fc%02x%02x', {low}, {middle}) "
        f"ELSE printf('fd%02x%02x%02x', {low}, {middle}, {high}) END) || encode({text}) END"
    )


def payloads(batch: Sequence[Sequence[Value]]) -> Iterable[bytes]:
    """The payloads of a batch of rows of an encoded query."""
    return [payload for (payload,) in batch if isinstance(payload, bytes)]
