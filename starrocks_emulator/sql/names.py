"""Resolves the names of columns (StarRocks: `Scope`, `SelectAnalyzer` and `QueryAnalyzer.RewriteAliasVisitor`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.results import SqlError
from starrocks_emulator.sql.kinds import Kind
from starrocks_emulator.sql.parse import PARAMETER, label, written_name

Columns = Sequence[tuple[str, Kind]]
"""Names and types of a relation's columns."""


class Relation(NamedTuple):
    """A relation of FROM.

    Attributes:
        alias: its name in the query.
        columns: its columns.
        database: the database of a table; empty for other relations, which no name with a database finds.
        shown: its name in DuckDB's text; empty for the result of a set operation.
    """

    alias: str
    columns: Columns
    database: str
    shown: str


class Field(NamedTuple):
    """A column of a relation, by its place."""

    relation: Relation
    place: int

    @property
    def name(self) -> str:
        """The column's name."""
        return self.relation.columns[self.place][0]

    @property
    def kind(self) -> Kind:
        """The column's type."""
        return self.relation.columns[self.place][1]


class Result(NamedTuple):
    """A result column of a SELECT.

    Attributes:
        name: its label.
        table: the written table of a plain column.
        node: its expression.
        field: the column of FROM for which `*` stands.
        aliased: whether it has an alias.
    """

    name: str
    table: str
    node: exp.Expr
    field: Field | None = None
    aliased: bool = False

    @property
    def is_ordering(self) -> bool:
        """Whether ORDER BY without DISTINCT finds it by its name."""
        return self.field is None and (self.aliased or isinstance(self.node, exp.Column))


class Clause(Enum):
    """What the names in a clause may be, besides columns of FROM."""

    SOURCE = "FROM, WHERE: nothing else"
    SELECT = "the select list: aliases of other result columns, after columns of FROM"
    OUTPUT = "GROUP BY, HAVING, QUALIFY: result columns, after columns of FROM"
    FILTER = "HAVING without groups: as OUTPUT, rendered as WHERE"
    ORDER = "ORDER BY: result columns, before columns of FROM"


@dataclass
class Level:
    """One SELECT while it is rendered.

    Attributes:
        relations: the relations of FROM that a name may mean.
        clause: the clause that is being rendered.
        results: the result columns.
        distinct: whether it is a SELECT DISTINCT.
        keys: the written names of the relations, which must be unique.
        shown: the names in DuckDB's text.
        resolving: aliases of the select list whose meanings are being rendered, outermost first.
        closed: whether names of an outer query are unknown.
    """

    relations: list[Relation] = field(default_factory=list)
    clause: Clause = Clause.SOURCE
    results: Sequence[Result] = ()
    distinct: bool = False
    keys: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    resolving: list[str] = field(default_factory=list)
    closed: bool = False


def written_column(node: exp.Expr) -> str:
    """A column's name in StarRocks' messages."""
    parts = [part.name for key in ("db", "table") if (part := node.args.get(key))]
    return ".".join(f"`{written_name(part)}`" for part in (*parts, node.name)) if parts else written_name(node.name)


def unresolved(node: exp.Expr) -> SqlError:
    """The error for a name that is no column."""
    return errors.analysis(f"Column '{written_column(node)}' cannot be resolved")


def ambiguous(node: exp.Expr) -> SqlError:
    """The error for a name of several columns."""
    return errors.analysis(f"Column '{written_name(node.name)}' is ambiguous")


def named(relations: Iterable[Relation], node: exp.Expr) -> list[Relation]:
    """The relations that `table.…` or `database.table.…` may mean; all of them without a table.

    Names of relations are case-sensitive, and names of columns are not (StarRocks: `Field.canResolve`).
    """
    table, database = node.args.get("table"), node.args.get("db")
    return [
        relation
        for relation in relations
        if (table is None or relation.alias == written_name(table.name))
        and (database is None or relation.database == database.name)
    ]


