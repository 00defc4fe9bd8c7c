"""Joins: their words, and the relations that ON and USING may name (StarRocks: QueryAnalyzer.visitJoin)."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql.kinds import Kind
from starrocks_emulator.sql.parse import written_name

Columns = Sequence[tuple[str, Kind]]
"""Names and types of a relation's columns."""
Frame = Sequence[tuple[str, Columns | None]]
"""The relations of a FROM by their aliases; None for unknown columns."""


def join_words(side: str, kind: str, conditioned: bool) -> str:
    """DuckDB's words for a join; `conditioned`: ON or USING follows."""
    if kind in {"SEMI", "ANTI"}:
        if side != "LEFT":
            raise errors.unsupported(f"{side} {kind} JOIN".lstrip() + f"; LEFT {kind} JOIN is supported")
        return f"{kind} JOIN"
    if kind in {"", "INNER", "OUTER", "CROSS"}:
        return f"{side} {'INNER' if kind == 'CROSS' and conditioned else kind} JOIN".strip()
    raise errors.unsupported(kind if kind.endswith("JOIN") else f"{kind} JOIN")


def using_condition(names: Sequence[exp.Expr], frame: Frame, start: int, place: int) -> exp.Expr:
    """The condition of USING. StarRocks keeps the column of both sides.

    Args:
        names: the columns after USING.
        frame: the relations of the FROM.
        start: place of the first relation after the last comma.
        place: place of the first relation of the right side.

    Raises:
        SqlError: 1064 for a column that one side lacks or has twice.
    """
    return exp.and_(*(_equal(_joined_by(name), frame[start:place], frame[place:]) for name in names), copy=False)


def _equal(name: str, *sides: Frame) -> exp.Expr:
    columns = []
    for side in sides:
        owners = [alias for alias, columns in side if columns is None or _has(columns, name)]
        if len(owners) > 1:
            raise errors.analysis(f"Column '{name}' is ambiguous")
        if not owners:
            raise errors.analysis(f"Column '`{name}`' cannot be resolved")
        columns.append(exp.column(exp.to_identifier(name, quoted=True), exp.to_identifier(owners[0], quoted=True)))
    return exp.EQ(this=columns[0], expression=columns[1])


def check_on(on: exp.Expr, frame: Frame, start: int) -> None:
    """Refuse columns of relations before the last comma, which DuckDB would accept: a comma binds less tightly.

    Raises:
        SqlError: 1064.
    """
    before, joined = frame[:start], frame[start:]
    for column in on.find_all(exp.Column) if before else ():
        table, name = column.table.lower(), column.name.lower()
        if column.find_ancestor(exp.Select) is not on.find_ancestor(exp.Select):
            continue  # in a subquery, which has relations of its own
        if any(table in ("", alias.lower()) and (columns is None or _has(columns, name)) for alias, columns in joined):
            continue
        if any(table in ("", alias.lower()) for alias, _ in before):
            shown = f"`{table}`.`{name}`" if table else f"`{name}`"
            raise errors.analysis(f"Column '{shown}' cannot be resolved")


def _has(columns: Columns, name: str) -> bool:
    return any(column.lower() == name.lower() for column, _ in columns)


def _joined_by(column: exp.Expr) -> str:
    """The name of a column after USING. sqlglot reads `USING f (k)` as the column `f`."""
    name = written_name(column.name)
    if name != column.name:
        raise errors.syntax(f"Unexpected input '{name}', the most similar input is {{(}}")
    return name
