"""Restricts the table in a correlated EXISTS to the times of the outer table.

`[NOT] EXISTS (SELECT … FROM late WHERE late.at = archived.at AND …)` reads all rows of `late`. With the additional
condition `late.at IN (SELECT at FROM archived)` DuckDB reads only the row groups that overlap in time. The result is
the same, because other rows of `late` equal no row of `archived`. The optimizer `statistics_propagation`, which is
disabled, would skip disjoint tables."""

from sqlglot import exp


def time_columns(exists: exp.Expr) -> tuple[exp.Table, exp.Column, exp.Table, exp.Column] | None:
    """The inner table and column and the outer table and column that an EXISTS compares for equality.

    None unless each query reads exactly one table and the condition is one of a conjunction. The caller checks that the
    columns are times."""
    inner = exists.this.this if isinstance(exists.this, exp.Subquery) else exists.this
    outer = exists.find_ancestor(exp.Select)
    if not isinstance(inner, exp.Select) or outer is None:
        return None
    tables = [_only_table(inner), _only_table(outer)]
    where = inner.args.get("where")
    if tables[0] is None or tables[1] is None or where is None:
        return None
    names = [(table.alias_or_name).lower() for table in tables if table]
    for part in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        condition = part.unnest()
        if not isinstance(condition, exp.EQ):
            continue
        sides = {side.args["table"].name.lower(): side for side in (condition.this, condition.expression)
                 if isinstance(side, exp.Column) and side.args.get("table")}  # fmt: skip
        if set(sides) == set(names) and len(sides) == 2:
            return tables[0], sides[names[0]], tables[1], sides[names[1]]
    return None


def _only_table(select: exp.Select) -> exp.Table | None:
    from_ = select.args.get("from_")
    if select.args.get("joins") or select.args.get("laterals") or not from_ or not isinstance(from_.this, exp.Table):
        return None
    table = from_.this
    return None if table.args.get("partition") or table.args.get("joins") else table
