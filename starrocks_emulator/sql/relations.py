"""Relations in FROM: tables, views, subqueries and joins, with the privileges to read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.catalog import Catalog
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.correlated import check_exists
from starrocks_emulator.sql.joins import Columns, check_on, join_words, using_condition
from starrocks_emulator.sql.kinds import BIGINT, Kind
from starrocks_emulator.sql.literals import quote
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
        self._ctes: list[dict[str, Columns]] = []
        self._frames: list[list[tuple[str, Columns | None]]] = []
        self._used: list[set[str]] = []
        self._joined_from = 0
        """Place in the innermost frame of the first relation after the last comma."""
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
                return None  # a relation with unknown columns may have the column
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
        if not isinstance(node.this, exp.Identifier) or any(name.lower() in names for names in self._ctes):
            return None
        table = self.scope.catalog.find(database, name) if database else None
        return table if table and table.kind == "table" else None

    def names_database(self, node: exp.Column) -> None:
        """Check that the database in `database.table.column` exists."""
        self.scope.catalog.database(node.args["db"].name)

    def _join(self, node: exp.Expr) -> str:
        only(node, "this", "side", "kind", "on", "using")
        side, kind = (node.args.get("side") or "").upper(), (node.args.get("kind") or "").upper()
        on, using = node.args.get("on"), node.args.get("using")
        place = len(self._frames[-1])
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
        if using:
            on = using_condition(using, self._frames[-1], self._joined_from, place)
        elif on:
            check_on(on, self._frames[-1], self._joined_from)
            refuse_joined(self, on)
        condition = f" ON {truth(self, on)}" if on else ""
        if kind in {"SEMI", "ANTI"}:
            del self._frames[-1][place:]
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
        if isinstance(node, exp.Subquery) and not node.alias and _is_relation(node.this):
            only(node, "this", "joins")
            return self._in_parentheses(node.this) + self._joins(node)
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias", "joins")
            if not node.alias:
                raise SqlError(1248, "Every derived table must have its own alias", "42000")
            text = f"({self.query(node.this)}){self._alias(node)}"
            self._derived(node, self.columns_of(node.this))
            return text + self._joins(node)
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
            raise errors.unsupported(f"{shown(node)} in FROM")
        only(node, "this", "db", "catalog", "alias", "partition", "joins")
        return self._table(node) + self._joins(node)

    def _joins(self, node: exp.Expr) -> str:
        return "".join(self._join(join) for join in node.args.get("joins") or [])

    def _in_parentheses(self, node: exp.Expr) -> str:
        joins = node.args.get("joins") or []
        if not all(join.args.get("kind") or join.args.get("side") for join in joins):
            raise errors.unsupported("a comma within parentheses in FROM; write CROSS JOIN")
        outer, self._joined_from = self._joined_from, len(self._frames[-1])
        text = self.relation(node)
        self._joined_from = outer
        return f"({text})" if joins else text

    def _derived(self, node: exp.Expr, columns: Columns) -> None:
        alias = node.args.get("alias")
        self._once(node.alias, node.alias)
        self._in_from(node.alias, renamed(columns, (alias.args.get("columns") or []) if alias else []))

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
            self._in_from(shown, self.scope.system_columns(name) or None)
            return f"({self.scope.system_table(name)}){self._alias(node, name)}"
        table = self.scope.catalog.table(database, name.removeprefix(SYNC))
        if name.startswith(SYNC) != (table.base is not None):
            raise errors.unknown_table(f"{database}.{name.removeprefix(SYNC)}")
        shown = shown.removeprefix(SYNC)
        self._once(written_name(node.alias) or table.full_name, shown)
        self.scope.allowed(table)
        self.tables.append(table)
        self._in_from(shown, columns_of_table(table))
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


def columns_of_table(table: Table) -> Columns:
    """Names and types of a table's columns."""
    return tuple((column.name, column.type) for column in table.columns)


def renamed(columns: Columns, names: Sequence[exp.Expr]) -> Columns:
    """Columns with new names for the first ones."""
    if len(names) > len(columns):
        return columns
    return (*((new.name, old[1]) for new, old in zip(names, columns, strict=False)), *columns[len(names) :])


def _is_relation(node: exp.Expr) -> bool:
    """Whether a node in parentheses is a relation of FROM, and not a query."""
    if isinstance(node, exp.Subquery):
        return bool(node.alias or node.args.get("joins")) or _is_relation(node.this)
    return isinstance(node, exp.Table)
