"""Excludes rows of a materialized view that are in no partition of its base table."""

from collections.abc import Mapping

from sqlglot import exp

from starrocks_emulator.schema import Partitioning, Table
from starrocks_emulator.sql.parse import written_name
from starrocks_emulator.sql.partitions import partition_condition

_ROLLUPS = {"week", "month", "quarter", "year"}
"""Units of partitions that contain several partitions of the base table."""


def partition_bounds(view: Table, tree: exp.Expr, bases: Mapping[int, Table]) -> str:
    """DuckDB's condition for the rows of the view's query that StarRocks stores; the query's columns are `c0`, `c1` ….

    The view has the partitions of the base table whose partition column it is partitioned by. Rows outside them, which
    come from other tables of a UNION or an outer join, are not stored. Only base tables with RANGE partitions exclude
    rows; the others get a partition for each value.

    Args:
        view: the materialized view.
        tree: query of the view.
        bases: tables that the query reads, by id.
    """
    if view.partitioning is None or len(view.partitioning.columns) != 1 or view.partitioning.unit in _ROLLUPS:
        return "TRUE"
    names = [one.name.lower() for one in view.columns]
    place = view.query_order(len(names))[names.index(view.partitioning.columns[0].lower())]
    found = [base for select in _branches(tree) if (base := _base(select, place, bases)) and base.partitioning]
    if not found or not all(base.partitioning and base.partitioning.kind == "range" for base in found):
        return "TRUE"
    by = Partitioning("range", (f"c{place}",))
    conditions = {partition_condition(by, partition) for base in found for partition in base.partitions}
    return " OR ".join(sorted(conditions)) or "FALSE"


def _branches(tree: exp.Expr) -> list[exp.Select]:
    if isinstance(tree, exp.Union):
        return _branches(tree.this) + _branches(tree.expression)
    return [tree] if isinstance(tree, exp.Select) else []


def _base(select: exp.Select, place: int, bases: Mapping[int, Table]) -> Table | None:
    """The table whose partition column is the output column with index `place`; None if there is none."""
    if place >= len(select.expressions):
        return None
    output = select.expressions[place].unalias()
    if isinstance(output, exp.Anonymous) and output.expressions:
        output = output.expressions[-1]  # date_trunc(unit, column)
    from_ = select.args.get("from_")
    if not isinstance(output, exp.Column) or from_ is None:
        return None
    for node in [from_.this, *(join.this for join in select.args.get("joins") or [])]:
        if not isinstance(node, exp.Table) or output.table.lower() not in {"", node.alias_or_name.lower()}:
            continue
        for base in bases.values():
            columns = base.partitioning.columns if base.partitioning else ()
            if base.name == written_name(node.name) and [one.lower() for one in columns] == [output.name.lower()]:
                return base
    return None
