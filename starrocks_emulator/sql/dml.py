"""INSERT, UPDATE, DELETE and TRUNCATE."""

from collections.abc import Callable, Sequence

import duckdb
from sqlglot import exp

from starrocks_emulator import errors, write
from starrocks_emulator.catalog import Catalog
from starrocks_emulator.functions.base import kind_of, overload
from starrocks_emulator.loads import LabelInUseError, Loads
from starrocks_emulator.results import Ok, SqlError
from starrocks_emulator.schema import Table, TableColumn
from starrocks_emulator.sql.insert_columns import (
    BY_NAME,
    check_count,
    label_and_names,
    listed_columns,
    names_of,
    result_column,
)
from starrocks_emulator.sql.kinds import Kind
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import as_type, check_cast, quote, text_literal
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import truth
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.partitions import partition_filter
from starrocks_emulator.sql.plain_conditions import check_plain_condition
from starrocks_emulator.sql.select import Queries
from starrocks_emulator.storage import Storage

Allowed = Callable[[Table, str], None]
"""Raises an error unless the session has the privilege on the table."""


_FRACTIONS = {"double", "float", "decimal"}


def assigned(source: str, column: TableColumn) -> str:
    """An expression converted to the type of a column; a value that does not fit is an error."""
    if column.type.name in _FRACTIONS and not ((kind := kind_of(source)) and not kind.is_string):
        macro = "float_numeral" if column.type.name == "float" else "numeral"
        converted = f"TRY_CAST({overload(macro, source)} AS {column.type.stored()})"
    else:
        check_cast(kind_of(source), column.type)
        converted = as_type(source, column.type) if not column.type.is_string else overload("text", source)
    if column.type.name == "varbinary" or (column.type.element and not kind_of(source)):
        converted = f"CAST({source} AS {column.type.stored()})"
    name = text_literal(
        f"{errors.RAISED}Insert has filtered data: a value of column '{column.name}' does not fit {column.type.brief()}"
    )
    checks = f"WHEN ({source}) IS NOT NULL AND ({converted}) IS NULL THEN error({name})"
    if column.type.is_string and column.type.arguments[0] < 1048576:
        checks += f" WHEN strlen({converted}) > {column.type.arguments[0]} THEN error({name})"
    if not column.nullable:
        missing = text_literal(f"{errors.RAISED}NULL value in non-nullable column '{column.name}'")
        checks += f" WHEN ({source}) IS NULL THEN error({missing})"
    return f"CASE {checks} ELSE {converted} END"


