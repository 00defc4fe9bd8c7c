"""Joins: their words, and the relations that ON and USING may name (StarRocks: QueryAnalyzer.visitJoin)."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql.names import Relation, fields, unresolved
from starrocks_emulator.sql.parse import written_name


def join_words(side: str, kind: str, conditioned: bool) -> str:
    """DuckDB's words for a join; `conditioned`: ON or USING follows."""
    if kind in {"SEMI", "ANTI"}:
        if side != "LEFT":
            raise errors.unsupported(f"{side} {kind} JOIN".lstrip() + f"; LEFT {kind} JOIN is supported")
        return f"{kind} JOIN"
    if kind in {"", "INNER", "OUTER", "CROSS"}:
        return f"{side} {'INNER' if kind == 'CROSS' and conditioned else kind} JOIN".strip()
    raise errors.unsupported(kind if kind.endswith("JOIN") else f"{kind} JOIN")


def using_condition(names: Sequence[exp.Expr], left: Sequence[Relation], right: Sequence[Relation]) -> exp.Expr:
    """The condition of USING. StarRocks keeps the column of both sides.

    Args:
        names: the columns after USING.
        left: the relations before JOIN, up to the last comma.
        right: the relations after it.

    Raises:
        SqlError: 1064 for a column that one side lacks or has twice.
    """
    return exp.and_(*(_equal(_joined_by(name), left, right) for name in names), copy=False)


def _equal(name: str, *sides: Sequence[Relation]) -> exp.Expr:
    columns = []
    for side in sides:
        wanted = exp.to_identifier(name, quoted=True)
        owners = [field.relation for field in fields(side, exp.Column(this=wanted))]
        if len(owners) > 1:
            raise errors.analysis(f"Column '{name}' is ambiguous")
        if not owners:
            raise errors.analysis(f"Column '`{name}`' cannot be resolved")
        owner = (owners[0].alias, owners[0].database)
        columns.append(exp.column(wanted, *(exp.to_identifier(part, quoted=True) if part else None for part in owner)))
    return exp.EQ(this=columns[0], expression=columns[1])


def check_on(on: exp.Expr, before: Sequence[Relation], joined: Sequence[Relation]) -> None:
    """Refuse columns of relations before the last comma, which DuckDB would accept: a comma binds less tightly.

    Raises:
        SqlError: 1064.
    """
    for column in on.find_all(exp.Column) if before else ():
        if column.find_ancestor(exp.Select) is not on.find_ancestor(exp.Select):
            continue  # in a subquery, which has relations of its own
        if not fields(joined, column) and fields(before, column):
            raise unresolved(column)


def _joined_by(column: exp.Expr) -> str:
    """The name of a column after USING. sqlglot reads `USING f (k)` as the column `f`."""
    name = written_name(column.name)
    if name != column.name:
        raise errors.syntax(f"Unexpected input '{name}', the most similar input is {{(}}")
    return name
