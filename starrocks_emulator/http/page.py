"""The page on the FE's port: databases, tables, rows, loads and running statements that the user may see."""

import time
from collections.abc import Sequence
from html import escape

import duckdb

from starrocks_emulator import version
from starrocks_emulator.engine import Engine
from starrocks_emulator.information_schema import InformationSchema
from starrocks_emulator.information_schema.work import loads_of
from starrocks_emulator.users import Access

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --warn: #b45309; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.warn { border-left: 4px solid var(--warn); padding: .3rem .8rem; margin: 1rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .9em; overflow-wrap: anywhere; } .none { opacity: .7; }
"""
_LOADS_SHOWN = 30
_QUERY_SHOWN = 300


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]], numbers: frozenset[int] = frozenset()) -> str:
    if not rows:
        return '<p class="none">None.</p>'

    def cell(tag: str, index: int, value: object) -> str:
        style = ' class="number"' if index in numbers else ""
        text = f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
        return f"<{tag}{style}>{escape(text)}</{tag}>"

    head = "".join(cell("th", index, name) for index, name in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(cell("td", index, value) for index, value in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


_KINDS = {"table": "table", "view": "view", "mv": "materialized view"}


def _tables(schema: InformationSchema) -> str:
    rows = [
        (
            table.database, table.name, _KINDS[table.kind], f"{table.model} KEY" if table.keys else "",
            len(table.partitions) or None,
            None if table.kind == "view" or table.base is not None else schema.count(table), table.comment,
        )
        for table in schema.visible()
    ]  # fmt: skip
    return _table(("Database", "Table", "Kind", "Model", "Partitions", "Rows", "Comment"), rows, frozenset({4, 5}))


def _loads(engine: Engine, access: Access) -> str:
    cursor = engine.storage.cursor()
    try:
        rows = cursor.execute(
            f'SELECT "LABEL", "DB_NAME", "TABLE_NAME", "USER", "TYPE", "STATE", "SINK_ROWS", "FILTERED_ROWS", '
            f'strftime("LOAD_FINISH_TIME", \'%Y-%m-%d %H:%M:%S\'), "ERROR_MSG" FROM ({loads_of(access)}) AS loads '
            f'ORDER BY "JOB_ID" DESC LIMIT {_LOADS_SHOWN}'
        ).fetchall()
    except duckdb.Error:
        rows = []
    finally:
        cursor.close()
    heads = ("Label", "Database", "Table", "User", "Type", "State", "Rows", "Filtered", "Finished (UTC)", "Error")
    return _table(heads, rows, frozenset({6, 7}))


def _running(engine: Engine, access: Access) -> str:
    rows = []
    for session in list(engine.connections.values()):
        running = session.running
        if running and (session.user == access.user or access.users.may(
            access.user, access.roles, "OPERATE", "SYSTEM", None, None
        )):  # fmt: skip
            text, begin = running
            rows.append((
                session.connection_id, session.user, session.database, f"{time.time() - begin:.1f} s",
                text if len(text) <= _QUERY_SHOWN else f"{text[:_QUERY_SHOWN]} …",
            ))  # fmt: skip
    return _table(("Connection", "User", "Database", "Runs for", "Statement"), rows)


def render(engine: Engine, user: str) -> str:
    """The page as HTML for `user`."""
    access = engine.access(user)
    schema = InformationSchema(engine, access)
    databases = [
        (name,) for name in sorted(engine.catalog.databases) if access.may_see_database(name, schema.visible())
    ]
    up = int(time.time() - engine.started)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>StarRocks emulator</title><style>{_STYLE}</style>",
        f"<h1>StarRocks emulator</h1><p>{escape(version.CURRENT_VERSION)} · up {up // 3600} h {up % 3600 // 60} min · "
        f"logged in as <code>{escape(user)}</code></p>",
        f'<p class="warn">{escape(version.COMMENT)}. One process, no replicas: for tests and first contact only.</p>',
        "<h2>Running statements</h2>", _running(engine, access),
        "<h2>Databases</h2>", _table(("Database",), databases),
        "<h2>Tables</h2>", _tables(schema),
        f"<h2>Last loads (at most {_LOADS_SHOWN})</h2>", _loads(engine, access),
        "</html>",
    ]  # fmt: skip
    return "".join(parts)