class Changer:
    """Runs the statements that change rows, for one session."""

    def __init__(
        self, storage: Storage, catalog: Catalog, loads: Loads, cursor: duckdb.DuckDBPyConnection, user: str
    ) -> None:
        """`cursor` is the session's."""
        self.storage, self.catalog, self.loads, self.cursor, self.user = storage, catalog, loads, cursor, user

    def insert(self, words: Words, queries: Queries, allowed: Allowed) -> Ok:
        """`INSERT INTO|OVERWRITE table [PARTITION (p)] [WITH LABEL l] [(columns)|BY NAME] query|VALUES …`."""
        words.expect("INSERT")
        overwrite = words.one_of("INTO", "OVERWRITE") == "OVERWRITE"
        database, name = words.qualified()
        table = self._target(database or queries.scope.database, name)
        allowed(table, "INSERT")
        partitions = words.names() if words.accept("PARTITION") else ()
        label, listed = label_and_names(words)
        if words.peek("PROPERTIES"):
            raise errors.unsupported("INSERT with PROPERTIES")
        if words.at_end:
            raise words.unexpected("VALUES or SELECT")
        if words.peek("VALUES"):
            found = parse(f"SELECT * FROM ({words.rest()}) AS given")[0].find(exp.Values)
            if found is None:
                raise errors.syntax("The rows of VALUES cannot be parsed")
            tree: exp.Expr = found
        else:
            tree, _ = parse(words.rest())
        if listed is BY_NAME:
            listed = names_of(tree, queries)
        columns = list(table.columns) if listed is None else listed_columns(table, listed)
        partial = table.model == "PRIMARY" and len(columns) < len(table.columns)
        defaulted = [column for column in table.columns if column not in columns]
        if partial:  # The stored row keeps its unlisted columns.
            defaulted = [column for column in defaulted if column.name in table.keys and column.default is not None]
        source = self._source(tree, queries, columns, defaulted)
        where = " OR ".join(partition_filter(table, partition) for partition in partitions)
        if partitions:
            outside = text_literal(f"{errors.RAISED}Insert has filtered data: a row is in none of the given partitions")
            source = f"SELECT * FROM ({source}) WHERE CASE WHEN {where} THEN TRUE ELSE error({outside}) END"
        names = {column.name for column in (*columns, *defaulted)}
        stage = write.Stage(
            "stage", tuple(column.name for column in table.columns if column.name in names), partial=partial
        )
        return self._write(table, stage, source, label, overwrite, where)

    def _target(self, database: str | None, name: str, verb: str = "inserted") -> Table:
        table = self.catalog.table(self.catalog.database(database), name)
        if table.kind == "mv":
            raise errors.analysis(
                f"The data of '{name}' cannot be {verb} because '{name}' is a materialized view, and the data of "
                "materialized view must be consistent with the base table"
            )
        if table.kind == "view":
            raise errors.analysis(f"The data of '{name}' cannot be {verb} because '{name}' is a view")
        return table

    def _source(
        self, tree: exp.Expr, queries: Queries, columns: Sequence[TableColumn], defaulted: Sequence[TableColumn]
    ) -> str:
        names = ", ".join(quote(f"c{index}") for index in range(len(columns)))
        if isinstance(tree, exp.Values):
            counts = [len(row.expressions) for row in tree.expressions]
            if len(set(counts)) > 1:
                raise errors.analysis("Values have unequal number of columns")
            check_count(len(columns), counts[0])
            inner = self._values(tree, queries, columns)
            kinds: Sequence[Kind] = ()
        else:
            inner = queries.query(tree)
            check_count(len(columns), len(self.cursor.sql(inner).columns))
            kinds = [kind for _, kind in queries.columns_of(tree)]
        values = ", ".join(
            f"{assigned(result_column(index, kinds), column)} AS {quote(column.name)}"
            for index, column in enumerate(columns)
        )
        for column in defaulted:
            values += f", {write.default_value(column)} AS {quote(column.name)}"
        return f"SELECT {values} FROM ({inner}) AS given ({names})"

    @staticmethod
    def _values(tree: exp.Values, queries: Queries, columns: Sequence[TableColumn]) -> str:
        """Rows of VALUES, in which all cells of a column have one DuckDB type."""
        given = [row.expressions for row in tree.expressions]
        # DuckDB would convert a string literal to the type of numbers in other rows, and round it.
        mixed = [
            column.type.is_string or len({_is_text(row[place], column) for row in given}) > 1
            for place, column in enumerate(columns)
        ]
        rows = []
        for row in given:
            cells = []
            for cell, column, as_text in zip(row, columns, mixed, strict=True):
                text = _default_of(column) if _is_default(cell) else queries(cell)
                null = isinstance(cell, exp.Null)
                if (kind := kind_of(text)) and kind.element and column.type.element:
                    cells.append(as_type(text, column.type))
                    continue
                if kind and kind.name == "json":
                    cells.append(f"CAST({text} AS VARCHAR)")  # parsed again, beside the strings of other rows
                    continue
                cells.append(overload("text", text) if as_text and not null and not _is_text(cell, column) else text)
            rows.append(f"({', '.join(cells)})")
        return "VALUES " + ", ".join(rows)

    def _write(  # noqa: PLR0917
        self, table: Table, stage: write.Stage, source: str, label: str | None, overwrite: bool, where: str
    ) -> Ok:
        try:
            load = self.loads.begin(table.database, label, "INSERT", self.user)
        except LabelInUseError as error:
            raise SqlError(1064, str(error)) from error
        load.tables = [table.name]
        try:
            self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE stage AS {source}")
            load.total = load.loaded = self._count("stage")
            write.prepare(self.cursor, table, stage)
            with self.storage.transaction(self.cursor) as change:
                if overwrite:
                    change.cursor.execute(f"DELETE FROM {table.stored}" + (f" WHERE {where}" if where else ""))
                    load.changed[table.id] = (None, None)
                write.apply(change, self.catalog, table, stage, load)
                self.loads.finish(change, load)
        except (duckdb.Error, SqlError, write.OutsidePartitionsError) as error:
            self.loads.abort(load, str(error))
            if isinstance(error, write.OutsidePartitionsError):
                raise errors.analysis(str(error)) from error
            raise
        info = f"{{'label':'{load.label}', 'status':'VISIBLE', 'txnId':'{load.txn_id}'}}"
        return Ok(load.loaded, info=info)

    def _count(self, relation: str) -> int:
        row = self.cursor.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return int(row[0]) if row else 0

    def update(self, tree: exp.Expr, queries: Queries, allowed: Allowed) -> Ok:
        """`[WITH …] UPDATE table SET column = … [FROM …] WHERE …` of a PRIMARY KEY table."""
        only(tree, "this", "expressions", "from_", "where", "with_")
        table = self._named(tree.this, queries, "updated")
        allowed(table, "UPDATE")
        if table.model != "PRIMARY":
            raise errors.analysis(f"only support updating primary key table, {table.name} is not one")
        partial = _is_partial(tree, table, queries.variables.get("partial_update_mode", "auto").lower())
        if not tree.args.get("where") and not partial:
            raise errors.analysis("must specify where clause to prevent full table update")
        with queries.scope_of(tree, table) as prefix:
            more = [queries.relation(tree.args["from_"].this)] if tree.args.get("from_") else []
            sets: dict[str, str] = {}
            for assignment in tree.expressions:
                if not isinstance(assignment, exp.EQ) or not isinstance(assignment.this, exp.Column):
                    raise errors.syntax("SET takes column = value, …")
                column = table.column(assignment.this.name)
                if column is None:
                    raise errors.unknown_column(assignment.this.name, table.name)
                if column.name in table.keys:
                    raise errors.analysis(f"primary key column cannot be updated: {column.name}")
                if partial and column.name in table.order_by:
                    raise errors.analysis(
                        f"column mode partial update on table with sort key cannot update sort key column {column.name}"
                    )
                if column.name in sets:
                    raise errors.analysis(f"Column {column.name} is assigned twice")
                if column.type.is_integer and (text := _misfit(assignment.expression)):
                    raise errors.analysis(f"Invalid number format: {text}")
                sets[column.name] = self._new_value(assignment.expression, queries, column)
            where = truth(queries, tree.args["where"].this) if tree.args.get("where") else "TRUE"
        changes = ", ".join(f"{quote(name)} = {value}" for name, value in sets.items())
        from_ = f" FROM {', '.join(more)}" if more else ""
        statement = f"{prefix}UPDATE {table.stored} AS {quote(table.name)} SET {changes}{from_} WHERE {where}"
        return self._modify(table, "UPDATE", statement, where, prefix, more)

    @staticmethod
    def _new_value(node: exp.Expr, queries: Queries, column: TableColumn) -> str:
        if _is_default(node):
            return write.default_of(column.default) if column.default is not None else "NULL"
        return assigned(queries(node), column)

    def delete(self, tree: exp.Expr, queries: Queries, allowed: Allowed) -> Ok:
        """`[WITH …] DELETE FROM table [PARTITION (p)] [USING …] WHERE …`."""
        only(tree, "this", "using", "where", "with_")
        table = self._named(tree.this, queries, "deleted", partition=True)
        allowed(table, "DELETE")
        if not tree.args.get("where"):
            raise errors.analysis("Where clause is not set")
        partition = tree.this.args.get("partition")
        if table.model == "PRIMARY" and partition:
            raise errors.analysis("Delete for primary key table do not support specifying partitions")
        if table.model != "PRIMARY":
            if tree.args.get("using") or tree.args.get("with_"):
                raise errors.analysis("Delete only supports USING and WITH on PRIMARY KEY tables")
            check_plain_condition(tree.args["where"].this, table)
        with queries.scope_of(tree, table) as prefix:
            more = [queries.relation(node) for node in tree.args.get("using") or []]
            where: str = truth(queries, tree.args["where"].this)
        if partition:
            where = f"({where}) AND ({' OR '.join(partition_filter(table, one.name) for one in partition.expressions)})"
        using = f" USING {', '.join(more)}" if more else ""
        statement = f"{prefix}DELETE FROM {table.stored} AS {quote(table.name)}{using} WHERE {where}"
        return self._modify(table, "DELETE", statement, where, prefix, more)

    def _named(self, node: exp.Expr, queries: Queries, verb: str, partition: bool = False) -> Table:
        if not isinstance(node, exp.Table):
            raise errors.unsupported("UPDATE or DELETE of something that is not a table")
        only(node, "this", "db", "alias", *(["partition"] if partition else []))
        if node.args.get("alias"):
            raise errors.unsupported("an alias of the table in UPDATE or DELETE")
        database = node.args["db"].name if node.args.get("db") else queries.scope.database
        return self._target(database, node.name, verb)

    def _modify(  # noqa: PLR0917
        self, table: Table, kind: str, statement: str, where: str, prefix: str = "", more: Sequence[str] = ()
    ) -> Ok:
        """Run a statement that changes rows; `more`: further relations that the statement reads."""
        load = self.loads.begin(table.database, None, kind, self.user)
        load.tables = [table.name]
        try:
            with self.storage.transaction(self.cursor) as change:
                column = write.change_column(table)
                bounds: tuple[str | None, str | None] = (None, None)
                if column:
                    name = f"{quote(table.name)}.{quote(column)}"
                    sources = ", ".join([f"{table.stored} AS {quote(table.name)}", *more])
                    row = change.cursor.execute(
                        f"{prefix}SELECT {write.bounds_of(name)} FROM {sources} WHERE {where}"
                    ).fetchone()
                    bounds = (row[0], row[1]) if row else (None, None)
                changed = change.cursor.execute(statement).fetchone()
                load.total = load.loaded = int(changed[0]) if changed else 0
                if load.loaded:
                    load.changed[table.id] = bounds
                self.loads.finish(change, load)
        except (duckdb.Error, SqlError) as error:
            self.loads.abort(load, str(error))
            raise
        return Ok(load.loaded, info=f"{{'label':'{load.label}', 'status':'VISIBLE', 'txnId':'{load.txn_id}'}}")

    def truncate(self, table: Table, partitions: Sequence[str]) -> Ok:
        """`TRUNCATE TABLE table [PARTITION (p, …)]`."""
        if table.kind != "table":
            raise errors.analysis("Only support truncate OLAP table or LAKE table")
        where = " OR ".join(partition_filter(table, name) for name in partitions)
        self._modify(table, "TRUNCATE", f"DELETE FROM {table.stored} WHERE {where or 'TRUE'}", where or "TRUE")
        return Ok()


