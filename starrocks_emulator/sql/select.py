"""Renders StarRocks queries as DuckDB SQL: relations, their names and the rights to read them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.catalog import Catalog
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.kinds import BIGINT, Kind, common
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import same_kinds, truth
from starrocks_emulator.sql.parse import PARAMETER, SYNC, label, parse, written_name
from starrocks_emulator.sql.partitions import partition_filter
from starrocks_emulator.sql.pruning import time_columns
from starrocks_emulator.sql.render import Expressions


@dataclass
class Scope:
    """The names, rights, parameters and variables that a query may use."""

    catalog: Catalog
    database: str | None
    allowed: Callable[[Table], None]
    system_table: Callable[[str], str]
    parameters: Sequence[Value] = ()
    constants: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    substitutes: Mapping[int, str] = field(default_factory=dict)
    """Relations that replace the rows of a table, by the table's id."""


_SELECT_PARTS = ("kind", "expressions", "from_", "joins", "where", "group", "having", "qualify", "order", "limit",
                 "offset", "distinct", "with_", "laterals")  # fmt: skip
_SETS = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}


Columns = Sequence[tuple[str, Kind]]
"""Names and types of a relation's columns."""


class Queries(Expressions):
    """Renders whole queries; `tables` collects the tables that they read."""

    def __init__(self, scope: Scope, depth: int = 0) -> None:
        """`depth`: number of views around this query."""
        super().__init__(scope.parameters, scope.constants, scope.variables)
        self.scope = scope
        self.depth = depth
        self.tables: list[Table] = []
        self._ctes: list[dict[str, Columns]] = []
        self._frames: list[list[tuple[str, Columns | None]]] = []
        self._used: list[set[str]] = []
        self._restrictions: dict[int, tuple[exp.Table, str]] = {}
        self._aliases: list[dict[str, exp.Expr]] = []
        self._outputs: dict[int, tuple[exp.Expr, Columns]] = {}

    def column_kind(self, node: exp.Expr) -> Kind:
        """See `Expressions.column_kind`: a column of a relation in FROM, innermost query first, or of the result."""
        name = node.name.lower()
        if node.name.startswith(PARAMETER) or isinstance(node.this, exp.Star):
            return super().column_kind(node)
        table = node.args["table"].name.lower() if node.args.get("table") else None
        for frame in reversed(self._frames):
            for alias, columns in frame:
                if table is not None and alias.lower() != table:
                    continue
                found = [kind for column, kind in columns or () if column.lower() == name]
                if found:
                    return found[0]
            if any(columns is None for _, columns in frame):
                return None  # a relation with unknown columns may have it
        if table is None and self._aliases and name in self._aliases[-1]:
            meaning = self._aliases[-1].pop(name)
            try:
                return self.kind(meaning)
            finally:
                self._aliases[-1][name] = meaning
        return None

    def query_kind(self, node: exp.Expr) -> Kind:
        """See `Expressions.query_kind`."""
        columns = self.columns_of(node)
        return columns[0][1] if len(columns) == 1 else None

    def columns_of(self, node: exp.Expr) -> Columns:
        """Names and types of the result columns of a query."""
        inner = node.this if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Table) else node
        if id(inner) not in self._outputs:
            self.query(inner)
        return self._outputs[id(inner)][1] if id(inner) in self._outputs else ()

    def _answers(self, node: exp.Expr, columns: Columns) -> None:
        self._outputs[id(node)] = (node, columns)

    def _in_from(self, alias: str, columns: Columns | None) -> None:
        if self._frames:
            self._frames[-1].append((alias, columns))

    def _once(self, key: str, alias: str) -> None:
        """Refuse an alias, or a table without one, that is in the same FROM already."""
        if not self._frames:
            return
        used = self._used[-1]
        if key in used:
            raise SqlError(1066, f"Not unique table/alias: '{alias}'", "42000")
        used.add(key)

    def exists(self, node: exp.Expr) -> str:
        """EXISTS; the table inside is restricted to the times of the table around it (see `pruning`)."""
        inner = node.this.this if isinstance(node.this, exp.Subquery) else node.this
        found = time_columns(node)
        if found:
            table, column, around, key = found
            first, second = self._stored(table), self._stored(around)
            times = [one.column(name.name) if one else None for one, name in ((first, column), (second, key))]
            if first and second and all(time and time.type.name == "datetime" for time in times):
                keys = f"SELECT {quote(key.name)} FROM {self.rows(second)}"
                self._restrictions[id(table)] = (table, f"{quote(column.name)} IN ({keys})")
        return f"EXISTS ({self.query(inner)})"

    def _stored(self, node: exp.Table) -> Table | None:
        """The stored table that a node names; None for views, common table expressions and unknown names."""
        name, database = written_name(node.name), node.args["db"].name if node.args.get("db") else self.scope.database
        if not isinstance(node.this, exp.Identifier) or any(name.lower() in names for names in self._ctes):
            return None
        table = self.scope.catalog.find(database, name) if database else None
        return table if table and table.kind == "table" else None

    def names_database(self, node: exp.Column) -> None:
        """Check that the database in `database.table.column` exists."""
        self.scope.catalog.database(node.args["db"].name)

    def query(self, node: exp.Expr) -> str:
        """A SELECT, a set operation, VALUES, or any of them in parentheses."""
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias", "with_", "order", "limit", "offset")
            inner = f"({self.query(node.this)})"
            self._answers(node, self.columns_of(node.this))
            tail = self.tail(node)
            return f"{inner} {tail}" if tail else inner
        if isinstance(node, exp.Values):
            only(node, "expressions", "alias")
            rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
            kinds = [
                common([self.kind(row[index]) for row in rows if index < len(row)]) for index in range(len(rows[0]))
            ]
            self._answers(node, tuple((f"column_{index}", kind) for index, kind in enumerate(kinds)))
            return "VALUES " + ", ".join(self(row) for row in node.expressions)
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
                    self._answers(node, tuple((one[0], kind) for one, kind in zip(first, kinds, strict=True)))
                    return f"{prefix}{left} {word}{every} {right} {self.tail(node)}"
        finally:
            if with_:
                self._ctes.pop()
        raise errors.unsupported(f"the query {node.key.upper()}")

    @contextmanager
    def scope_of(self, node: exp.Expr, table: Table) -> Iterator[str]:
        """The WITH clause of a statement that changes rows of `table`; its names are in scope within the block."""
        with_ = node.args.get("with_")
        prefix = self._with(with_) if with_ else ""
        self._frames.append([(table.name, _columns(table))])
        self._used.append({table.full_name})
        try:
            yield prefix
        finally:
            self._used.pop()
            self._frames.pop()
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
            columns = cte.args["alias"].args.get("columns") or []
            names = f" ({', '.join(quote(column.name) for column in columns)})" if columns else ""
            parts.append(f"{quote(name)}{names} AS ({self.query(cte.this)})")
            self._ctes[-1][name.lower()] = _renamed(self.columns_of(cte.this), columns)
        return "WITH " + ", ".join(parts) + " "

    def _select(self, node: exp.Select) -> str:
        self._frames.append([])
        self._used.append(set())
        self._aliases.append({one.alias.lower(): one.this for one in node.expressions if isinstance(one, exp.Alias)})
        try:
            text = self._select_text(node)
            self._answers(node, self._output(node))
            return text
        finally:
            self._frames.pop()
            self._used.pop()
            self._aliases.pop()

    def _output(self, node: exp.Select) -> Columns:
        found: list[tuple[str, Kind]] = []
        for column in node.expressions:
            star = isinstance(column, exp.Star) or (
                isinstance(column, exp.Column) and isinstance(column.this, exp.Star)
            )
            if star:
                table = column.args["table"].name.lower() if column.args.get("table") else None
                for alias, columns in self._frames[-1]:
                    if table in (None, alias.lower()):
                        found.extend(columns or ())
            else:
                name = column.alias if isinstance(column, exp.Alias) else label(column)
                found.append((name, self.kind(column)))
        return tuple(found)

    def _select_text(self, node: exp.Select) -> str:
        only(node, *_SELECT_PARTS)
        if not node.expressions:
            raise errors.syntax("SELECT without a select list")
        parts = ["SELECT"]
        if distinct := node.args.get("distinct"):
            only(distinct)
            parts.append("DISTINCT")
        sources = ""
        if from_ := node.args.get("from_"):
            only(from_, "this")
            sources = "FROM " + self.relation(from_.this)
            sources += "".join(self._join(join) for join in node.args.get("joins") or [])
        # with DISTINCT, DuckDB accepts in ORDER BY only expressions of the select list
        exact = not (distinct and node.args.get("order"))
        parts.append(", ".join(self._projection(column, exact) for column in node.expressions))
        parts.append(sources)
        filtered = node.args.get("having") if self._filters_output(node) else None
        for key, word in (("where", "WHERE"), ("having", "HAVING"), ("qualify", "QUALIFY")):
            if key == "having" and node.args.get("group"):
                parts.append(self._group(node.args["group"]))
            if (clause := node.args.get(key)) and clause is not filtered:
                only(clause, "this")
                parts.append(f"{word} ({truth(self, clause.this)})")
            if key == "where" and filtered:
                only(filtered, "this")
                parts.append(f"{'AND' if clause else 'WHERE'} ({truth(self, _expanded(filtered.this, node))})")
        parts.append(self.tail(node))
        return " ".join(part for part in parts if part)

    @staticmethod
    def _filters_output(node: exp.Select) -> bool:
        """HAVING without groups or aggregates filters the result by its own column names (Connector/J does that)."""
        if not node.args.get("having") or node.args.get("group") or node.args.get("qualify"):
            return False
        calls = (
            call
            for part in (*node.expressions, node.args["having"])
            for call in part.find_all(exp.Anonymous, exp.GroupConcat)
        )
        return not any(
            isinstance(call, exp.GroupConcat)
            or (
                (known := FUNCTIONS.get(written_name(str(call.this)).upper())) is not None and known.kind == "aggregate"
            )
            for call in calls
        )

    def _projection(self, node: exp.Expr, exact: bool) -> str:
        """A result column; `exact`: an integer has StarRocks' type of it, not DuckDB's."""
        inner = node.this if isinstance(node, exp.Alias) else node
        if isinstance(inner, exp.Star):
            only(inner)
            return "*"
        if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star):
            only(inner, "this", "table", "db")
            if inner.args.get("db"):
                self.names_database(inner)
            return f"{quote(inner.args['table'].name)}.*"
        name = written_name(node.alias) if isinstance(node, exp.Alias) else label(node) or "expr"
        text: str = self(inner)
        if exact and not isinstance(inner.unnest(), exp.Column):
            kind = self.kind(inner)
            if kind and kind.is_integer and kind.name != "largeint":
                text = f"CAST({text} AS {kind.stored()})"
        return f"{text} AS {quote(name)}"

    def _group(self, node: exp.Expr) -> str:
        only(node, "expressions")
        if not node.expressions:
            raise errors.syntax("GROUP BY without expressions")
        keys = []
        for key in node.expressions:
            if isinstance(key, exp.Rollup | exp.Cube):
                only(key, "expressions")
                keys.append(f"{key.key.upper()} ({', '.join(self.all(key.expressions))})")
            else:
                keys.append(self(key))
        return "GROUP BY " + ", ".join(keys)

    def tail(self, node: exp.Expr) -> str:
        """ORDER BY, LIMIT and OFFSET of a query."""
        parts = []
        if order := node.args.get("order"):
            parts.append(self.order(order))
        for key in ("limit", "offset"):
            if clause := node.args.get(key):
                only(clause, "expression", "this", "offset")
                parts.append(f"{key.upper()} {self._count(clause.expression, key)}")
        return " ".join(parts)

    def _count(self, node: exp.Expr, clause: str) -> str:
        text = self(node)
        if text == "NULL" and node.name.startswith(PARAMETER):
            return "0"  # during PREPARE no value is bound yet
        if not text.strip("'").isdigit():
            raise errors.analysis(f"{clause.upper()} takes a whole number, found {text}")
        return text.strip("'")

    def _join(self, node: exp.Expr) -> str:
        only(node, "this", "side", "kind", "on", "using")
        side, kind = (node.args.get("side") or "").upper(), (node.args.get("kind") or "").upper()
        relation = self.relation(node.this)
        on, using = node.args.get("on"), node.args.get("using")
        if not side and not kind and not on and not using:
            return f", {relation}"
        if kind in {"SEMI", "ANTI"}:
            if side != "LEFT":
                raise errors.unsupported(f"{side} {kind} JOIN")
            words = f"{kind} JOIN"
        elif kind in {"", "INNER", "OUTER", "CROSS"}:
            words = f"{side} {kind} JOIN".strip()
        else:
            raise errors.unsupported(f"{kind} JOIN")
        condition = f" ON {truth(self, on)}" if on else ""
        if using:
            condition = f" USING ({', '.join(quote(name.name) for name in using)})"
        if not condition and kind != "CROSS":
            if side or kind in {"SEMI", "ANTI"}:
                raise errors.syntax(f"{words} takes ON or USING")
            words = "CROSS JOIN"
        return f" {words} {relation}{condition}"

    def _alias(self, node: exp.Expr, default: str = "") -> str:
        alias = node.args.get("alias")
        if not alias:
            return f" AS {quote(default)}" if default else ""
        columns = alias.args.get("columns") or []
        names = f" ({', '.join(quote(column.name) for column in columns)})" if columns else ""
        return f" AS {quote(written_name(alias.name) or default)}{names}"

    def relation(self, node: exp.Expr) -> str:
        """A table, view, subquery, VALUES or generate_series in FROM."""
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias")
            if not node.alias:
                raise SqlError(1248, "Every derived table must have its own alias", "42000")
            text = f"({self.query(node.this)}){self._alias(node)}"
            self._derived(node, self.columns_of(node.this))
            return text
        if isinstance(node, exp.Values):
            text = f"({self.query(node)}){self._alias(node)}"
            self._derived(node, self.columns_of(node))
            return text
        if isinstance(node, exp.Unnest):
            return self._unnest(node)
        if isinstance(node, exp.TableFromRows):
            only(node, "this", "alias")
            return self._series(node)
        if not isinstance(node, exp.Table):
            raise errors.unsupported(f"{node.key.upper()} in FROM")
        only(node, "this", "db", "catalog", "alias", "partition", "joins")
        if isinstance(node.this, exp.Table | exp.Subquery):
            raise errors.unsupported("joins in parentheses")
        text = self._table(node)
        return text + "".join(self._join(join) for join in node.args.get("joins") or [])

    def _derived(self, node: exp.Expr, columns: Columns) -> None:
        alias = node.args.get("alias")
        self._once(node.alias, node.alias)
        self._in_from(node.alias, _renamed(columns, (alias.args.get("columns") or []) if alias else []))

    def _unnest(self, node: exp.Unnest) -> str:
        """`unnest(array) [AS] alias (column)`: one row per element of the array."""
        only(node, "expressions", "alias")
        if len(node.expressions) != 1:
            raise errors.unsupported("unnest of several arrays")
        alias = node.args.get("alias")
        columns = (alias.args.get("columns") or []) if alias else []
        table = written_name(alias.name) if alias and alias.name else "unnest"
        name = columns[0].name if columns else "unnest"
        kind = self.kind(node.expressions[0])
        text = self(node.expressions[0])
        self._in_from(table, ((name, kind.element if kind else None),))
        return f"LATERAL (SELECT unnest({text}) AS {quote(name)}) AS {quote(table)}"

    def _series(self, node: exp.Expr) -> str:
        call = node.this
        if written_name(str(call.this)).lower() != "generate_series" or len(call.expressions) not in {2, 3}:
            raise errors.unsupported("a table function other than generate_series(start, stop[, step])")
        if len(call.expressions) == 3 and self(call.expressions[2]).strip("()- ") == "0":
            raise errors.analysis("table function generate_series's third parameter step should not be 0")
        alias = node.args.get("alias")
        columns = (alias.args.get("columns") or []) if alias else []
        name = columns[0].name if columns else "generate_series"
        table = written_name(alias.name) if alias else "generate_series"
        self._in_from(table, ((name, BIGINT),))
        return (
            f"(SELECT unnest(generate_series({', '.join(self.all(call.expressions))})) AS {quote(name)}) "
            f"AS {quote(table)}"
        )

    def _table(self, node: exp.Table) -> str:
        if not isinstance(node.this, exp.Identifier):
            raise errors.unsupported("a table function without TABLE(…)")
        name = written_name(node.name)
        database = node.args["db"].name if node.args.get("db") else None
        shown = written_name(node.alias) or name
        if database is None:
            for names in reversed(self._ctes):
                if name.lower() in names:
                    self._in_from(shown, names[name.lower()])
                    return quote(name) + self._alias(node)
        catalog = node.args.get("catalog")
        if catalog and catalog.name != "default_catalog":
            raise SqlError(5078, f"Unknown catalog '{catalog.name}'", "42000")
        database = self.scope.catalog.database(database or self.scope.database)
        if database == "information_schema":
            self._in_from(shown, None)
            return f"({self.scope.system_table(name)}){self._alias(node, name)}"
        table = self.scope.catalog.table(database, name.removeprefix(SYNC))
        if name.startswith(SYNC) != (table.base is not None):
            raise errors.unknown_table(f"{database}.{name.removeprefix(SYNC)}")
        shown = shown.removeprefix(SYNC)
        self._once(written_name(node.alias) or table.full_name, shown)
        self.scope.allowed(table)
        self.tables.append(table)
        self._in_from(shown, _columns(table))
        text = self.rows(table, node.args.get("partition"))
        if id(node) in self._restrictions:
            text = f"(SELECT * FROM {text} WHERE {self._restrictions[id(node)][1]})"
        return text + self._alias(node, name.removeprefix(SYNC))

    def rows(self, table: Table, partition: exp.Expr | None = None) -> str:
        """The relation that holds a table's rows, or a view's query."""
        if table.kind == "view" or table.base is not None:
            if partition:
                raise errors.analysis(f"PARTITION of the view {table.name}")
            if self.depth > 16:
                raise errors.analysis(f"Views are nested too deeply at {table.full_name}")
            inner = Queries(
                Scope(
                    self.scope.catalog, table.query_database, lambda _: None, self.scope.system_table,
                    constants=self.scope.constants, variables=self.scope.variables, substitutes=self.scope.substitutes,
                ),
                self.depth + 1,
            )  # fmt: skip
            text = inner.query(parse(table.query)[0])
            self.tables.extend(inner.tables)
            names = ", ".join(quote(column.name) for column in table.columns)
            return f"(SELECT * FROM ({text}) AS view_rows ({names}))"
        source = self.scope.substitutes.get(table.id, table.stored)
        if partition is None:
            return source
        only(partition, "expressions", "subpartition")
        filters = [partition_filter(table, part.name) for part in partition.expressions]
        return f"(SELECT * FROM {source} WHERE {' OR '.join(filters)})"


def _columns(table: Table) -> Columns:
    return tuple((column.name, column.type) for column in table.columns)


def _renamed(columns: Columns, names: Sequence[exp.Expr]) -> Columns:
    if len(names) > len(columns):
        return columns
    return (*((new.name, old[1]) for new, old in zip(names, columns, strict=False)), *columns[len(names) :])


def _expanded(condition: exp.Expr, select: exp.Select) -> exp.Expr:
    """A condition with the aliases of result columns replaced by their expressions."""
    meanings = {node.alias.lower(): node.this for node in select.expressions if isinstance(node, exp.Alias)}

    def expand(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.args.get("table") and node.name.lower() in meanings:
            return exp.Paren(this=meanings[node.name.lower()].copy())
        return node

    return condition.copy().transform(expand)
