"""Rules of SELECT DISTINCT, GROUP BY, HAVING and ORDER BY (StarRocks: `SelectAnalyzer`, `AggregationAnalyzer`)."""

from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError
from starrocks_emulator.sql.kinds import NULL, Kind
from starrocks_emulator.sql.names import GROUPINGS, Canonical, Level, canonical, is_aggregate, meaning
from starrocks_emulator.sql.parse import written, written_name


def parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """An expression and its parts, without those of subqueries."""
    yield from node.walk(prune=lambda part: isinstance(part, exp.Query))


def aggregates(nodes: Iterable[exp.Expr]) -> list[exp.Expr]:
    """Calls of aggregate functions."""
    return [part for node in nodes for part in parts(node) if is_aggregate(part)]


def _has_grouping(node: exp.Expr) -> bool:
    return any(
        isinstance(part, exp.Anonymous) and written_name(str(part.this)).upper() in GROUPINGS for part in parts(node)
    )


def check_grouping(node: exp.Select) -> None:
    """Refuse GROUPING and GROUPING_ID outside of the select list, and without GROUPING SETS, ROLLUP or CUBE.

    Raises:
        SqlError: 1064.
    """
    group, order = node.args.get("group"), node.args.get("order")
    keys = group.expressions if group else []
    sets = any(isinstance(key, exp.GroupingSets | exp.Rollup | exp.Cube) for key in keys)
    if not sets and any(_has_grouping(column) for column in node.expressions):
        raise errors.analysis("cannot use GROUPING functions without [grouping sets|rollup|cube] clause")
    clauses = {
        "WHERE": [one.this] if (one := node.args.get("where")) else [],
        "GROUP BY": keys,
        "HAVING": [one.this] if (one := node.args.get("having")) else [],
        "ORDER BY": order.expressions if order else [],
    }
    for words, nodes in clauses.items():
        if any(_has_grouping(one) for one in nodes):
            raise errors.analysis(f"{words} clause cannot contain grouping")


def check_select(node: exp.Select) -> None:
    """Refuse the combinations of DISTINCT, GROUP BY, ORDER BY and aggregate functions that StarRocks refuses.

    Raises:
        SqlError: 1064.
    """
    check_grouping(node)
    group, having, order = (node.args.get(key) for key in ("group", "having", "order"))
    shown = [*node.expressions, *([having.this] if having else [])]
    keys = order.expressions if order else []
    check_order(keys)
    if node.args.get("distinct"):
        if aggregates(keys):
            raise errors.analysis("for SELECT DISTINCT, ORDER BY expressions must appear in select list")
        if not group and aggregates(shown):
            raise errors.analysis("cannot combine SELECT DISTINCT with aggregate functions without GROUP BY")
    elif group and any(column.is_star for column in node.expressions if isinstance(column, exp.Star | exp.Column)):
        raise errors.analysis("cannot combine '*' in select list with GROUP BY: *")
    if not group and aggregates(keys) and not aggregates(shown):
        read = next((part for one in shown for part in parts(one) if isinstance(part, exp.Column)), None)
        if read is not None:
            raise ungrouped(read)
        raise errors.analysis(
            "ORDER BY contains aggregate function and applies to the result of a non-aggregated query"
        )


def check_order(keys: Iterable[exp.Expr]) -> None:
    """Refuse subqueries in ORDER BY.

    Raises:
        SqlError: 1064.
    """
    if any(isinstance(part, exp.Query) for key in keys for part in parts(key)):
        raise errors.analysis("ORDER BY clause cannot contain subquery")


def check_having(kind: Kind) -> None:
    """Refuse a condition of HAVING that is no truth value.

    Raises:
        SqlError: 1064.
    """
    if kind and kind.name != "boolean" and kind != NULL:
        raise errors.analysis(f"HAVING clause must evaluate to a boolean: actual type {kind.brief()}")


def ungrouped(node: exp.Expr) -> SqlError:
    """The error for an expression that is neither grouped nor aggregated."""
    return errors.analysis(f"'{written(node)}' must be an aggregate expression or appear in GROUP BY clause")


def check_distinct(levels: Sequence[Level], nodes: Iterable[exp.Expr]) -> None:
    """Refuse expressions in HAVING or ORDER BY of a SELECT DISTINCT that are not in its select list.

    Raises:
        SqlError: 1064.
    """
    results = {meaning(levels, result) for result in levels[-1].results}
    for node in nodes:
        whole = node.this if isinstance(node, exp.Ordered) else node
        if not _consists_of(results, levels, whole):
            raise ungrouped(whole)


def _consists_of(results: set[Canonical], levels: Sequence[Level], node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Query | exp.Literal | exp.Identifier | exp.DataType):
        return True
    found = canonical(levels, node)
    if found in results:
        return True
    if isinstance(node, exp.Column):
        return found[0] != "column"
    return all(_consists_of(results, levels, part) for part in node.iter_expressions())
