"""Detects statements of migrations that an interrupted run has already applied but not recorded.

StarRocks has no transactions for DDL. The next run therefore repeats a statement that was sent but not recorded. If
StarRocks refuses it and its effect exists, the statement counts as applied. Statements that have another effect when
repeated, such as SWAP, are refused before they are sent for the first time.
"""

import re
from collections.abc import Sequence
from typing import Protocol

_FLAGS = re.IGNORECASE | re.DOTALL
_NAME = r"`?(\w+)`?(?!\s*\.)"
_CREATED = re.compile(
    r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(TABLE|VIEW|MATERIALIZED\s+VIEW|ROLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    rf"{_NAME}",
    _FLAGS,
)
_DROPPED = re.compile(rf"^\s*DROP\s+(TABLE|VIEW|MATERIALIZED\s+VIEW|ROLE)\s+(?:IF\s+EXISTS\s+)?{_NAME}", _FLAGS)
_ALTERED = re.compile(r"^\s*ALTER\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:`?\w+`?\.)?`?(\w+)`?\s+(.*)$", _FLAGS)
_COLUMN = re.compile(r"^(ADD|DROP)\s+COLUMN\s+\(?\s*`?(\w+)`?", _FLAGS)
_RENAME_COLUMN = re.compile(r"^RENAME\s+COLUMN\s+`?(\w+)`?\s+TO\s+`?(\w+)`?", _FLAGS)
_RENAME = re.compile(r"^RENAME\s+(?!COLUMN\b|PARTITION\b|ROLLUP\b)`?(\w+)`?", _FLAGS)
_PARTITION = re.compile(r"^(ADD|DROP)\s+PARTITION\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?`?(\w+)`?", _FLAGS)
_REPEATABLE_ALTER = re.compile(
    r"^(ADD\s+COLUMN|DROP\s+COLUMN|MODIFY\s+COLUMN|RENAME|ADD\s+PARTITION|DROP\s+PARTITION|SET|COMMENT|AS|REFRESH|"
    r"ACTIVE|INACTIVE|ORDER\s+BY|DISTRIBUTED\s+BY)\b",
    _FLAGS,
)
_REPEATABLE = re.compile(r"^\s*(CREATE|DROP|GRANT|REVOKE|DELETE|TRUNCATE|REFRESH|INSERT|SET)\b", _FLAGS)
_SEVERAL = re.compile(r",\s*(?:ADD|DROP|MODIFY|RENAME)\s+(?:COLUMN|PARTITION)\b", _FLAGS)
_INSERT = re.compile(r"^\s*INSERT\s+(INTO|OVERWRITE)\s+(?:`?\w+`?\.)?`?(\w+)`?", _FLAGS)


class Statements(Protocol):
    """A session in the database."""

    def execute(self, statement: str, arguments: Sequence[str] = ()) -> Sequence[Sequence[object]]:
        """Run a statement and return its rows."""


def unrepeatable(root: Statements, statement: str) -> str:
    """The reason why a statement cannot be repeated; empty if it can."""
    reason = ""
    if altered := _ALTERED.match(statement):
        action = altered[2]
        added = re.match(r"^ADD\s+COLUMN\s*\((.*)\)", action, _FLAGS)
        if not _REPEATABLE_ALTER.match(action):
            reason = f"ALTER … {' '.join(action.split()[:2])} cannot be repeated after an interruption"
        elif _SEVERAL.search(action) or (added and _columns_in(added[1]) > 1):
            reason = "an ALTER with several changes cannot be repeated after an interruption: write one for each"
    elif inserted := _INSERT.match(statement):
        if inserted[1].upper() == "INTO" and not _has_primary_key(root, inserted[2]):
            reason = f"INSERT into {inserted[2]}, which has no primary key, would double rows after an interruption"
    elif not _REPEATABLE.match(statement):
        reason = f"{statement.split(maxsplit=1)[0].upper()} cannot be repeated after an interruption"
    return reason


def in_effect(root: Statements, statement: str) -> bool:
    """Whether the effect of a statement that StarRocks refused exists already."""
    if match := _CREATED.match(statement):
        return match[2] in _names(root, match[1])
    if match := _DROPPED.match(statement):
        return match[2] not in _names(root, match[1])
    altered = _ALTERED.match(statement)
    return altered is not None and _altered(root, altered[1], altered[2])


def _altered(root: Statements, table: str, action: str) -> bool:
    if match := _RENAME.match(action):
        before, after, names = table, match[1], _names(root, "TABLE")
    elif match := _RENAME_COLUMN.match(action):
        before, after, names = match[1], match[2], _columns(root, table)
    elif match := _COLUMN.match(action):
        before, after = (match[2], "") if match[1].upper() == "DROP" else ("", match[2])
        names = _columns(root, table)
    elif match := _PARTITION.match(action):
        before, after = (match[2], "") if match[1].upper() == "DROP" else ("", match[2])
        names = {str(row[1]) for row in root.execute(f"SHOW PARTITIONS FROM {table}")}
    else:
        return False
    return before not in names and (not after or after in names)


def _names(root: Statements, kind: str) -> set[str]:
    return {str(row[0]) for row in root.execute("SHOW ROLES" if kind.upper() == "ROLE" else "SHOW TABLES")}


def _columns(root: Statements, table: str) -> set[str]:
    rows = root.execute(
        "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
        (table,),
    )
    return {str(row[0]) for row in rows}


def _has_primary_key(root: Statements, table: str) -> bool:
    rows = root.execute(
        "SELECT COUNT(*) FROM information_schema.columns "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s AND COLUMN_KEY = 'PRI'",
        (table,),
    )
    return rows[0][0] != 0


def _columns_in(text: str) -> int:
    """Columns of a list in parentheses; commas within types and string literals do not separate columns."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|<[^>]*>", "", text)
    return bare.count(",") + 1
