"""SHOW ALTER TABLE COLUMN (StarRocks: `ShowAlterStmtAnalyzer`)."""

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.results import ResultSet, SqlError
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import moment_of
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.show_cluster import texts
from starrocks_emulator.sql.show_parts import database_of

_COLUMNS = (
    *("JobId", "TableName", "CreateTime", "FinishTime", "IndexName", "IndexId", "OriginIndexId", "SchemaVersion"),
    *("TransactionId", "State", "Msg", "Progress", "Timeout", "Warehouse"),
)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_NAMES = {
    "tablename": False, "state": False, "createtime": True, "finishtime": True,
}  # fmt: skip
"""Columns of a condition; whether they are times."""


def show_alter(context: Context, words: Words) -> ResultSet:
    """`SHOW ALTER TABLE COLUMN [FROM db] [WHERE …] [ORDER BY …] [LIMIT …]`.

    It lists no rows, because the emulator changes a table within the statement."""
    database_of(context, words)
    rest = words.rest() if not words.at_end else ""
    tree, _ = parse(f"SELECT 1 FROM dual {rest}")
    if not isinstance(tree, exp.Select):
        raise errors.syntax(f"SHOW ALTER TABLE COLUMN {rest} cannot be parsed")
    only(tree, "expressions", "from_", "where", "order", "limit", "offset", "kind")
    if where := tree.args.get("where"):
        _check(where.this)
    for key in tree.args["order"].expressions if tree.args.get("order") else []:
        column = key.this if isinstance(key, exp.Ordered) else key
        if not isinstance(column, exp.Column):
            raise _refused("Should order by column")
        if column.name.lower() not in {name.lower() for name in _COLUMNS}:
            raise _refused(f"Title name[{column.name}] does not exist")
    return texts(_COLUMNS, [])


def _refused(message: str) -> SqlError:
    return SqlError(5064, f"Getting analyzing error. Detail message: {message}.", "42000")


def _check(node: exp.Expr) -> None:
    """Refuse conditions other than comparisons of certain columns with strings, joined by AND."""
    node = node.unnest()
    if isinstance(node, exp.And):
        _check(node.this)
        _check(node.expression)
        return
    if isinstance(node, exp.Or | exp.Not):
        raise _refused("Only allow compound predicate with operator AND")
    if not isinstance(node, _COMPARISONS):
        raise _refused("The operator =|>=|<=|>|<|!= are supported")
    if not isinstance(node.this, exp.Column):
        raise _refused("Only support column = xxx syntax")
    is_time = _NAMES.get(node.this.name.lower())
    value = node.expression
    if is_time is None:
        raise _refused("The columns of TableName/CreateTime/FinishTime/State are supported")
    is_text = isinstance(value, exp.Literal) and bool(value.is_string)
    if not is_time and not (is_text and isinstance(node, exp.EQ)):
        raise _refused(
            'Where clause : TableName = "table1" or State = "FINISHED|CANCELLED|RUNNING|PENDING|WAITING_TXN"'
        )
    if is_time and not is_text:
        raise _refused('Where clause : CreateTime/FinishTime =|>=|<=|>|<|!= "2019-12-02|2019-12-02 14:54:00"')
    if is_time and moment_of(value.name) is None:
        raise _refused(f"Invalid date value: {value.name}")
