"""Checks of syntax nodes; refusals quote the SQL text, because the names of sqlglot's nodes and parts are not SQL."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql.parse import written

_FLAGS: Mapping[str, str] = {
    "all": "ALL", "by_name": "BY NAME", "explode_array": "unnest of fields", "global_": "GLOBAL", "ignore": "IGNORE",
    "is_global": "GLOBAL", "json_access": "a path with ':'", "only": "ONLY", "recursive": "RECURSIVE",
    "siblings": "SIBLINGS", "symmetric": "SYMMETRIC", "totals": "WITH TOTALS", "ordinality": "WITH ORDINALITY",
    "join_mark": "(+)", "materialized": "MATERIALIZED",
}  # fmt: skip
"""SQL words of parts that are true or false."""

_PREFIXES: Mapping[str, str] = {
    "catalog": "the catalog ", "using": "USING ", "except_": "EXCEPT ", "replace": "REPLACE ",
    "rename": "RENAME ", "on": "ON ", "kind": "AS ", "tables": "DELETE ", "exclude": "EXCLUDE ", "format": "FORMAT ",
    "offset": "WITH OFFSET AS ",
}  # fmt: skip
"""Words that precede a part in SQL and are missing in its text."""

_WORDS: Mapping[str, str] = {"windows": "WINDOW", "locks": "FOR UPDATE or FOR SHARE"}
"""Words for parts whose text is not SQL."""

_SUPPORTED: Mapping[type[exp.Expr], str] = {
    exp.Join: "INNER, LEFT, RIGHT, FULL, CROSS, LEFT SEMI and LEFT ANTI JOIN with ON or USING are supported",
    exp.Select: "WITH, DISTINCT, FROM, WHERE, GROUP BY, HAVING, QUALIFY, ORDER BY and LIMIT are supported",
    exp.Table: "a name with an alias and PARTITION (…) is supported",
    exp.Subquery: "a query in parentheses with an alias is supported",
    exp.Group: "expressions, ROLLUP, CUBE and GROUPING SETS are supported",
    exp.With: "WITH name AS (query) is supported",
    exp.CTE: "WITH name AS (query) is supported",
    exp.Window: "OVER (PARTITION BY … ORDER BY … ROWS or RANGE …) is supported",
    exp.WindowSpec: "ROWS and RANGE BETWEEN … AND … are supported",
    exp.Star: "* and table.* are supported",
    exp.Distinct: "DISTINCT applies to the whole select list",
    exp.Cast: "CAST (value AS type) is supported",
    exp.Update: "UPDATE table SET … FROM … WHERE … is supported",
    exp.Delete: "DELETE FROM table USING … WHERE … is supported",
    exp.GroupConcat: "GROUP_CONCAT ([DISTINCT] … ORDER BY … SEPARATOR '…') is supported",
}
"""What this emulator supports instead, by the node that has an unsupported part."""


def positioned(key: exp.Expr, columns: Sequence[exp.Expr]) -> exp.Expr:
    """The result column without its alias if a key of ORDER BY or GROUP BY is its position, otherwise the key."""
    if isinstance(key, exp.Literal) and not key.is_string and key.name.isdigit() and 0 < int(key.name) <= len(columns):
        return columns[int(key.name) - 1].unalias()
    return key


def only(node: exp.Expr, *allowed: str) -> None:
    """Refuse a node with other parts than the allowed ones."""
    extra = [name for name, value in node.args.items() if value and name not in allowed]
    if not extra:
        return
    parts = [text for name in extra for text in _texts(name, node.args[name])]
    whole = written(node)
    what = f'{", ".join(parts)} in "{whole}"' if parts else f'this form of "{whole}"'
    supported = _SUPPORTED.get(type(node))
    raise errors.unsupported(what + (f"; {supported}" if supported else ""))


def _texts(name: str, value: object) -> list[str]:
    """The SQL text of a part; empty if the part has none of its own."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(name, each)]
    if name in _WORDS:
        return [_WORDS[name]]
    text = written(value) if isinstance(value, exp.Expr) else value.upper() if isinstance(value, str) else ""
    found = f"{_PREFIXES.get(name, '')}{text}" if text else _FLAGS.get(name, "")
    return [found] if found else []
