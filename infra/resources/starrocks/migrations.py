"""Migration files: `V<number>__<name>.sql`, plain StarRocks SQL."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from apps.shared.placeholders import UnknownPlaceholder, fill

_NAME = re.compile(r"^V(?P<number>[0-9]{3,})__(?P<name>[a-z0-9_]+)\.sql$")


class MigrationError(Exception):
    """A migration cannot be read or applied; the message names the file and, if known, the line."""


@dataclass(frozen=True)
class Statement:
    """One statement of a migration, the line where it begins, and the comments in front of it."""

    text: str
    line: int
    comments: str


@dataclass(frozen=True)
class Migration:
    """A migration file."""

    version: str
    path: Path
    text: str

    @property
    def checksum(self) -> str:
        """Checksum of the text, independent of the type of line breaks."""
        return hashlib.sha256(self.text.replace("\r\n", "\n").encode()).hexdigest()

    def statements(self, values: dict[str, str]) -> list[Statement]:
        """The statements with their placeholders filled.

        Args:
            values: values by placeholder, such as `replication_num`.

        Raises:
            MigrationError: a placeholder is unknown, or a string or comment does not end.
        """
        try:
            text = fill(self.text, values)
        except UnknownPlaceholder as error:
            raise MigrationError(f"{self.path}:{error.line}: {error}") from None
        try:
            tokens = sqlglot.tokenize(text, read="starrocks")
        except SqlglotError as error:
            raise MigrationError(f"{self.path}: {error}") from None
        statements: list[Statement] = []
        begin: int | None = None
        end = 0
        for token in tokens:
            if token.token_type == TokenType.SEMICOLON:
                if begin is not None:
                    comments = text[end:begin].strip()
                    statements.append(Statement(text[begin : token.start].strip(), _line(text, begin), comments))
                begin, end = None, token.end + 1
            elif begin is None:
                begin = token.start
        if begin is not None:
            raise MigrationError(f"{self.path}:{_line(text, begin)}: the last statement does not end with `;`")
        return statements


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations of a folder, in order.

    Raises:
        MigrationError: a file has an invalid name, two files have the same number, or there is no file.
    """
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.match(path.name)
        if match is None:
            raise MigrationError(f"{path}: a migration is named V<number>__<name>.sql, such as V007__alerts.sql")
        number = int(match["number"])
        if number in found:
            raise MigrationError(f"{path}: number {number} is already used by {found[number].path.name}")
        found[number] = Migration(path.stem, path, path.read_text())
    if not found:
        raise MigrationError(f"{folder}: no migrations")
    return [found[number] for number in sorted(found)]
