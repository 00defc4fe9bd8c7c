"""Finds statements of migrations that lose data or rewrite a table.

A statement that loses data needs a marker in the comment in front of it, with the reason:

    -- destructive: nothing reads the column, because the API now reads the view
    ALTER TABLE readings DROP COLUMN raw;
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from infra.resources.starrocks.column_types import Column, columns, columns_of
from infra.resources.starrocks.migrations import Migration, Statement
from infra.settings import ROOT

MARKER = "-- destructive: REASON"
_MARKER = re.compile(r"^\s*--\s*destructive\s*:\s*(?P<reason>\S.*?)\s*$", re.MULTILINE | re.IGNORECASE)
_NAME = r"(?:\w+ \. )?(?P<name>\w+)"
_CREATE_TABLE = re.compile(rf"^CREATE (?:EXTERNAL |TEMPORARY )?TABLE (?:IF NOT EXISTS )?{_NAME}", re.IGNORECASE)
_DROP_TABLE = re.compile(rf"^DROP TABLE (?:IF EXISTS )?{_NAME}", re.IGNORECASE)
_LOSSES = tuple(
    (re.compile(rf"^{pattern}", re.IGNORECASE), what)
    for pattern, what in (
        (
            r"DROP (?!ROLE\b|USER\b)(?P<kind>MATERIALIZED VIEW|\w+)(?: IF EXISTS)? (?P<name>[\w. ]+?)(?: FORCE)?$",
            "drops",
        ),
        (rf"TRUNCATE (?P<kind>TABLE) {_NAME}", "removes all rows of"),
        (rf"DELETE FROM {_NAME}", "removes rows of"),
        (rf"INSERT OVERWRITE (?:TABLE )?{_NAME}", "replaces all rows of"),
    )
)
"""Statements that lose data. DROP ROLE and DROP USER are not among them."""
_ALTER = re.compile(rf"^ALTER (?P<kind>TABLE|MATERIALIZED VIEW) {_NAME} (?P<action>.*)$", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"^(?P<verb>ADD|MODIFY) COLUMN (?P<definition>.*)$", re.IGNORECASE | re.DOTALL)
_POSITION = re.compile(r" (?:AFTER \w+|FIRST)$", re.IGNORECASE)
_DROP_PART = re.compile(
    r"^DROP (?P<what>TEMPORARY PARTITION|PARTITIONS?|COLUMN)(?: IF EXISTS)? (?P<part>\w+)", re.IGNORECASE
)
_REPLACED = re.compile(r"^(?:REPLACE PARTITION|TRUNCATE PARTITION|SWAP WITH)\b", re.IGNORECASE)
_RENAME_COLUMN = re.compile(r"^RENAME COLUMN (?P<old>\w+) TO (?P<new>\w+)", re.IGNORECASE)
_RENAME = re.compile(r"^RENAME (?!PARTITION\b|ROLLUP\b)(?P<new>\w+)$", re.IGNORECASE)
_EXPIRY = re.compile(r"partition_ttl|partition_live_number|partition_retention_condition", re.IGNORECASE)
_REWRITES = re.compile(
    r"^(?:ORDER BY|DISTRIBUTED BY|PARTITION BY|ADD ROLLUP|ADD INDEX|SET \( '(?:bloom_filter_columns|enable_persist))",
    re.IGNORECASE,
)
_WORD = re.compile(r"'(?:[^']|'')*'|\S+")


@dataclass(frozen=True)
class Loss:
    """A statement that loses data.

    Args:
        place: file and line.
        statement: text of the statement.
        what: effect of the statement, such as `drops table readings`.
        reason: reason in the statement's marker; empty without a marker.
    """

    place: str
    statement: str
    what: str
    reason: str

    @property
    def problem(self) -> str:
        """The error message for a statement without a marker, with the remedy."""
        words = " ".join(self.statement.split())
        shown = words if len(words) <= 80 else f"{words[:79]}…"
        return (
            f"{self.place}: `{shown}` {self.what}, which cannot be undone. If this is intended, write "
            f"`{MARKER}` on the line above the statement, with the reason"
        )


@dataclass(frozen=True)
class Rewrite:
    """A statement that rewrites a table of an earlier migration; its duration grows with the number of rows."""

    place: str
    what: str


@dataclass(frozen=True)
class Review:
    """The losses and rewrites of migrations."""

    losses: Sequence[Loss]
    rewrites: Sequence[Rewrite]

    @property
    def problems(self) -> list[str]:
        """An error message for each statement that loses data and has no marker."""
        return [each.problem for each in self.losses if not each.reason]

    def of(self, migration: Migration) -> "Review":
        """The losses and rewrites of one migration."""
        prefix = f"{_file(migration)}:"
        return Review(
            [each for each in self.losses if each.place.startswith(prefix)],
            [each for each in self.rewrites if each.place.startswith(prefix)],
        )


def review(migrations: Iterable[Migration], values: Mapping[str, str]) -> Review:
    """Review the migrations of a database, in order.

    Args:
        migrations: all migrations of the database, because later ones change columns of earlier ones.
        values: values by placeholder.

    Raises:
        MigrationError: a statement cannot be read.
    """
    tables = _Tables()
    losses: list[Loss] = []
    rewrites: list[Rewrite] = []
    for migration in migrations:
        tables.new.clear()
        for statement in migration.statements(dict(values)):
            place = f"{_file(migration)}:{statement.line}"
            lost, rewritten = tables.apply(_normal(statement))
            losses += [Loss(place, statement.text, what, _reason(statement)) for what in lost]
            rewrites += [Rewrite(place, what) for what in rewritten]
    return Review(losses, rewrites)


def _file(migration: Migration) -> str:
    path = migration.path
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _reason(statement: Statement) -> str:
    match = _MARKER.search(statement.comments)
    return match["reason"] if match else ""


def _normal(statement: Statement) -> str:
    """The statement without comments and backticks, with one space between any two words."""
    return " ".join(
        "'" + token.text.replace("'", "''") + "'" if token.token_type == TokenType.STRING else token.text
        for token in sqlglot.tokenize(statement.text, read="starrocks")
    )


@dataclass
class _Table:
    columns: dict[str, Column]
    partitioned: bool


@dataclass
class _Tables:
    """The tables after the statements that were read so far.

    Args:
        known: tables by name.
        new: names of the tables that the current migration created; they are still empty.
    """

    known: dict[str, _Table] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)

    def apply(self, statement: str) -> tuple[list[str], list[str]]:
        """Apply a statement; return descriptions of its losses and of its rewrites."""
        if match := _CREATE_TABLE.match(statement):
            self._create(match["name"], statement)
            return [], []
        if match := _ALTER.match(statement):
            lost: list[str] = []
            rewritten: list[str] = []
            for action in _actions(match["action"]):
                lost += self._lost(match["name"], action)
                rewritten += self._rewritten(match["name"], action)
                self._alter(match["name"], action)
            return lost, rewritten
        lost = [what for what in _lost(statement) if what.split()[-1] not in self.new]
        if match := _DROP_TABLE.match(statement):
            self.known.pop(match["name"], None)
            self.new.discard(match["name"])
        return lost, []

    def _create(self, name: str, statement: str) -> None:
        try:
            tree = sqlglot.parse_one(statement, read="starrocks")
        except SqlglotError:
            found = []
        else:
            found = columns_of(tree)
        if name not in self.known:
            self.new.add(name)
            self.known[name] = _Table({each.name: each for each in found}, "PARTITION BY" in statement.upper())

    def _lost(self, table: str, action: str) -> Iterator[str]:
        if table in self.new:
            return
        if match := _DROP_PART.match(action):
            yield f"drops {match['what'].lower()} {match['part']} of {table}"
        elif _REPLACED.match(action):
            yield f"replaces rows of {table}"
        elif _EXPIRY.search(action):
            yield f"makes StarRocks drop old partitions of {table}"
        elif (match := _COLUMN.match(action)) and match["verb"].upper() == "MODIFY":
            yield from self._narrowed(table, _defined(match))

    def _narrowed(self, table: str, changed: Iterable[Column]) -> Iterator[str]:
        for column in changed:
            old = self._column(table, column.name)
            if old is None:
                yield f"changes column {column.name} of {table} (no earlier migration defines this column)"
            elif not old.fits_into(column):
                yield f"narrows column {column.name} of {table} from {old.shown} to {column.shown}"

    def _rewritten(self, table: str, action: str) -> Iterator[str]:
        if table in self.new:
            return
        known = self.known.get(table)
        size = ", which is partitioned and therefore probably large" if known and known.partitioned else ""
        if _REWRITES.match(action):
            yield f"rewrites table {table}{size}"
        elif (match := _COLUMN.match(action)) and match["verb"].upper() == "MODIFY":
            for column in _defined(match):
                old = self._column(table, column.name)
                if old is None or old.type.sql() != column.type.sql() or old.nullable != column.nullable:
                    yield f"rewrites column {column.name} of table {table}{size}"

    def _alter(self, table: str, action: str) -> None:
        known = self.known.get(table)
        if known is None:
            return
        if match := _COLUMN.match(action):
            known.columns |= {each.name: each for each in _defined(match)}
        elif match := _RENAME_COLUMN.match(action):
            if old := known.columns.pop(match["old"], None):
                known.columns[match["new"]] = Column(match["new"], old.type, nullable=old.nullable)
        elif match := _RENAME.match(action):
            self.known[match["new"]] = self.known.pop(table)
        elif (match := _DROP_PART.match(action)) and match["what"].upper() == "COLUMN":
            known.columns.pop(match["part"], None)

    def _column(self, table: str, name: str) -> Column | None:
        known = self.known.get(table)
        return known.columns.get(name) if known else None


def _defined(match: re.Match[str]) -> list[Column]:
    """The columns that an action adds or changes."""
    definition = match["definition"]
    if definition.startswith("( "):
        definition = definition.removeprefix("( ").removesuffix(" )")
    return columns(_POSITION.sub("", definition))


def _lost(statement: str) -> Iterator[str]:
    for pattern, what in _LOSSES:
        if match := pattern.match(statement):
            kind = match.groupdict().get("kind") or "TABLE"
            yield f"{what} {kind.lower()} {match['name'].replace(' ', '')}"


def _actions(text: str) -> list[str]:
    """The actions of an ALTER: the parts between commas outside of parentheses."""
    found: list[list[str]] = [[]]
    depth = 0
    for word in _WORD.findall(text):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(word)
    return [" ".join(words) for words in found]
