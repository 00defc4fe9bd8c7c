"""Tables of `information_schema` that describe databases, tables, views, columns and keys."""

from collections.abc import Iterable

from starrocks_emulator.information_schema.objects import Rows, VisibleObjects
from starrocks_emulator.schema import Table, TableColumn

TABLE_TYPES = {"table": "BASE TABLE", "view": "VIEW", "mv": "VIEW"}
"""TABLE_TYPE by kind of object."""
_PRECISIONS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "largeint": 39, "float": 7, "double": 15}


def schemata(schema: VisibleObjects) -> Rows:
    """Rows of `schemata`."""
    catalog = schema.services.catalog
    names = ["information_schema"]
    names += [name for name in catalog.databases if schema.access.may_see_database(name, catalog.tables(name))]
    return [["def", name, "utf8", "utf8_general_ci", None] for name in sorted(names)]


def tables(schema: VisibleObjects, own: Iterable[str]) -> Rows:
    """Rows of `tables`; `own` are the names of the tables of information_schema."""
    rows: Rows = []
    for table in schema.visible():
        number = None if table.kind == "view" else schema.count(table)
        width = None if number is None else schema.row_bytes(table)
        engine = {"table": "StarRocks", "view": "", "mv": "StarRocks"}[table.kind]
        rows.append([
            "def", table.database, table.name, TABLE_TYPES[table.kind], engine, None, None, number, width,
            None if number is None or width is None else number * width, None, None, None, None, table.created, None,
            None, "utf8_general_ci", None, None, table.comment,
        ])  # fmt: skip
    for name in own:
        rows.append(
            [
                "def",
                "information_schema",
                name,
                "SYSTEM VIEW",
                "MEMORY",
                *[None] * 12,
                "utf8_general_ci",
                None,
                None,
                "",
            ]
        )
    return rows


def key_word(table: Table, column: TableColumn) -> str:
    """PRI, DUP or AGG for a key column, by the table's model."""
    if column.name not in table.keys:
        return ""
    return {"PRIMARY": "PRI", "DUPLICATE": "DUP", "AGGREGATE": "AGG", "UNIQUE": "UNI"}[table.model]


def columns(schema: VisibleObjects) -> Rows:
    """Rows of `columns`."""
    rows: Rows = []
    for table in schema.visible():
        for position, column in enumerate(table.columns, 1):
            kind = column.type
            length = kind.arguments[0] if kind.is_string else None
            precision = kind.arguments[0] if kind.name == "decimal" else _PRECISIONS.get(kind.name)
            scale = kind.arguments[1] if kind.name == "decimal" else 0 if precision else None
            rows.append([
                "def", table.database, table.name, column.name, position, column.default,
                "YES" if column.nullable else "NO", kind.name, length, length, precision, scale, None,
                "utf8" if kind.is_string else None, "utf8_general_ci" if kind.is_string else None, kind.show(),
                key_word(table, column), "", "", column.comment, kind.arguments[0] if kind.arguments else None,
                scale, None,
            ])  # fmt: skip
    return rows


def views(schema: VisibleObjects) -> Rows:
    """Rows of `views`."""
    return [
        ["def", table.database, table.name, table.query, "NONE", "NO", "", "", "utf8", "utf8_general_ci"]
        for table in schema.visible()
        if table.kind == "view"
    ]


def key_columns(schema: VisibleObjects) -> Rows:
    """Rows of `key_column_usage`."""
    rows: Rows = []
    for table in schema.visible():
        if table.model == "PRIMARY" and table.kind == "table":
            for place, key in enumerate(table.keys, 1):
                rows.append(["def", table.database, "PRIMARY", "def", table.database, table.name, key, place,
                             None, None, None, None])  # fmt: skip
    return rows


def constraints(schema: VisibleObjects) -> Rows:
    """Rows of `table_constraints`."""
    return [
        ["def", table.database, "PRIMARY", table.database, table.name, "PRIMARY KEY"]
        for table in schema.visible()
        if table.model == "PRIMARY" and table.kind == "table"
    ]
