"""NOT IN with a subquery whose condition compares the column that the subquery returns.

`x NOT IN (SELECT t.y FROM t WHERE t.y = outer.k AND …)` has two equal keys, `x = t.y` and `outer.k = t.y`. StarRocks
joins by both: a row whose `x` or `outer.k` is NULL is in the result only if no row of `t` fits the other conditions
(`JoinHashMap::_probe_from_ht_for_left_anti_join`, StarRocks' case test_not_in). In standard SQL a NULL in `outer.k`
selects no row of `t`; StarRocks does the same where the condition compares another column."""

from sqlglot import exp


def null_keys(node: exp.In) -> tuple[list[exp.Expr], exp.Select] | None:
    """The outer sides of such conditions in the subquery of a NOT IN, and the query without these conditions.

    None if the NOT IN is no condition of WHERE, or its subquery has no such condition or is no plain SELECT."""
    query = node.args["query"]
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Select) or not _is_condition(node):
        return None
    where = inner.args.get("where")
    if where is None or any(inner.args.get(part) for part in ("group", "having", "qualify", "limit", "with_")):
        return None
    tables = [inner.args["from_"].this, *(join.this for join in inner.args.get("joins") or [])]
    names = {table.alias_or_name.lower() for table in tables}
    outer, others = [], []
    for part in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        condition = part.unnest()
        sides = [condition.this, condition.expression] if isinstance(condition, exp.EQ) else []
        found = [side for side in sides if _belongs(side, names) is False]
        if len(found) == 1 and any(_is_output(side, inner) for side in sides):
            outer.extend(found)
        else:
            others.append(part)
    if not outer:
        return None
    rest = inner.copy()
    rest.set("expressions", [exp.Literal.number(1)])
    rest.set("where", exp.Where(this=exp.and_(*others, copy=True)) if others else None)
    return outer, rest


def _is_output(side: exp.Expr, query: exp.Select) -> bool:
    """Whether an expression is the column that a query returns."""
    output = query.expressions[0].unalias()
    return isinstance(side, exp.Column) and isinstance(output, exp.Column) and (
        side.name.lower() == output.name.lower() and len({side.table.lower(), output.table.lower()} - {""}) < 2
    )  # fmt: skip


def _is_condition(node: exp.In) -> bool:
    """Whether `node` is negated and one of the conditions that WHERE joins by AND."""
    negated = bool(node.args.get("negate"))
    place = node.parent
    while isinstance(place, exp.Not | exp.Paren | exp.And):
        if isinstance(place, exp.Not):
            if negated:
                return False
            negated = True
        elif isinstance(place, exp.And) and not negated:
            return False
        place = place.parent
    return negated and isinstance(place, exp.Where)


def _belongs(side: exp.Expr, names: set[str]) -> bool | None:
    """Whether an expression reads the tables `names` only (True) or other tables only (False); else None."""
    columns = list(side.find_all(exp.Column))
    inside = {not (table := column.args.get("table")) or table.name.lower() in names for column in columns}
    return inside.pop() if len(inside) == 1 and side.find(exp.Query) is None else None
