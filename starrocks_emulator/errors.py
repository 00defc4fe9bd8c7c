"""Errors as StarRocks numbers them (`com.starrocks.common.ErrorCode` of StarRocks 3.5)."""

import re

import duckdb

from starrocks_emulator.results import SqlError


def syntax(message: str) -> SqlError:
    """A statement that cannot be parsed."""
    return SqlError(1064, f"Getting syntax error. Detail message: {message}.", "42000")


def analysis(message: str) -> SqlError:
    """A statement that parses but has no meaning here."""
    return SqlError(1064, f"Getting analyzing error. Detail message: {message}.", "42000")


def unsupported(what: str) -> SqlError:
    """Something that StarRocks may have and this emulator has not: refused by name, never ignored."""
    return SqlError(1235, f"This emulator does not support {what}", "42000")


def unknown_database(name: str) -> SqlError:
    """No such database, in a statement."""
    return SqlError(5501, f"Getting analyzing error. Detail message: Unknown database '{name}'.", "3F000")


def unknown_table(name: str) -> SqlError:
    """No such table or view, in a statement."""
    return SqlError(5502, f"Getting analyzing error. Detail message: Unknown table '{name}'.", "42602")


def no_database() -> SqlError:
    """A name without a database, and no current database."""
    return SqlError(1046, "No database selected", "3D000")


def unknown_column(name: str, where: str) -> SqlError:
    """No such column."""
    return SqlError(
        1064, f"Getting analyzing error. Detail message: Column '{name}' cannot be resolved in {where}.", "42S22"
    )


def access_denied(privilege: str, kind: str, name: str, roles: str) -> SqlError:
    """A privilege that the user lacks."""
    return SqlError(
        5203,
        f"Access denied; you need (at least one of) the {privilege} privilege(s) on {kind} {name} for this "
        "operation. Please ask the admin to grant permission(s) or try activating existing roles using "
        f"<set [default] role>. Current role(s): {roles or 'NONE'}.",
        "42000",
    )


def exists(what: str, name: str) -> SqlError:
    """An object that is already there."""
    if what == "database":
        return SqlError(1007, f"Can't create database '{name}'; database exists")
    return SqlError(1050, f"Table '{name}' already exists", "42S01")


_COLUMN = re.compile(r'Referenced column "([^"]*)" not found|does not have a column named "([^"]*)"')


_NATIVE = re.compile(r"ValueError: ([^\n]*)")


def from_duckdb(error: duckdb.Error) -> SqlError:
    """Tell a failure of the execution engine in StarRocks' terms."""
    text = str(error).split("\n\nLINE")[0]
    first = text.split("\n")[0]
    if isinstance(error, duckdb.InterruptException):
        return SqlError(1317, "Query execution was interrupted", "70100")
    if found := _COLUMN.search(text):
        name = found.group(1) or found.group(2)
        return SqlError(1064, f"Getting analyzing error. Detail message: Column '{name}' cannot be resolved.", "42S22")
    if found := _NATIVE.search(text):
        return analysis(found[1])
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException):
        return analysis(re.sub(r"^\w+ Error: ", "", first))
    if isinstance(error, duckdb.OutOfMemoryException):
        return SqlError(1064, f"Memory of process exceed limit. {first}")
    return SqlError(1064, re.sub(r"^[\w ]+ Error: ", "", first))
