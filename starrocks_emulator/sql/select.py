"""Renders whole StarRocks queries as DuckDB SQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table
from starrocks_emulator.sql import unordered
from starrocks_emulator.sql.kinds import common
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.names import Clause, Level, Relation, results_of, starred
from starrocks_emulator.sql.nodes import only, positioned
from starrocks_emulator.sql.operators import same_kinds, truth
from starrocks_emulator.sql.parse import PARAMETER, label, written, written_name
from starrocks_emulator.sql.relations import Relations, Scope, columns_of_table, is_group_key, renamed
from starrocks_emulator.sql.select_rules import aggregates, check_distinct, check_having, check_select

__all__ = ["Queries", "Scope"]

_SELECT_PARTS = ("expressions", "from_", "joins", "where", "group", "having", "qualify", "order", "limit",
                 "offset", "distinct", "with_")  # fmt: skip
_SETS = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}


class Queries(Relations):
    """Renders queries: SELECT, set operations, VALUES and WITH."""

    def query(self, node: exp.Expr) -> str:
        """A SELECT, a set operation, VALUES, or any of them in parentheses."""
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias", "with_", "order", "limit", "offset")
            inner = f"({self.query(node.this)})"
            self._answers(node, self.columns_of(node.this))
            tail = self._tail_of_results(node)
            return f"{inner} {tail}" if tail else inner
        if isinstance(node, exp.Values):
            only(node, "expressions", "alias")
            rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
            if len({len(row) for row in rows}) > 1:
                raise errors.analysis("Values have unequal number of columns")
            kinds = [common([self.kind(row[index]) for row in rows]) for index in range(len(rows[0]))]
            self._answers(node, tuple((f"column_{index}", kind) for index, kind in enumerate(kinds)))
            names = ", ".join(f"column_{index}" for index in range(len(kinds)))
            rendered = ", ".join(self(row) for row in node.expressions)
            return f"SELECT * FROM (VALUES {rendered}) AS list ({names})"
        with_ = node.args.get("with_")
        prefix = self._with(with_) if with_ else ""
        try:
            if isinstance(node, exp.Select):
                return prefix + self._select(node)
            for kind, word in _SETS.items():
                if isinstance(node, kind):
                    only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
                    if not node.args.get("distinct") and word != "UNION":
                        raise errors.unsupported(f"{word} ALL")
                    every = "" if node.args.get("distinct") else " ALL"
                    left, right = self._side(node.this), self._side(node.expression)
                    first, second = self.columns_of(node.this), self.columns_of(node.expression)
                    kinds = same_kinds([kind for _, kind in first], [kind for _, kind in second], word)
                    columns = tuple((one[0], kind) for one, kind in zip(first, kinds, strict=True))
                    self._answers(node, columns, self.tables_of(node.this))
                    return f"{prefix}{left} {word}{every} {right} {self._tail_of_results(node)}"
        finally:
            if with_:
                self._ctes.pop()
        raise errors.unsupported(
            f"{written(node)} as a query; SELECT, VALUES, UNION, INTERSECT and EXCEPT are supported"
        )

    @contextmanager
    def scope_of(self, node: exp.Expr, table: Table) -> Iterator[str]:
        """The WITH clause of a statement that changes rows of `table`; its names are in scope within the block."""
        with_ = node.args.get("with_")
        prefix = self._with(with_) if with_ else ""
        with self._level(Level(keys={f"{table.database}.{table.name}"})):
            self._in_from(table.name, columns_of_table(table), table.database)
            self._joined_from = 1  # a comma separates the table from the relations of FROM or USING
            try:
                yield prefix
            finally:
                self._joined_from = 0
                if with_:
                    self._ctes.pop()

    def _side(self, node: exp.Expr) -> str:
        text = self.query(node)
        return text if isinstance(node, exp.Union) and not node.args.get("order") else f"({text})"

    def _with(self, node: exp.Expr) -> str:
        only(node, "expressions")
        self._ctes.append({})
        parts = []
        for cte in node.expressions:
            only(cte, "this", "alias")
            name = written_name(cte.alias)
            if name in self._ctes[-1]:
                raise errors.not_unique(name)
            columns = cte.args["alias"].args.get("columns") or []
            names = f" ({', '.join(quote(column.name) for column in columns)})" if columns else ""
            rendered = self._name_of_query(name)
            parts.append(f"{quote(rendered)}{names} AS ({self.query(cte.this)})")
            found = self.columns_of(cte.this)
            if columns and len(columns) != len(found):
                raise SqlError(1353, "View's SELECT and view's field list have different column counts")
            self._ctes[-1][name] = rendered, renamed(found, columns)
        return "WITH " + ", ".join(parts) + " "

    def _name_of_query(self, name: str) -> str:
        """The name in DuckDB's text of a query in WITH. DuckDB ignores the case of names, StarRocks does not."""
        others = {each.lower() for names in self._ctes for each in names if each != name}
        return f"{name} of {sum(map(len, self._ctes))}" if name.lower() in others else name

    def _select(self, node: exp.Select) -> str:
        check_select(node)
        outer, self._joined_from = self._joined_from, 0
        try:
            with self._level(Level(distinct=bool(node.args.get("distinct")))):
                return self._select_text(node)
        finally:
            self._joined_from = outer

    def _select_text(self, node: exp.Select) -> str:
        only(node, *_SELECT_PARTS)
        if not node.expressions:
            raise errors.syntax("SELECT without a select list")
        level = self._levels[-1]
        parts = ["SELECT"]
        if distinct := node.args.get("distinct"):
            only(distinct)
            parts.append("DISTINCT")
        sources = ""
        if from_ := node.args.get("from_"):
            only(from_, "this")
            if isinstance(from_.this, exp.Unnest) and not node.args.get("joins"):
                raise errors.analysis("Table function must be used with lateral join")
            sources = "FROM " + self.relation(from_.this)
            sources += "".join(self._join(join) for join in node.args.get("joins") or [])
        level.results = results_of(node, level.relations)
        # With DISTINCT, DuckDB accepts in ORDER BY only expressions of the select list.
        exact = not (distinct and node.args.get("order"))
        with self._in(Clause.SELECT):
            parts.append(", ".join(self._projection(column, exact) for column in node.expressions))
            columns = tuple(
                (result.name, result.field.kind if result.field else self.kind(result.node)) for result in level.results
            )
        if distinct:
            unordered.refuse((kind for _, kind in columns), unordered.DISTINCT)
        self._answers(node, columns, [result.table for result in level.results])
        parts.append(sources)
        parts.extend(self._conditions(node))
        with self._in(Clause.ORDER):
            self._check_distinct(node, node.args["order"].expressions if node.args.get("order") else [])
            parts.append(self.tail(node))
        return " ".join(part for part in parts if part)

    def _conditions(self, node: exp.Select) -> Iterator[str]:
        """WHERE, GROUP BY, HAVING and QUALIFY."""
        having, where, qualify = (node.args.get(key) for key in ("having", "where", "qualify"))
        filtered = having if self._filters_output(node) else None
        if where:
            only(where, "this")
            yield f"WHERE ({truth(self, where.this)})"
        if group := node.args.get("group"):
            with self._in(Clause.OUTPUT):
                yield self._group(group, node.expressions)
        if having:
            only(having, "this")
            with self._in(Clause.FILTER if filtered else Clause.OUTPUT):
                check_having(self.kind(having.this))
                self._check_distinct(node, [having.this])
                condition = truth(self, having.this)
            words = ("AND" if where else "WHERE") if filtered else "HAVING"
            yield f"{words} ({condition})"
        if qualify:
            only(qualify, "this")
            with self._in(Clause.OUTPUT):
                yield f"QUALIFY ({truth(self, qualify.this)})"

    def _check_distinct(self, node: exp.Select, keys: Sequence[exp.Expr]) -> None:
        """Refuse expressions that are not in the select list of a SELECT DISTINCT without groups."""
        if not node.args.get("distinct") or node.args.get("group"):
            return
        check_distinct(self._levels, keys)

    @staticmethod
    def _filters_output(node: exp.Select) -> bool:
        """HAVING without groups or aggregates filters the result by its own column names (Connector/J does that)."""
        if not node.args.get("having") or node.args.get("group") or node.args.get("qualify"):
            return False
        return not aggregates([*node.expressions, node.args["having"]])

    def _projection(self, node: exp.Expr, exact: bool) -> str:
        """A result column; `exact`: integers are converted to StarRocks' type."""
        inner = node.this if isinstance(node, exp.Alias) else node
        if isinstance(inner, exp.Star):
            only(inner)
            return "*"
        if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star):
            only(inner, "this", "table", "db")
            return ", ".join(f"{quote(one.shown)}.*" for one in starred(inner, self._levels[-1].relations))
        name = written_name(node.alias) if isinstance(node, exp.Alias) else label(node) or "expr"
        text: str = self(inner)
        if exact and not isinstance(inner.unnest(), exp.Column):
            kind = self.kind(inner)
            if kind and kind.is_integer and kind.name != "largeint":
                text = f"CAST({text} AS {kind.stored()})"
        return f"{text} AS {quote(name)}"

    def _group(self, node: exp.Expr, columns: list[exp.Expr]) -> str:
        only(node, "expressions")
        unordered.refuse_keys(self, node.expressions, columns, unordered.GROUP_BY)
        if not node.expressions:
            raise errors.syntax("GROUP BY without expressions")
        keys = []
        for key in node.expressions:
            if isinstance(key, exp.Rollup | exp.Cube):
                only(key, "expressions")
                keys.append(f"{key.key.upper()} ({', '.join(self._key(one, columns) for one in key.expressions)})")
            elif isinstance(key, exp.GroupingSets):
                only(key, "expressions")
                sets = [self._grouping_set(one, columns) for one in key.expressions]
                keys.append(f"GROUPING SETS ({', '.join(sets)})")
            else:
                keys.append(self._key(key, columns))
        return "GROUP BY " + ", ".join(keys)

    def _key(self, node: exp.Expr, columns: list[exp.Expr]) -> str:
        """A key of GROUP BY, which may be the position of a result column."""
        column = positioned(node, columns)
        if column is node or not is_group_key(column):
            return self(node)
        with self._in(Clause.SELECT):
            return self(column)

    def _grouping_set(self, node: exp.Expr, columns: list[exp.Expr]) -> str:
        parts = node.expressions if isinstance(node, exp.Tuple) else [node.unnest()]
        return f"({', '.join(self._key(one, columns) for one in parts)})"

    def tail(self, node: exp.Expr) -> str:
        """ORDER BY, LIMIT and OFFSET of a query."""
        parts = []
        if order := node.args.get("order"):
            columns = node.expressions if isinstance(node, exp.Select) else []
            unordered.refuse_keys(self, order.expressions, columns, unordered.ORDER_BY)
            parts.append(self.order(self._named_arrays(order, node)))
        for key in ("limit", "offset"):
            if clause := node.args.get(key):
                only(clause, "expression", "this", "offset")
                parts.append(f"{key.upper()} {self._count(clause.expression, key)}")
        return " ".join(parts)

    def _tail_of_results(self, node: exp.Expr) -> str:
        """ORDER BY, LIMIT and OFFSET of a set operation or a query in parentheses, which name its result columns."""
        columns = zip(self.columns_of(node), self.tables_of(node), strict=True)
        relations = [Relation(table, (column,), "", "") for column, table in columns]
        with self._level(Level(relations, closed=True)):
            return self.tail(node)

    def _named_arrays(self, order: exp.Order, node: exp.Expr) -> exp.Order:
        """An ORDER BY with the arrays that it names by their position replaced by their expressions."""
        columns = node.expressions if isinstance(node, exp.Select) else []
        keys = [key.this if isinstance(key, exp.Ordered) else key for key in order.expressions]
        arrays = {
            index: column
            for index, key in enumerate(keys)
            if (column := positioned(key, columns)) is not key and (kind := self.kind(column)) and kind.name == "array"
        }
        if not arrays:
            return order
        found = order.copy()
        for index, array in arrays.items():
            found.expressions[index].set("this", array.copy())
        return found

    def _count(self, node: exp.Expr, clause: str) -> str:
        text = self(node)
        if text == "NULL" and node.name.startswith(PARAMETER):
            return "0"  # in PREPARE no value is bound yet
        if not text.strip("'").isdigit():
            raise errors.analysis(f"{clause.upper()} takes a whole number, found {text}")
        return text.strip("'")
