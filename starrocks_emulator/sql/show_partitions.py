"""SHOW PARTITIONS with its own WHERE, ORDER BY and LIMIT (`PartitionsProcDir`)."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.information_schema import InformationSchema
from starrocks_emulator.information_schema.storage import all_properties, partition_rows
from starrocks_emulator.results import ResultSet
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.partitions import shown_values
from starrocks_emulator.sql.show_cluster import texts
from starrocks_emulator.sql.show_parts import table_of

Row = dict[str, str | int | None]
_NAMES = ("PartitionId", "PartitionName", "VisibleVersion", "VisibleVersionTime", "VisibleVersionHash", "State",
          "PartitionKey", "Range", "DistributionKey", "Buckets", "ReplicationNum", "StorageMedium", "CooldownTime",
          "LastConsistencyCheckTime", "DataSize", "StorageSize", "IsInMemory", "RowCount", "DataVersion",
          "VersionEpoch", "VersionTxnType")  # fmt: skip
_SIZES = {"DataSize", "StorageSize"}
_TEXTS = {"PartitionName", "State"}
_FILTERED = {"PartitionId", "Buckets", "ReplicationNum", *_TEXTS}
_OPERATORS: Mapping[type[exp.Expr], Callable[[int, int], bool]] = {
    exp.EQ: operator.eq, exp.NEQ: operator.ne, exp.LT: operator.lt, exp.LTE: operator.le, exp.GT: operator.gt,
    exp.GTE: operator.ge,
}  # fmt: skip


def partitions(context: Context, words: Words) -> ResultSet:
    """`SHOW PARTITIONS FROM table [WHERE …] [ORDER BY …] [LIMIT …]`."""
    words.expect("FROM")
    table = table_of(context, words)
    rest = words.rest() if not words.at_end else ""
    if table.kind == "view":
        raise errors.analysis(f"Table {table.name} is not a OLAP table")
    if table.kind == "mv" and table.partitioning:
        raise errors.unsupported("SHOW PARTITIONS of a partitioned materialized view")
    names = list(_NAMES)
    if table.partitioning is not None and table.partitioning.kind == "column":
        names[names.index("Range")] = "List"
    rows = _selected(_rows(InformationSchema(context.services, context.access), table, names), names, rest)
    return texts(names, [[_text(name, row[name]) for name in names] for row in rows])


def _text(name: str, value: str | int | None) -> str | None:
    if value is None:
        return None
    return f"{value}B" if name in _SIZES else str(value)


def _rows(schema: InformationSchema, table: Table, names: Sequence[str]) -> list[Row]:
    version, width = schema.services.changes.version(table.id), schema.row_bytes(table)
    rows = []
    for index, (partition, number) in enumerate(partition_rows(schema, table)):
        values = (
            table.id * 1000 + index, partition.name, version, table.created, 0, "NORMAL",
            ", ".join(table.partitioning.columns) if table.partitioning else "", shown_values(table, partition),
            ", ".join(table.distributed_by) or "ALL KEY", table.buckets or 1,
            int(all_properties(table)["replication_num"]), "HDD", "9999-12-31 23:59:59", None, number * width,
            number * width, "false", number, version, 0, "TXN_NORMAL",
        )  # fmt: skip
        rows.append(dict(zip(names, values, strict=True)))
    return rows


def _selected(rows: list[Row], names: Sequence[str], rest: str) -> list[Row]:
    """The rows that the clauses `rest` select, in their order."""
    tree, _ = parse(f"SELECT 1 FROM dual {rest}")
    if not isinstance(tree, exp.Select):
        raise errors.syntax(f"SHOW PARTITIONS {rest} cannot be parsed")
    only(tree, "expressions", "from_", "where", "order", "limit", "offset", "kind")
    if where := tree.args.get("where"):
        for condition in _conditions(where.this):
            matches = _condition(condition)
            rows = [row for row in rows if matches(row)]
    order = tree.args.get("order")
    for part in reversed(order.expressions if order else []):
        name = _column(part.this, names, "Should order by column")
        rows = sorted(rows, key=partial(_sort_key, name), reverse=bool(part.args.get("desc")))
    first, most = (_whole(tree, clause) for clause in ("offset", "limit"))
    return rows[first or 0 :][:most]


def _sort_key(name: str, row: Row) -> tuple[bool, int, str]:
    value = row[name]
    return value is not None, value if isinstance(value, int) else 0, str(value)


def _whole(tree: exp.Expr, clause: str) -> int | None:
    found = tree.args.get(clause)
    return None if found is None else int(found.expression.name)


def _column(node: exp.Expr, names: Iterable[str], refusal: str) -> str:
    wanted = node.name.lower() if isinstance(node, exp.Column) else ""
    for name in names:
        if name.lower() == wanted:
            return name
    raise errors.analysis(f"Title name[{node.name}] does not exist" if wanted else refusal)


def _conditions(node: exp.Expr) -> list[exp.Expr]:
    node = node.unnest()
    if isinstance(node, exp.Or):
        raise errors.analysis("Only allow compound predicate with operator AND")
    return [*_conditions(node.this), *_conditions(node.expression)] if isinstance(node, exp.And) else [node]


def _condition(node: exp.Expr) -> Callable[[Row], bool]:
    """A condition on one column: `=` or LIKE for a text, a comparison for a number.

    Raises:
        SqlError: 1064 for another column or condition.
    """
    if not isinstance(node, exp.Like) and type(node) not in _OPERATORS:
        raise errors.analysis("Only operator =|>=|<=|>|<|!=|like are supported")
    if not isinstance(node.this, exp.Column):
        raise errors.analysis("Show filter by column")
    name = next((one for one in _FILTERED if one.lower() == node.this.name.lower()), None)
    value = node.expression
    if isinstance(node, exp.Like):
        if name not in _TEXTS or not isinstance(value, exp.Literal):
            raise errors.analysis('Where clause : PartitionName|State like "p20191012|NORMAL"')
        pattern = _pattern(value.name)
        return lambda row: pattern.fullmatch(str(row[name]).lower()) is not None
    if name is None:
        raise errors.analysis(
            "Only the columns of PartitionId/PartitionName/State/Buckets/ReplicationNum/LastConsistencyCheckTime are "
            "supported."
        )
    if name in _TEXTS:
        if not isinstance(node, exp.EQ) or not isinstance(value, exp.Literal):
            raise errors.analysis(f"Only operator =|like are supported for {name}")
        return lambda row: row[name] == value.name
    if not isinstance(value, exp.Literal) or not value.name.isdigit():
        raise errors.analysis(f"{name} must be compared with a whole number, not with {value.sql()}")
    compare, wanted = _OPERATORS[type(node)], int(value.name)
    return lambda row: compare(int(row[name] or 0), wanted)


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of SHOW PARTITIONS: `%` stands for any number of characters, `?` for one."""
    parts = re.split(r"([%?])", text.lower())
    return re.compile("".join({"%": ".*", "?": "."}.get(part, re.escape(part)) for part in parts))