def _misfit(node: exp.Expr) -> str | None:
    """The text of a string constant that is not a number."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        return None
    try:
        float(node.name)
    except ValueError:
        return node.name
    return None


_FEW = 3
_SMALL_SHARE = 0.3
"""In mode `auto`, StarRocks updates partially if an UPDATE without WHERE sets at most `_FEW` columns, and less than
this share of the table's columns (`checkIfUsePartialUpdate`)."""


def _is_partial(tree: exp.Expr, table: Table, mode: str) -> bool:
    """Whether an UPDATE writes only the columns that it sets (StarRocks' column mode of partial updates).

    `mode`: the variable partial_update_mode."""
    if mode != "auto" or tree.args.get("where"):
        return mode == "column"
    return len(tree.expressions) <= _FEW and len(tree.expressions) < len(table.columns) * _SMALL_SHARE


def _is_default(cell: exp.Expr) -> bool:
    return isinstance(cell, exp.Var | exp.Column) and cell.name.upper() == "DEFAULT" and not cell.args.get("table")


def _default_of(column: TableColumn) -> str:
    """The value of the keyword DEFAULT. StarRocks refuses the keyword for a column without a default value.

    This also applies to a nullable column.
    """
    if column.default is None:
        raise errors.analysis(f"Column has no default value, column={column.name}")
    return write.default_of(column.default)


def _is_text(cell: exp.Expr, column: TableColumn) -> bool:
    """Whether a cell of VALUES is rendered as a string literal."""
    if _is_default(cell):
        return column.default != "CURRENT_TIMESTAMP"
    return isinstance(cell, exp.Literal) and bool(cell.is_string)
