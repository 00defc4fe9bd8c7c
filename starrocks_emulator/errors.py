"""Errors with StarRocks' numbers (`com.starrocks.common.ErrorCode` of StarRocks 3.5)."""

import logging
import re
from collections.abc import Sequence

import duckdb

from starrocks_emulator.results import SqlError

_LOG = logging.getLogger(__name__)


def syntax(message: str) -> SqlError:
    """The error for a statement that cannot be parsed."""
    return SqlError(1064, f"Getting syntax error. Detail message: {message}.", "42000")


def analysis(message: str) -> SqlError:
    """The error for a statement that is parsed but cannot be analyzed."""
    return SqlError(1064, f"Getting analyzing error. Detail message: {message}.", "42000")


def unsupported(what: str) -> SqlError:
    """The error for a feature that this emulator does not support; such features are never ignored."""
    return SqlError(1235, f"This emulator does not support {what}", "42000")


def unknown_database(name: str) -> SqlError:
    """The error for an unknown database in a statement."""
    return SqlError(5501, f"Getting analyzing error. Detail message: Unknown database '{name}'.", "3F000")


def not_unique(name: str) -> SqlError:
    """Two relations of a query have the same name."""
    return SqlError(1066, f"Not unique table/alias: '{name}'", "42000")


def unknown_table(name: str) -> SqlError:
    """The error for an unknown table or view in a statement."""
    return SqlError(5502, f"Getting analyzing error. Detail message: Unknown table '{name}'.", "42602")


def no_database() -> SqlError:
    """The error for a name without a database if no database is selected."""
    return SqlError(1046, "No database selected", "3D000")


def unknown_column(name: str, where: str) -> SqlError:
    """The error for an unknown column."""
    return SqlError(
        1064, f"Getting analyzing error. Detail message: Column '{name}' cannot be resolved in {where}.", "42S22"
    )


_ASK_FOR_GRANTS = (
    "Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. "
    "Current role(s): {}. Inactivated role(s): {}."
)
"""StarRocks: ERR_ACCESS_DENIED_HINT_MSG_FORMAT."""


def _roles(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]" if names else "NONE"


def grants_hint(active: Sequence[str], inactive: Sequence[str]) -> str:
    """The end of an error about a missing privilege. It names the active roles and the user's inactive roles."""
    return _ASK_FOR_GRANTS.format(_roles(active), _roles(inactive))


def access_denied(privilege: str, kind: str, name: str, hint: str) -> SqlError:
    """The error for a missing privilege; `hint` comes from `grants_hint`."""
    target = f"{kind} {name}".rstrip()
    return SqlError(
        5203,
        f"Access denied; you need (at least one of) the {privilege} privilege(s) on {target} for this operation. "
        f"{hint}",
        "42000",
    )


def duplicate_column(name: str) -> SqlError:
    """The error for two columns with the same name."""
    return analysis(f"Duplicate column name '{name}'")


def exists(what: str, name: str) -> SqlError:
    """The error for an object that already exists."""
    if what == "database":
        return SqlError(1007, f"Can't create database '{name}'; database exists")
    return SqlError(1050, f"Table '{name}' already exists", "42S01")


def internal() -> SqlError:
    """The error for a defect of the emulator; its details are logged and not sent to the client."""
    return SqlError(1105, "Internal error of the emulator; its log has the details")


RAISED = "emulator: "
"""Prefix of the messages that SQL passes to DuckDB's `error()`: they are written for the client."""


class RefusedError(Exception):
    """Raised by a Python function that DuckDB calls; its text is written for the client."""


