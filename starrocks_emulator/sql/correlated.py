"""Correlated subqueries in EXISTS and IN, as StarRocks' optimizer takes them.

`x NOT IN (SELECT t.y FROM t WHERE t.y = outer.k AND …)` has two equal keys, `x = t.y` and `outer.k = t.y`. StarRocks
joins by both: a row whose `x` or `outer.k` is NULL is in the result only if no row of `t` fits the other conditions
(`JoinHashMap::_probe_from_ht_for_left_anti_join`, StarRocks' case test_not_in). In standard SQL a NULL in `outer.k`
selects no row of `t`; StarRocks does the same if the condition compares another column."""

from sqlglot import exp

from starrocks_emulator import errors


def null_keys(node: exp.In) -> tuple[list[exp.Expr], exp.Select] | None:
    """The outer sides of such conditions in the subquery of a NOT IN, and the query without these conditions.

    None if the NOT IN is not a condition of WHERE, or its subquery has no such condition or is not a plain SELECT."""
    query = node.args["query"]
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Select) or not _is_condition(node):
        return None
    where = inner.args.get("where")
    if where is None or any(inner.args.get(part) for part in ("group", "having", "qualify", "limit", "with_")):
        return None
    names = _names(inner)
    outer, others = [], []
    for part in _conditions(inner):
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


def check_exists(query: exp.Expr) -> None:
    """Refuse EXISTS with a correlated subquery that compares no column with an outer column for equality.

    Raises:
        SqlError: 1064, as in StarRocks' `ExistentialApply2JoinRule`.
    """
    outer = [part for part in _conditions(query) if _outer_columns(part, query)]
    equal = [part for part in _conditions(query) if isinstance(part.unnest(), exp.EQ)]
    # A column without its table may belong to the outer query.
    if outer and not any(part in outer or any(not one.table for one in part.find_all(exp.Column)) for part in equal):
        raise errors.analysis("Not support exists correlation subquery with Non-EQ predicate")


def check_in(node: exp.In) -> None:
    """Refuse IN outside of the conditions of WHERE if a condition of its subquery reads two outer columns.

    Raises:
        SqlError: 1064, as StarRocks' `QuantifiedApply2OuterJoinRule`.
    """
    query = node.args["query"]
    inner = query.this if isinstance(query, exp.Subquery) else query
    place = node.parent
    while isinstance(place, exp.Not | exp.Paren | exp.And):
        place = place.parent
    if not isinstance(place, exp.Where) and any(len(_outer_columns(part, inner)) > 1 for part in _conditions(inner)):
        raise errors.analysis(
            "IN subquery not supported the correlation predicate of the WHERE clause that used multiple outer-table "
            "columns at the same time"
        )


def _conditions(query: exp.Expr) -> list[exp.Expr]:
    """The conditions that the WHERE clause of a SELECT joins by AND."""
    where = query.args.get("where") if isinstance(query, exp.Select) else None
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _names(query: exp.Expr) -> set[str]:
    """The names of the relations in FROM of a SELECT."""
    from_ = query.args.get("from_")
    tables = [from_.this, *(join.this for join in query.args.get("joins") or [])] if from_ else []
    return {table.alias_or_name.lower() for table in tables}


def _outer_columns(condition: exp.Expr, query: exp.Expr) -> set[str]:
    """The columns in a condition of a query that are named with another relation than those in its FROM."""
    if condition.find(exp.Query):
        return set()
    names = _names(query)
    return {
        f"{column.table}.{column.name}".lower()
        for column in condition.find_all(exp.Column)
        if column.table and column.table.lower() not in names
    }