def fields(relations: Iterable[Relation], node: exp.Expr) -> list[Field]:
    """The columns of relations that a name may mean."""
    name = node.name.lower()
    return [
        Field(relation, place)
        for relation in named(relations, node)
        for place, (column, _) in enumerate(relation.columns)
        if column.lower() == name
    ]


def source(levels: Sequence[Level], node: exp.Expr) -> Field | None:
    """The column of FROM that a name means. The innermost query is searched first.

    Raises:
        SqlError: 1064 if the name matches several columns of one query.
    """
    for level in reversed(levels):
        found = fields(level.relations, node)
        if len(found) > 1:
            raise ambiguous(node)
        if found:
            return found[0]
        if level.closed:
            return None
    return None


def resolve(levels: Sequence[Level], node: exp.Expr) -> Field | Result:
    """The column that a name means in the current clause of the innermost query.

    Raises:
        SqlError: 1064 for a name of no column or of several ones.
    """
    level = levels[-1]
    if level.clause is Clause.ORDER and not _is_aggregated(node) and (found := _ordering(levels, node)):
        return found
    if _prefers_results(level) and (found := _output(level, node)):
        return found
    if column := source(levels, node):
        return column
    result = _alias(level, node) if level.clause is Clause.SELECT else _output(level, node)
    if result is None:
        raise unresolved(node)
    return result


def _prefers_results(level: Level) -> bool:
    """Whether GROUP BY and HAVING look for result columns before columns of FROM.

    StarRocks does so for queries on information_schema.tables, because Tableau and Connector/J use an alias that is
    also a column there (`QueryAnalyzer.isInformationSchemaTables`).
    """
    if level.clause not in {Clause.OUTPUT, Clause.FILTER}:
        return False
    return any(
        relation.database.lower() == "information_schema"
        and {"TABLE_TYPE", "TABLE_ROWS"} <= {name.upper() for name, _ in relation.columns}
        for relation in level.relations
    )


def _matching(results: Iterable[Result], node: exp.Expr) -> list[Result]:
    table, name = node.args.get("table"), node.name.lower()
    if node.args.get("db"):
        return []
    return [
        result
        for result in results
        if result.name.lower() == name and (table is None or written_name(result.table) == written_name(table.name))
    ]


def _ordering(levels: Sequence[Level], node: exp.Expr) -> Result | None:
    """The result column that a name in ORDER BY means; the same expression may be there several times."""
    level = levels[-1]
    found = _matching((result for result in level.results if level.distinct or result.is_ordering), node)
    if len(found) > 1:
        meanings = {meaning(levels, result) for result in found}
        if len(meanings) > 1:
            raise ambiguous(node)
    return found[0] if found else None


def _as_selected(levels: Sequence[Level], node: exp.Expr) -> Field | Result:
    """The column that a name in the select list means."""
    level = levels[-1]
    before, level.clause = level.clause, Clause.SELECT
    try:
        return resolve(levels, node)
    finally:
        level.clause = before


def _output(level: Level, node: exp.Expr) -> Result | None:
    if level.clause is Clause.SOURCE or level.clause is Clause.ORDER:
        return None
    found = _matching(level.results, node)
    if len(found) > 1:
        raise ambiguous(node)
    return found[0] if found else None


def _alias(level: Level, node: exp.Expr) -> Result | None:
    """Another result column that a name in the select list means."""
    name = node.name.lower()
    found = [result for result in level.results if result.aliased and result.name.lower() == name]
    if node.args.get("table") or not found or (level.resolving and level.resolving[-1] == name):
        return None
    if _is_part_of_window(node):
        return None  # StarRocks replaces aliases only within the expressions of a window function
    if len(found) > 1:
        raise errors.analysis(f"Column {name} is ambiguous")
    if name in level.resolving:
        raise errors.analysis(f"Cyclic aliases: {name}")
    return found[0]


