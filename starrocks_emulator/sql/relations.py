"""Relations in FROM: tables, views, subqueries and joins, with the privileges to read them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.catalog import Catalog
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.correlated import check_exists
from starrocks_emulator.sql.joins import check_on, join_words, using_condition
from starrocks_emulator.sql.kinds import BIGINT, Kind
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.names import Clause, Columns, Field, Level, Relation, Result, fields, resolve
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import truth
from starrocks_emulator.sql.parse import PARAMETER, SYNC, parse, shown, written_name
from starrocks_emulator.sql.partitions import partition_filter
from starrocks_emulator.sql.pruning import time_columns
from starrocks_emulator.sql.render import Expressions
from starrocks_emulator.sql.unordered import refuse_joined


@dataclass
class Scope:
    """The names, privileges, parameters and variables that a query may use."""

    catalog: Catalog
    database: str | None
    allowed: Callable[[Table], None]
    system_table: Callable[[str], str]
    parameters: Sequence[Value] = ()
    constants: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    system_columns: Callable[[str], Columns] = lambda _: ()
    """Columns of a table of information_schema."""
    substitutes: Mapping[int, str] = field(default_factory=dict)
    """Relations that replace the rows of a table, by the table's id."""


class Relations(Expressions):
    """Renders the relations in FROM and resolves the names of their columns.

    `tables` collects the tables that are read."""

    def __init__(self, scope: Scope, depth: int = 0) -> None:
        """`depth`: number of views around this query."""
        super().__init__(scope.parameters, scope.constants, scope.variables)
        self.scope = scope
        self.depth = depth
        self.tables: list[Table] = []
        self._ctes: list[dict[str, tuple[str, Columns]]] = []
        """For each WITH clause around the current query, the name in DuckDB's text and the columns of each query."""
        self._levels: list[Level] = []
        self._joined_from = 0
        """Place in the innermost query of the first relation after the last comma."""
        self._restrictions: dict[int, tuple[exp.Table, str]] = {}
        self._outputs: dict[int, tuple[exp.Expr, Columns, Sequence[str]]] = {}

    def column(self, node: exp.Expr) -> str:
        """See `Expressions.column`: a column of a relation in FROM, innermost query first, or a result column.

        Raises:
            SqlError: 1064 for a name of no column or of several ones.
        """
        if not self._levels:
            return super().column(node)
        found = resolve(self._levels, node)
        if isinstance(found, Field):
            name = quote(found.name)
            return f"{quote(found.relation.shown)}.{name}" if found.relation.shown else name
        level = self._levels[-1]
        if level.clause in {Clause.SELECT, Clause.FILTER} or not self._takes_alias(node, found):
            with self._within(found):
                return f"({self(found.node)})"
        return quote(found.name)

    def _takes_alias(self, node: exp.Expr, found: Result) -> bool:
        """Whether DuckDB finds the result column by its name too."""
        level = self._levels[-1]
        if level.clause is Clause.ORDER and node.args.get("table"):
            return False
        if node.parent is None or isinstance(node.parent, _LISTS):
            return not (node.find_ancestor(exp.Group) and is_group_key(found.node))
        if level.clause is Clause.OUTPUT:
            return node.find_ancestor(exp.Group) is None
        return not node.find_ancestor(exp.Window) and not fields(level.relations, exp.column(found.name))

    @contextmanager
    def _within(self, result: Result) -> Iterator[None]:
        """Names are those of the expression of a result column within the block."""
        with self._in(Clause.SELECT) as level:
            level.resolving.append(result.name.lower())
            try:
                yield
            finally:
                level.resolving.pop()

    @contextmanager
    def _in(self, clause: Clause) -> Iterator[Level]:
        """Names belong to a clause of the innermost query within the block."""
        level = self._levels[-1]
        before, level.clause = level.clause, clause
        try:
            yield level
        finally:
            level.clause = before

    @contextmanager
    def _level(self, level: Level) -> Iterator[Level]:
        """Names belong to another query within the block."""
        self._levels.append(level)
        try:
            yield level
        finally:
            self._levels.pop()

    @contextmanager
    def _only_relations(self, relations: list[Relation]) -> Iterator[None]:
        """Names of the innermost query mean columns of `relations` only within the block."""
        level = self._levels[-1]
        before, level.relations = level.relations, relations
        try:
            yield
        finally:
            level.relations = before

    def column_kind(self, node: exp.Expr) -> Kind:
        """See `Expressions.column_kind` and `column`."""
        if node.name.startswith(PARAMETER) or isinstance(node.this, exp.Star) or not self._levels:
            return super().column_kind(node)
        found = resolve(self._levels, node)
        if isinstance(found, Field):
            return found.kind
        with self._within(found):
            return self.kind(found.node)

    def query_kind(self, node: exp.Expr) -> Kind:
        """See `Expressions.query_kind`."""
        columns = self.columns_of(node)
        return columns[0][1] if len(columns) == 1 else None

    def columns_of(self, node: exp.Expr) -> Columns:
        """Names and types of the result columns of a query."""
        return self._output(node)[1]

    def tables_of(self, node: exp.Expr) -> Sequence[str]:
        """The table that each result column of a query belongs to; empty if there is none."""
        return self._output(node)[2]

    def _output(self, node: exp.Expr) -> tuple[exp.Expr, Columns, Sequence[str]]:
        inner = node.this if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Table) else node
        if id(inner) not in self._outputs:
            self.query(inner)
        return self._outputs.get(id(inner), (inner, (), ()))

    def _answers(self, node: exp.Expr, columns: Columns, tables: Sequence[str] = ()) -> None:
        self._outputs[id(node)] = (node, columns, tables or [""] * len(columns))

    def _in_from(self, alias: str, columns: Columns, database: str = "") -> str:
        """Add a relation to FROM; return its name in DuckDB's text, which is unique there."""
        level = self._levels[-1]
        shown, number = alias, 1
        while shown.lower() in level.shown:
            number += 1
            shown = f"{alias}#{number}"
        level.shown.add(shown.lower())
        level.relations.append(Relation(alias, columns, database, shown))
        return shown

    def _once(self, alias: str, database: str = "") -> None:
        """Refuse an alias, or a table without one, that is in the same FROM already."""
        key, used = f"{database}.{alias}", self._levels[-1].keys
        if key in used:
            raise errors.not_unique(alias)
        used.add(key)

    def exists(self, node: exp.Expr) -> str:
        """EXISTS; the inner table is restricted to the times of the outer table (see `pruning`)."""
        inner = node.this.this if isinstance(node.this, exp.Subquery) else node.this
        check_exists(inner)
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
        if not isinstance(node.this, exp.Identifier) or any(name in names for names in self._ctes):
            return None
        table = self.scope.catalog.find(database, name) if database else None
        return table if table and table.kind == "table" else None

    def _join(self, node: exp.Expr) -> str:
        only(node, "this", "side", "kind", "on", "using")
        side, kind = (node.args.get("side") or "").upper(), (node.args.get("kind") or "").upper()
        on, using = node.args.get("on"), node.args.get("using")
        level = self._levels[-1]
        place = len(level.relations)
        if not side and not kind and not on and not using:
            self._joined_from = place
            return f", {self.relation(node.this)}"
        relation = self.relation(node.this)
        if isinstance(node.this, exp.Unnest) and side:
            if side != "LEFT":
                raise errors.analysis("unnest support inner join, cross join and left join on true")
            if not isinstance(on, exp.Boolean) or not on.this:
                raise errors.analysis("left join unnest only support on true")
        words = join_words(side, kind, conditioned=bool(on or using))
        joined = level.relations[self._joined_from :]
        if using:
            on = using_condition(using, level.relations[self._joined_from : place], level.relations[place:])
        elif on:
            check_on(on, level.relations[: self._joined_from], joined)
        condition = ""
        if on:
            with self._only_relations(joined):
                refuse_joined(self, on)
                condition = f" ON {truth(self, on)}"
        if kind in {"SEMI", "ANTI"}:
            del level.relations[place:]
        if not condition and kind != "CROSS":
            if side or kind in {"SEMI", "ANTI"}:
                raise errors.syntax(f"{words} takes ON or USING")
            words = "CROSS JOIN"
        return f" {words} {relation}{condition}"

    @staticmethod
    def _alias(node: exp.Expr, shown: str) -> str:
        """AS with the name of a relation in DuckDB's text and the names of its columns."""
        alias = node.args.get("alias")
        columns = alias.args.get("columns") or [] if alias else []
        names = f" ({', '.join(quote(column.name) for column in columns)})" if columns else ""
        return f" AS {quote(shown)}{names}"

    def relation(self, node: exp.Expr) -> str:
        """A table, view, subquery, VALUES or generate_series in FROM."""
        if isinstance(node, exp.Subquery) and not node.alias and _is_relation(node.this):
            only(node, "this", "joins")
            return self._in_parentheses(node.this) + self._joins(node)
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias", "joins")
            if not node.alias:
                raise SqlError(1248, "Every derived table must have its own alias", "42000")
            return self._derived(node, node.this) + self._joins(node)
        if isinstance(node, exp.Values):
            return self._derived(node, node)
        if isinstance(node, exp.Unnest):
            return self._unnest(node)
        if isinstance(node, exp.TableFromRows):
            only(node, "this", "alias")
            return self._series(node)
        if not isinstance(node, exp.Table):
            raise errors.unsupported(f"{shown(node)} in FROM")
        only(node, "this", "db", "catalog", "alias", "partition", "joins")
        return self._table(node) + self._joins(node)

    def _joins(self, node: exp.Expr) -> str:
        return "".join(self._join(join) for join in node.args.get("joins") or [])

    def _in_parentheses(self, node: exp.Expr) -> str:
        joins = node.args.get("joins") or []
        if not all(join.args.get("kind") or join.args.get("side") for join in joins):
            raise errors.unsupported("a comma within parentheses in FROM; write CROSS JOIN")
        outer, self._joined_from = self._joined_from, len(self._levels[-1].relations)
        text = self.relation(node)
        self._joined_from = outer
        return f"({text})" if joins else text

    def _derived(self, node: exp.Expr, query: exp.Expr) -> str:
        """A query in FROM, which reads no other relation of the FROM."""
        with self._only_relations([]):
            text = self.query(query)
        alias = node.args.get("alias")
        name = written_name(node.alias)
        names = (alias.args.get("columns") or []) if alias else []
        columns = self.columns_of(query)
        if names and len(names) != len(columns):
            raise errors.analysis(
                "In definition of view, derived table or common table expression, SELECT list and column names list "
                "have different column counts"
            )
        if name:
            self._once(name)
        return f"({text}){self._alias(node, self._in_from(name or 'list', renamed(columns, names)))}"

    def _unnest(self, node: exp.Unnest) -> str:
        """`unnest(array) [AS] alias (column)`: one row per element of the array."""
        only(node, "expressions", "alias")
        if len(node.expressions) != 1:
            raise errors.unsupported("unnest of several arrays")
        alias = node.args.get("alias")
        columns = (alias.args.get("columns") or []) if alias else []
        table = written_name(alias.name) if alias and alias.name else "unnest"
        if len(columns) > 1:
            raise errors.analysis(f"table {table} has 1 columns available but {len(columns)} columns specified")
        name = columns[0].name if columns else "unnest"
        kind = self.kind(node.expressions[0])
        text = self(node.expressions[0])
        shown = self._in_from(table, ((name, kind.element if kind else None),))
        return f"LATERAL (SELECT unnest({text}) AS {quote(name)}) AS {quote(shown)}"

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
        values = ", ".join(self.all(call.expressions))
        shown = self._in_from(table, ((name, BIGINT),))
        return f"(SELECT unnest(generate_series({values})) AS {quote(name)}) AS {quote(shown)}"

    def _table(self, node: exp.Table) -> str:
        if not isinstance(node.this, exp.Identifier):
            raise errors.unsupported("a table function without TABLE(…)")
        name = written_name(node.name)
        database = node.args["db"].name if node.args.get("db") else None
        alias = written_name(node.alias) or name
        if database is None:
            for names in reversed(self._ctes):
                if name in names:
                    rendered, columns = names[name]
                    return quote(rendered) + self._alias(node, self._in_from(alias, columns))
        catalog = node.args.get("catalog")
        if catalog and catalog.name != "default_catalog":
            raise SqlError(5078, f"Unknown catalog '{catalog.name}'", "42000")
        database = self.scope.catalog.database(database or self.scope.database)
        alias = alias.removeprefix(SYNC)
        if database == "information_schema":
            text = f"({self.scope.system_table(name)})"
            # Names of columns may repeat the database as it is written here.
            written = node.args["db"].name if node.args.get("db") else database
            return text + self._alias(node, self._in_from(alias, self.scope.system_columns(name), written))
        table = self.scope.catalog.table(database, name.removeprefix(SYNC))
        if name.startswith(SYNC) != (table.base is not None):
            raise errors.unknown_table(f"{database}.{name.removeprefix(SYNC)}")
        self._once(alias, database)
        self.scope.allowed(table)
        self.tables.append(table)
        text = self.rows(table, node.args.get("partition"))
        if id(node) in self._restrictions:
            text = f"(SELECT * FROM {text} WHERE {self._restrictions[id(node)][1]})"
        return text + self._alias(node, self._in_from(alias, columns_of_table(table), database))

    def rows(self, table: Table, partition: exp.Expr | None = None) -> str:
        """The relation that holds a table's rows, or a view's query."""
        if table.kind == "view" or table.base is not None:
            if partition:
                raise errors.analysis(f"PARTITION of the view {table.name}")
            if self.depth > 16:
                raise errors.analysis(f"Views are nested too deeply at {table.full_name}")
            inner = type(self)(
                Scope(
                    self.scope.catalog, table.query_database, lambda _: None, self.scope.system_table,
                    constants=self.scope.constants, variables=self.scope.variables,
                    system_columns=self.scope.system_columns, substitutes=self.scope.substitutes,
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


_LISTS = (exp.Ordered, exp.Order, exp.Group, exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple)
"""Nodes whose parts are keys of GROUP BY or ORDER BY."""


def is_group_key(node: exp.Expr) -> bool:
    """Whether DuckDB accepts the expression of a result column as a key of GROUP BY.

    DuckDB reads a number there as a position, and does not recognize a subquery in other clauses as the key.
    """
    columns = [each for each in node.find_all(exp.Column) if not each.name.startswith(PARAMETER)]
    return bool(columns) and node.find(exp.Query) is None


def columns_of_table(table: Table) -> Columns:
    """Names and types of a table's columns."""
    return tuple((column.name, column.type) for column in table.columns)


def renamed(columns: Columns, names: Sequence[exp.Expr]) -> Columns:
    """Columns with new names for the first ones."""
    return (*((new.name, old[1]) for new, old in zip(names, columns, strict=False)), *columns[len(names) :])


def _is_relation(node: exp.Expr) -> bool:
    """Whether a node in parentheses is a relation of FROM, and not a query."""
    if isinstance(node, exp.Subquery):
        return bool(node.alias or node.args.get("joins")) or _is_relation(node.this)
    return isinstance(node, exp.Table)
