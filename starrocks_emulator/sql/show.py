"""SHOW, DESC and EXPLAIN."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.information_schema import InformationSchema, relation
from starrocks_emulator.information_schema.relations import TABLE_TYPES
from starrocks_emulator.information_schema.storage import partition_type
from starrocks_emulator.information_schema.tables import TABLES
from starrocks_emulator.information_schema.work import loads_of
from starrocks_emulator.results import ResultSet, SqlError, Value
from starrocks_emulator.sql import backup, show_cluster, show_status
from starrocks_emulator.sql.analyzed import rewrite_status
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import text_literal
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.show_alter import show_alter
from starrocks_emulator.sql.show_cluster import texts
from starrocks_emulator.sql.show_create import create_statement
from starrocks_emulator.sql.show_partitions import partitions
from starrocks_emulator.sql.show_parts import database_of, filtered, pattern, table_of
from starrocks_emulator.variables import FIXED

_CONFIG = {
    "run_mode": ("shared_nothing", "String", "false"),
    "streaming_label_keep_max_second": ("43200", "int", "true"),
    "emulator": ("true", "boolean", "false"),
    "lower_case_table_names": ("0", "int", "false"),
    "default_replication_num": ("1", "short", "true"),
}


def show(context: Context, words: Words) -> ResultSet:
    """Run a SHOW statement."""
    words.expect("SHOW")
    for phrase, handler in _SHOWS.items():
        if words.accept(*phrase.split()):
            return handler(context, words)
    raise errors.unsupported(f"SHOW {words.rest()}")


def _databases(context: Context, words: Words) -> ResultSet:
    if words.accept("FROM"):
        words.identifier()
    matches = pattern(words)
    words.finish()
    catalog, access = context.services.catalog, context.access
    names = [name for name in catalog.databases if access.may_see_database(name, catalog.tables(name))]
    return texts(["Database"], [[name] for name in sorted([*names, "information_schema"]) if matches(name)])


def _tables(context: Context, words: Words, full: bool = False) -> ResultSet:
    database = database_of(context, words)
    where = None
    if words.accept("WHERE"):
        where = words.rest()
    matches = pattern(words)
    words.finish()
    rows = [
        (table.name, TABLE_TYPES[table.kind])
        for table in context.services.catalog.tables(database)
        if context.access.may_see(table) and matches(table.name)
    ]
    if database == "information_schema":
        rows = [(name, "SYSTEM VIEW") for name in sorted(TABLES) if matches(name)]
    names = [f"Tables_in_{database}", *(["Table_type"] if full else [])]
    if where is None:
        return texts(names, [row if full else row[:1] for row in rows])
    fields = [(f"Tables_in_{database}", "VARCHAR"), ("Table_type", "VARCHAR")]
    return filtered(context, relation(fields, list(rows)), "*" if full else names[0], where)


def _full(context: Context, words: Words) -> ResultSet:
    if words.accept("TABLES"):
        return _tables(context, words, full=True)
    if words.accept("COLUMNS") or words.accept("FIELDS"):
        return _columns(context, words, full=True)
    if words.accept("PROCESSLIST"):
        return show_cluster.processes(context, words)
    raise errors.unsupported(f"SHOW FULL {words.rest()}")


def _columns(context: Context, words: Words, full: bool = False) -> ResultSet:
    words.one_of("FROM", "IN")
    table = table_of(context, words)
    matches = pattern(words)
    words.finish()
    rows: list[Sequence[Value]] = []
    for column in table.columns:
        if not matches(column.name):
            continue
        null = "YES" if column.nullable else "NO"
        key = "YES" if column.name in table.keys else "NO"
        base: list[Value] = [column.name, column.type.canonical()]
        rest: list[Value] = [null, key, column.default, column.aggregation or ""]
        rows.append([*base, "", *rest, "", column.comment] if full else [*base, *rest])
    names = ["Field", "Type", "Null", "Key", "Default", "Extra"]
    if full:
        names = ["Field", "Type", "Collation", "Null", "Key", "Default", "Extra", "Privileges", "Comment"]
    return texts(names, rows)


def describe(context: Context, words: Words) -> ResultSet:
    """`DESC table`."""
    words.position += 1
    if words.peek("SELECT") or words.peek("WITH"):
        return _explain(context, words)
    words.accept("TABLE")
    table = table_of(context, words)
    words.finish()
    rows: list[Sequence[Value]] = [
        [
            column.name, column.type.canonical(), "YES" if column.nullable else "NO",
            "true" if column.name in table.keys else "false", column.default, column.aggregation or "",
        ]
        for column in table.columns
    ]  # fmt: skip
    return texts(["Field", "Type", "Null", "Key", "Default", "Extra"], rows)


def explain(context: Context, words: Words) -> ResultSet:
    """`EXPLAIN query`: the plan of DuckDB, which runs the query."""
    words.position += 1
    if words.accept("ANALYZE"):
        raise errors.unsupported("EXPLAIN ANALYZE")
    _ = words.accept("LOGICAL") or words.accept("VERBOSE") or words.accept("COSTS")
    return _explain(context, words)


def _explain(context: Context, words: Words) -> ResultSet:
    text = context.queries().query(parse(words.rest())[0])
    plan = context.cursor.execute(f"EXPLAIN {text}").fetchall()
    lines = ["EMULATOR PLAN (DuckDB)", *(str(row[-1]) for row in plan)]
    return texts(["Explain String"], [[line] for part in lines for line in part.splitlines()])


def _create(context: Context, words: Words) -> ResultSet:
    if words.accept("DATABASE") or words.accept("SCHEMA"):
        name = context.services.check_database(context.access, words.identifier())
        words.finish()
        return texts(["Database", "Create Database"], [[name, f"CREATE DATABASE `{name}`"]])
    word = words.one_of("TABLE", "VIEW", "MATERIALIZED VIEW")
    table = table_of(context, words)
    words.finish()
    if (word == "VIEW" and table.kind != "view") or (word == "MATERIALIZED VIEW" and table.kind != "mv"):
        raise SqlError(1347, f"'{table.database}'.'{table.name}' is not '{word}'")
    text = create_statement(table, context.services.catalog)
    if table.kind == "view":
        return texts(
            ["View", "Create View", "character_set_client", "collation_connection"],
            [[table.name, text, "utf8", "utf8_general_ci"]],
        )
    if table.kind == "mv":
        return texts(["Materialized View", "Create Materialized View"], [[table.name, text]])
    return texts(["Table", "Create Table"], [[table.name, text]])


def _materialized_views(context: Context, words: Words) -> ResultSet:
    database = database_of(context, words)
    matches = pattern(words)
    if words.accept("WHERE"):
        words.expect("NAME", "=")
        wanted = words.string()
        matches = wanted.__eq__
    words.finish()
    rows: list[Sequence[Value]] = []
    schema = InformationSchema(context.services, context.access)
    for table in context.services.catalog.tables(database):
        if table.kind != "mv" or table.refresh is None or not matches(table.name) or not context.access.may_see(table):
            continue
        run = context.services.refresher.last_run(table.id)
        rows.append([
            str(table.id), database, table.name, table.refresh.mode, "true" if table.active else "false",
            table.inactive_reason, partition_type(table), str(table.id), f"mv-{table.id}",
            run.started if run else None, run.finished if run else None, f"{run.seconds:.3f}" if run else None,
            run.state if run else None, "false", "", "", "{}", "{}", str(run.error_code) if run else None,
            run.error if run else None, str(schema.count(table)),
            create_statement(table, context.services.catalog), "{}", rewrite_status(table), "",
        ])  # fmt: skip
    names = ["id", "database_name", "name", "refresh_type", "is_active", "inactive_reason", "partition_type", "task_id",
             "task_name", "last_refresh_start_time", "last_refresh_finished_time", "last_refresh_duration",
             "last_refresh_state", "last_refresh_force_refresh", "last_refresh_start_partition",
             "last_refresh_end_partition", "last_refresh_base_refresh_partitions",
             "last_refresh_mv_refresh_partitions", "last_refresh_error_code", "last_refresh_error_message", "rows",
             "text", "extra_message", "query_rewrite_status", "creator"]  # fmt: skip
    return texts(names, rows)


def _variables(context: Context, words: Words) -> ResultSet:
    fields = [("Variable_name", "VARCHAR"), ("Value", "VARCHAR")]
    rows: list[Sequence[Value]] = [list(item) for item in sorted({**FIXED, **context.variables}.items())]
    if words.accept("WHERE"):
        return filtered(context, relation(fields, rows), "*", words.rest())
    matches = pattern(words)
    words.finish()
    return texts(["Variable_name", "Value"], [row for row in rows if matches(str(row[0]))])


_LOAD_FIELDS = """JOB_ID AS "JobId", LABEL AS "Label", STATE AS "State", PROGRESS AS "Progress", TYPE AS "Type",
PRIORITY AS "Priority", SCAN_ROWS AS "ScanRows", FILTERED_ROWS AS "FilteredRows", UNSELECTED_ROWS AS "UnselectedRows",
SINK_ROWS AS "SinkRows", NULL::VARCHAR AS "EtlInfo", NULL::VARCHAR AS "TaskInfo", ERROR_MSG AS "ErrorMsg",
CREATE_TIME AS "CreateTime", LOAD_START_TIME AS "EtlStartTime", LOAD_START_TIME AS "EtlFinishTime",
LOAD_START_TIME AS "LoadStartTime", LOAD_FINISH_TIME AS "LoadFinishTime", TRACKING_SQL AS "TrackingSQL",
RUNTIME_DETAILS AS "JobDetails", WAREHOUSE AS "Warehouse" """


def _loads(context: Context, words: Words) -> ResultSet:
    """`SHOW LOAD [FROM db] [WHERE …] [ORDER BY …] [LIMIT …]`: lists INSERT, UPDATE and DELETE, not Stream Load."""
    database = database_of(context, words)
    rest = words.rest() if not words.at_end else ""
    tree, _ = parse(f"SELECT 1 FROM dual {rest}")
    if not isinstance(tree, exp.Select):
        raise errors.syntax(f"SHOW LOAD {rest} cannot be parsed")
    only(tree, "expressions", "from_", "where", "order", "limit", "offset", "kind")
    queries = context.queries()
    source = (
        f"SELECT {_LOAD_FIELDS} FROM ({loads_of(context.access)}) AS loads "
        f"WHERE DB_NAME = {text_literal(database)} AND TYPE IN ('INSERT', 'UPDATE', 'DELETE')"
    )
    text = f"SELECT * FROM ({source}) AS shown"
    if tree.args.get("where"):
        text += f" WHERE {queries(tree.args['where'].this)}"
    text += f" {queries.tail(tree)}" if tree.args.get("order") else ' ORDER BY "JobId"'
    if not tree.args.get("order"):
        text += f" {queries.tail(tree)}"
    return context.rows(text)


def _empty(*names: str) -> Callable[[Context, Words], ResultSet]:
    def handler(_: Context, words: Words) -> ResultSet:
        words.rest()
        return texts(names, [])

    return handler


def _list(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> Callable[[Context, Words], ResultSet]:
    def handler(_: Context, words: Words) -> ResultSet:
        words.rest()
        return texts(names, rows)

    return handler


def frontend_config(_: Context, words: Words) -> ResultSet:
    """`ADMIN SHOW FRONTEND CONFIG [LIKE 'pattern']`."""
    matches = pattern(words)
    words.finish()
    rows = [[name, "[]", *values, ""] for name, values in _CONFIG.items() if matches(name)]
    return texts(["Key", "AliasNames", "Value", "Type", "IsMutable", "Comment"], rows)


_ENGINE = [["OLAP", "YES", "Default storage engine of StarRocks", "NO", "NO", "NO"]]
_CHARACTER_SETS = _list(
    ["Charset", "Description", "Default collation", "Maxlen"], [["utf8", "UTF-8 Unicode", "utf8_general_ci", "3"]]
)
_SHOWS: dict[str, Callable[[Context, Words], ResultSet]] = {
    "DATABASES": _databases,
    "SCHEMAS": _databases,
    "TABLES": _tables,
    "FULL": _full,
    "COLUMNS": _columns,
    "FIELDS": _columns,
    "CREATE": _create,
    "PARTITIONS": partitions,
    "MATERIALIZED VIEWS": _materialized_views,
    "FRONTENDS": show_cluster.frontends,
    "BACKENDS": show_cluster.backends,
    "COMPUTE NODES": show_cluster.compute_nodes,
    "PROCESSLIST": show_cluster.processes,
    "GLOBAL VARIABLES": _variables,
    "SESSION VARIABLES": _variables,
    "VARIABLES": _variables,
    "LOAD": _loads,
    "GRANTS": show_cluster.grants,
    "ROLES": show_cluster.roles,
    "USERS": show_cluster.users,
    "REPOSITORIES": backup.show_repositories,
    "BACKUP": backup.show_backup,
    "RESTORE": backup.show_restore,
    "SNAPSHOT": backup.show_snapshot,
    "ALTER TABLE COLUMN": show_alter,
    "WARNINGS": _empty("Level", "Code", "Message"),
    "ERRORS": _empty("Level", "Code", "Message"),
    "ENGINES": _list(["Engine", "Support", "Comment", "Transactions", "XA", "Savepoints"], _ENGINE),
    "CATALOGS": _list(["Catalog", "Type", "Comment"], [["default_catalog", "Internal", "the emulator's own tables"]]),
    "CHARACTER SET": _CHARACTER_SETS,
    "CHARSET": _CHARACTER_SETS,
    "CHAR SET": _CHARACTER_SETS,
    "INDEX": show_status.indexes,
    "INDEXES": show_status.indexes,
    "KEY": show_status.indexes,
    "KEYS": show_status.indexes,
    "TABLE STATUS": show_status.table_status,
    "COLLATION": _list(
        ["Collation", "Charset", "Id", "Default", "Compiled", "Sortlen"],
        [["utf8_general_ci", "utf8", "33", "Yes", "Yes", "1"]],
    ),
}
