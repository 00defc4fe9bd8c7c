"""Counts and checksums of StarRocks' tables, computed by StarRocks."""

from collections.abc import Iterable, Iterator, Sequence

from apps.shared.starrocks import StarRocks
from infra import platform as own
from tools.stack.backup.manifest import TableContent

_OF_MIGRATIONS = frozenset({"schema_migrations", "schema_objects", "schema_migrations_lock"})
"""Tables that describe the objects of this deployment. Their content is compared, not copied."""
_OF_THE_DEPLOYMENT = frozenset({(own.DATABASE, name) for name in ("streaming_jobs", "planned_restarts")})
"""Tables that the deployment writes. A restored job would have the addresses of another deployment."""
_NULL = "~"


def tables(root: StarRocks, database: str) -> list[str]:
    """The tables of a database whose rows a backup copies, without views and materialized views."""
    rows = root.execute(
        "SELECT TABLE_NAME FROM information_schema.tables WHERE TABLE_SCHEMA = %s AND TABLE_TYPE = 'BASE TABLE' "
        "AND TABLE_NAME NOT IN (SELECT TABLE_NAME FROM information_schema.materialized_views WHERE TABLE_SCHEMA = %s) "
        "ORDER BY TABLE_NAME",
        (database, database),
    )
    names = [str(row[0]) for row in rows]
    return [each for each in names if each not in _OF_MIGRATIONS and (database, each) not in _OF_THE_DEPLOYMENT]


def contents(root: StarRocks, database: str, names: Iterable[str]) -> Iterator[tuple[str, TableContent]]:
    """Name and content of each table."""
    for name in names:
        yield name, content(root, database, name)


def content(root: StarRocks, database: str, table: str) -> TableContent:
    """Count the rows of a table and compute their checksum.

    The checksum is the sum over all rows of CRC-32 of MD5 of the row's text. It finds lost, doubled and changed rows.
    """
    columns = root.execute(
        "SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.columns WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s "
        "ORDER BY ORDINAL_POSITION",
        (database, table),
    )
    parts = ", ':', ".join(_text(str(name), str(kind)) for name, kind in columns)
    [[rows, checksum]] = root.execute(
        f"SELECT COUNT(*), SUM(CRC32(MD5(CONCAT({parts})))) FROM {database}.{table}"  # names of the catalog
    )
    return TableContent(rows=int(str(rows)), checksum=str(checksum or 0))


def _text(name: str, kind: str) -> str:
    column = f"`{name}`"
    text = f"FROM_BINARY({column}, 'hex')" if kind.lower() in {"varbinary", "binary"} else f"CAST({column} AS STRING)"
    # A value begins with `=` and the text for NULL does not, so NULL differs from every value.
    return f"IFNULL(CONCAT('=', {text}), '{_NULL}')"


def refresh_views(root: StarRocks, databases: Sequence[str]) -> list[str]:
    """Compute the asynchronous materialized views of databases; return their names."""
    found = {
        f"{database}.{name}": str(active)
        for database in databases
        for name, active in root.execute(
            "SELECT TABLE_NAME, IS_ACTIVE FROM information_schema.materialized_views WHERE TABLE_SCHEMA = %s "
            "AND REFRESH_TYPE <> 'ROLLUP' ORDER BY TABLE_NAME",
            (database,),
        )
    }
    for view, active in found.items():
        # StarRocks inactivates a view whose table was replaced.
        if active.lower() == "false":
            root.execute(f"ALTER MATERIALIZED VIEW {view} ACTIVE")
        root.execute(f"REFRESH MATERIALIZED VIEW {view} WITH SYNC MODE")
    return list(found)