_RAISED = re.compile(rf"^Invalid Input Error: {RAISED}([^\n]*)|RefusedError: ([^\n]*)", re.MULTILINE)
_NAME = r'"((?:[^"]|"")*)"'
_COLUMN = re.compile(
    "|".join((
        rf"Referenced column {_NAME} not found",
        rf"does not have a column named {_NAME}",
        rf"Column {_NAME} referenced that exists in the SELECT clause",
        rf"Referenced table {_NAME} not found",
        rf"Alias with name {_NAME} exists, but aliases cannot be used",
        rf"Referenced column {_NAME} was not found because the FROM clause is missing",
        rf"Column {_NAME} does not exist on (?:left|right) side of join",
    ))
)  # fmt: skip
_RULES = tuple(
    (re.compile(pattern), code, message, state)
    for pattern, code, message, state in (
        (r'Ambiguous reference to column name "([^"]*)"', 1064, "Column '{0}' is ambiguous", "42000"),
        (r'Column name "([^"]*)" is ambiguous', 1064, "Column '{0}' is ambiguous", "42000"),
        (r'Ambiguous reference to table "([^"]*)"', 1066, "Not unique table/alias: '{0}'", "42000"),
        (r'Duplicate alias "([^"]*)" in query', 1066, "Not unique table/alias: '{0}'", "42000"),
        (r'Duplicate CTE name "([^"]*)"', 1064, "Duplicate CTE name '{0}'", "42000"),
        (r'column "([^"]*)" must appear in the GROUP BY clause', 1064,
         "'{0}' must be an aggregate expression or appear in GROUP BY clause", "42000"),
        (r"must appear in the GROUP BY clause", 1064,
         "An expression must be an aggregate expression or appear in GROUP BY clause", "42000"),
        (r"(WHERE|GROUP BY|JOIN|LIMIT|QUALIFY|ORDER BY|VALUES|UNNEST)\b[^\n]* cannot contain (?:aggregate|window)",
         1064,
         "{0} clause cannot contain aggregations or window functions", "42000"),
        (r"\* expression without FROM clause", 1096, "No tables used", "HY000"),
        (r"aggregate function calls cannot (?:be nested|contain window function calls)|"
         r"aggregate functions are not allowed in FILTER", 1064,
         "Aggregation cannot contain aggregations or window functions", "42000"),
        (r"window function calls cannot be nested", 1064, "Nesting of analytic expressions is not allowed", "42000"),
        (r"DISTINCT is not supported for window functions", 1064, "DISTINCT not allowed in analytic function", "42000"),
        (r"No function matches the given name and argument types|Cannot deduce template type|"
         r"Could not choose a best candidate function|"
         r'Macro "?[\w.]*"?\(\) (?:does not support|has multiple overloads)|Invalid LIST argument|'
         r"UNNEST requires a single list|Cannot extract|cannot be applied to|can only operate on|"
         r"bounds of the slice|"
         r"Cannot concatenate lists", 1064,
         "No matching function with signature for these types of arguments; convert them by CAST", "42000"),
        (r"^Invalid Input Error: ((?:missing|invalid|bad|no argument for|unexpected|trailing)[^\n]*)", 1064,
         "Invalid regex expression: {0}", "42000"),
        (r"GROUPING statement cannot be used without groups|GROUPING child", 1064,
         "cannot use GROUPING functions without [grouping sets|rollup|cube] clause or grouping sets only have one "
         "element", "42000"),
        (r"ORDER (?:BY )?term out of range", 1064, "ORDER BY position is not in the select list", "42000"),
        (r"GROUP BY term out of range", 1064, "GROUP BY position is not in the select list", "42000"),
        (r"Subquery returns (\d+) columns", 1064, "A subquery must return one column, found {0}", "42000"),
        (r"More than one row returned by a subquery", 1064,
         "Expected LE 1 to be returned by expression", "42000"),
        (r"[Oo]verflow|out of range|is too large", 1064, "A number is out of the range of its type", "22003"),
        (r"Cannot compare values of type ([\w\[\]]+)[^\n]*? and (?:type )?([\w\[\]]+)", 1064,
         "Column type {0} and {1} cannot be compared; convert one of them by CAST", "42000"),
        (r"Cannot mix values of type (\w+)[^\n]* and (\w+)", 1064,
         "The types {0} and {1} have no common type; convert one of them by CAST", "42000"),
        (r"Could not convert string '([^'\n]*)' to (\w+)", 1064, "'{0}' cannot be converted to {1}", "22007"),
        (r"(?:Unimplemented type for cast|Can't cast|Cannot cast)[^\n(]*\(?([\w\[\]]+) -> ([\w\[\]]+)", 1064,
         "{0} cannot be converted to {1}", "42000"),
        (r"Max expression depth limit|stack exhausted|Maximum recursion", 1064,
         "The statement is nested too deeply", "42000"),
        (r"Values list \"([^\"]*)\" has|Table \"([^\"]*)\" has \d+ columns available but", 1064,
         "More column names are given than there are columns", "42000"),
    )
)  # fmt: skip
"""DuckDB errors that a faulty statement causes: pattern, error code, message, SQLSTATE."""