def _is_part_of_window(node: exp.Expr) -> bool:
    place = node.parent
    while isinstance(place, exp.Paren | exp.Ordered | exp.Order | exp.IgnoreNulls):
        place = place.parent
    if isinstance(place, exp.Anonymous):
        place = place.parent
        return isinstance(place, exp.Window)
    return isinstance(place, exp.Window)


GROUPINGS = {"GROUPING", "GROUPING_ID"}
"""Functions of GROUPING SETS, ROLLUP and CUBE."""


def is_aggregate(node: exp.Expr) -> bool:
    """Whether an expression is a call of an aggregate function without OVER."""
    if isinstance(node, exp.GroupConcat):
        return True
    if not isinstance(node, exp.Anonymous):
        return False
    name = written_name(str(node.this)).upper()
    function = FUNCTIONS.get(name)
    if function is None or function.kind != "aggregate" or name in GROUPINGS:
        return False
    call = node.parent if isinstance(node.parent, exp.IgnoreNulls) else node
    return not (isinstance(call.parent, exp.Window) and call.parent.this is call)


def _is_aggregated(node: exp.Expr) -> bool:
    place = node.parent
    while place is not None and not isinstance(place, exp.Query):
        if is_aggregate(place):
            return True
        place = place.parent
    return False


Canonical = tuple[object, ...]
"""A value that equal expressions have in common."""


def _of_field(field: Field) -> Canonical:
    return ("column", field.relation.shown, field.place)


def meaning(levels: Sequence[Level], result: Result) -> Canonical:
    """The expression of a result column, for comparisons."""
    return _of_field(result.field) if result.field else canonical(levels, result.node, selected=True)


def canonical(levels: Sequence[Level], node: exp.Expr, selected: bool = False) -> Canonical:
    """An expression with the columns that its names mean, for comparisons.

    `selected`: whether it is in the select list, and not in the current clause."""
    node = node.unnest()
    if isinstance(node, exp.Query):
        return ("query", node.sql())  # its names mean columns of its own FROM
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star) and not node.name.startswith(PARAMETER):
        found = _as_selected(levels, node) if selected else resolve(levels, node)
        return _of_field(found) if isinstance(found, Field) else meaning(levels, found)
    parts: list[object] = [type(node).__name__]
    for key in sorted(node.args):
        value = node.args[key]
        if not value and value != 0:
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, exp.Expr):
                parts.append((key, canonical(levels, one, selected)))
            else:
                text = str(one)
                parts.append((key, text.lower() if isinstance(node, exp.Anonymous) else text))
    return tuple(parts)


def results_of(node: exp.Select, relations: Sequence[Relation]) -> list[Result]:
    """The result columns of a SELECT from `relations`.

    Raises:
        SqlError: 1064 for `t.*` of an unknown table.
    """
    found: list[Result] = []
    for column in node.expressions:
        inner = column.this if isinstance(column, exp.Column) else column
        if isinstance(inner, exp.Star):
            for relation in starred(column, relations):
                for place, (name, _) in enumerate(relation.columns):
                    node_of = exp.column(name, relation.alias, relation.database or None)
                    found.append(Result(name, relation.alias, node_of, Field(relation, place)))
        elif isinstance(column, exp.Alias):
            plain = column.this
            table = plain.table if isinstance(plain, exp.Column) else ""
            found.append(Result(written_name(column.alias), table, plain, aliased=True))
        else:
            table = column.table if isinstance(column, exp.Column) else ""
            found.append(Result(label(column) or "expr", table, column))
    return found


def starred(node: exp.Expr, relations: Sequence[Relation]) -> list[Relation]:
    """The relations whose columns `*` or `table.*` stands for."""
    if isinstance(node, exp.Star):
        return list(relations)
    found = named(relations, node)
    if not found:
        names = [part.name for key in ("db", "table") if (part := node.args.get(key))]
        raise errors.analysis(f"Unknown table '{'.'.join(names)}'")
    return found