_TYPES = {
    "INTEGER": "INT", "INTEGER_LITERAL": "INT", "STRING_LITERAL": "VARCHAR", "TIMESTAMP": "DATETIME",
    "HUGEINT": "BIGINT", "BOOL": "BOOLEAN", "BLOB": "VARBINARY", "INT8": "TINYINT", "INT16": "SMALLINT",
    "INT32": "INT", "INT64": "BIGINT", "INT128": "BIGINT", "LIST": "ARRAY", "STRUCT": "ROW",
}  # fmt: skip
"""StarRocks' names for types that DuckDB's messages name."""


def _shown(text: str) -> str:
    if text.endswith("[]"):
        return f"ARRAY<{_shown(text[:-2])}>"
    return _TYPES.get(text, text.replace('""', '"'))


def raised_text(error: Exception) -> str | None:
    """The text of a failure of DuckDB that is written for the client; None for another failure."""
    found = _RAISED.search(str(error).split("\n\nLINE")[0])
    return (found[1] or found[2]) if found else None


def from_duckdb(error: duckdb.Error) -> SqlError | None:
    """The StarRocks error for a failure of DuckDB; None for a failure that no statement should cause."""
    text = str(error).split("\n\nLINE")[0]
    if isinstance(error, duckdb.InterruptException):
        return SqlError(1317, "Query execution was interrupted", "70100")
    if found := _RAISED.search(text):
        return analysis(found[1] or found[2])
    if found := _COLUMN.search(text):
        name = next(group for group in found.groups() if group).replace('""', '"')
        return SqlError(1064, f"Getting analyzing error. Detail message: Column '{name}' cannot be resolved.", "42S22")
    if isinstance(error, duckdb.OutOfMemoryException):
        return SqlError(1064, "Memory of process exceed limit: the query needs more than --memory-limit")
    for pattern, code, message, state in _RULES:
        if found := pattern.search(text):
            filled = message.format(*(_shown(group or "") for group in found.groups()))
            return SqlError(code, f"Getting analyzing error. Detail message: {filled}.", state)
    return None


def translated(error: Exception, what: str) -> SqlError:
    """Convert any failure to an error for the client; an unexpected failure is logged with its traceback.

    `what`: the failed statement or task, for the log.
    """
    if isinstance(error, SqlError):
        return error
    if isinstance(error, RecursionError):
        return analysis("The statement is nested too deeply")
    found = from_duckdb(error) if isinstance(error, duckdb.Error) else None
    if found is None and isinstance(error, duckdb.ConversionException):
        _LOG.warning("not converted: %s", what[:2000], exc_info=error)
        return analysis("A value cannot be converted to the type that its place needs")
    if found is None and isinstance(error, duckdb.BinderException | duckdb.NotImplementedException):
        _LOG.warning("not supported: %s", what[:2000], exc_info=error)
        return unsupported("this combination of expressions and clauses")
    if found is None:
        _LOG.error("internal error in: %s", what[:2000], exc_info=error)
        return internal()
    return found
