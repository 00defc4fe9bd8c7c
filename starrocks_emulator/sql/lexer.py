"""Tokens of a statement, and a cursor over them for the hand-written parsers."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from starrocks_emulator import errors

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*(?!\+).*?\*/)
    |(?P<string>'(?:[^'\\]++|\\.|'')*+'|"(?:[^"\\]++|\\.|"")*+")
    |(?P<quoted>`(?:[^`]|``)+`)
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))
    |(?P<word>[\w$]+)
    |(?P<hint>/\*\+.*?\*/)
    |(?P<symbol><=>|<=|>=|<>|!=|:=|@@|->|&&|\|\||[-+*/%=<>(){}\[\],.;:!?&|^~@])""",
    re.DOTALL | re.VERBOSE,
)
_RESERVED_NAMES = (
    "ADD ALL ALTER ANALYZE AND ARRAY AS ASC BETWEEN BIGINT BITMAP BITSHIFTLEFT BITSHIFTRIGHT BITSHIFTRIGHTLOGICAL "
    "BOTH BY CASE CHAR CHARACTER CHECK COLLATE COLUMN COMPACTION CONVERT CREATE CROSS CUBE CURRENT_DATE CURRENT_GROUP "
    "CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DATABASE DATABASES DECIMAL DECIMAL128 DECIMAL32 "
    "DECIMAL64 DECIMALV2 DEFAULT DEFERRED DELETE DENSE_RANK DESC DESCRIBE DISTINCT DIV DOUBLE DROP DUAL ELSE EXCEPT "
    "EXISTS EXPLAIN FALSE FILES FIRST_VALUE FLOAT FOR FORCE FROM FULL FUNCTION GIN GRANT GROUP GROUPING GROUPING_ID "
    "GROUPS HAVING HLL IF IGNORE IMMEDIATE IN INDEX INFILE INNER INSERT INT INTEGER INTERSECT INTO INVOKER IS JOIN "
    "JSON KEY KEYS KILL LAG LARGEINT LAST_VALUE LATERAL LEAD LEFT LIKE LIMIT LOAD LOCALTIME LOCALTIMESTAMP MAXVALUE "
    "MICROSECOND MILLISECOND MOD NOT NTILE NULL ON OPTIMIZE OR ORDER OUTER OUTFILE OVER PARTITION PERCENTILE PREPARE "
    "PRIMARY PROCEDURE RANGE READ REGEXP RELEASE RENAME REPLACE REVOKE RIGHT RLIKE ROWS ROW_NUMBER SCHEMA SCHEMAS "
    "SELECT SET SET_VAR SHOW SMALLINT SYSTEM TABLE TERMINATED TEXT THEN TINYINT TO TRUE UNION UNIQUE UNSIGNED UPDATE "
    "USE USING VALUES VARCHAR WHEN WHERE WITH"
)
RESERVED = frozenset(_RESERVED_NAMES.split())
"""Reserved words (StarRocks docs: Keywords, without the words of `nonReserved` in its grammar)."""
_ESCAPES = {"0": "\0", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "Z": "\x1a"}


class Token(NamedTuple):
    """A word, string, number or symbol with its position in the text."""

    kind: str
    text: str
    start: int
    end: int


def unquote(text: str) -> str:
    """The value of a quoted string or name."""
    quote, body = text[0], text[1:-1].replace(text[0] * 2, text[0])
    if quote == "`":
        return body
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), body, flags=re.DOTALL)


@lru_cache(maxsize=4)  # a statement is split, read and recognized one after the other
def tokenize(sql: str) -> Sequence[Token]:
    """Split a text into tokens, without spaces and comments.

    Raises:
        SqlError: 1064 at the first character that begins no token.
    """
    tokens: list[Token] = []
    position = 0
    for found in _TOKEN.finditer(sql):
        begin, end = found.span()
        if begin != position:
            break
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(Token(kind, found[0], begin, end))
        position = end
    if position < len(sql):
        near = sql[position : position + 20]
        raise errors.syntax(f"Unexpected input '{near}' at position {position}")
    return tuple(tokens)


def split(sql: str) -> list[str]:
    """Split a text at `;` into statements, without empty ones.

    SUBMIT TASK keeps its `;`, which StarRocks stores with the task."""
    statements: list[str] = []
    begin: int | None = None
    end = 0
    for token in tokenize(sql):
        if token.text == ";" and token.kind == "symbol":
            if begin is not None:
                keeps = sql[begin:end].upper().startswith("SUBMIT")
                statements.append(sql[begin : token.end if keeps else end])
            begin = None
        else:
            begin = token.start if begin is None else begin
            end = token.end
    if begin is not None:
        statements.append(sql[begin:end])
    return statements


class Words:
    """A cursor over the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        """Start at the first token of `sql`."""
        self.sql = sql
        self.tokens = tokenize(sql)
        self.position = 0

    def peek(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or symbols."""
        ahead = self.tokens[self.position : self.position + len(words)]
        return len(ahead) == len(words) and all(
            token.kind in {"word", "symbol"} and token.text.upper() == word
            for token, word in zip(ahead, words, strict=True)
        )

    def accept(self, *words: str) -> bool:
        """Consume these keywords or symbols if they are next; return whether they were."""
        if self.peek(*words):
            self.position += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        """Consume these keywords or symbols, which must come next."""
        if not self.accept(*words):
            raise self.unexpected(" ".join(words))

    def one_of(self, *words: str) -> str:
        """Consume one of these keywords."""
        for word in words:
            if self.accept(*word.split()):
                return word
        raise self.unexpected(" or ".join(words))

    def unexpected(self, wanted: str) -> Exception:
        """The error for an unexpected token."""
        token = self.current
        found = f"'{token.text}'" if token else "the end of the statement"
        return errors.syntax(f"Unexpected input {found}, the most similar input is {{{wanted}}}")

    @property
    def current(self) -> Token | None:
        """The next token."""
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    @property
    def at_end(self) -> bool:
        """Whether every token was read."""
        return self.position >= len(self.tokens)

    def finish(self) -> None:
        """Refuse remaining tokens."""
        if not self.at_end:
            raise self.unexpected("<EOF>")

    def _next(self, kinds: set[str], wanted: str) -> Token:
        token = self.current
        if token is None or token.kind not in kinds:
            raise self.unexpected(wanted)
        self.position += 1
        return token

    def identifier(self) -> str:
        """A name, quoted or not."""
        token = self._next({"word", "quoted"}, "an identifier")
        return unquote(token.text) if token.kind == "quoted" else token.text

    def name(self) -> str:
        """A name of an object: a quoted identifier, or an unquoted one that is not a reserved word."""
        token = self.current
        if token and token.kind == "word" and token.text.upper() in RESERVED:
            raise self.unexpected("a legal identifier")
        return self.identifier()

    def string(self) -> str:
        """The value of a quoted string."""
        return unquote(self._next({"string"}, "a string").text)

    def word_or_string(self) -> str:
        """A name or a quoted string."""
        token = self.current
        return self.string() if token and token.kind == "string" else self.identifier()

    def value(self) -> str:
        """The value of a variable: a word, a string or a number with its sign; ON, OFF and NULL as stored."""
        negative = self.accept("-")
        token = self._next({"word", "string", "number", "quoted"}, "a value")
        text = token.text if token.kind in {"word", "number"} else unquote(token.text)
        if token.kind == "word":
            text = {"ON": "1", "TRUE": "true", "OFF": "0", "FALSE": "false", "NULL": ""}.get(text.upper(), text)
        return f"-{text}" if negative else text

    def integer(self) -> int:
        """A whole number."""
        token = self._next({"number"}, "an integer")
        if not token.text.isdigit():
            raise errors.syntax(f"'{token.text}' is not an integer")
        return int(token.text)

    def qualified(self) -> tuple[str | None, str]:
        """A name with or without its database; the catalog may be `default_catalog` only."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.identifier())
        if len(parts) == 3 and parts[0] == "default_catalog":
            parts = parts[1:]
        if len(parts) > 2:
            raise errors.unsupported(f"the catalog {parts[0]}")
        return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])

    def names(self) -> tuple[str, ...]:
        """Names in parentheses."""
        self.expect("(")
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        self.expect(")")
        return tuple(found)

    def rest(self) -> str:
        """The text from here to the end; the cursor moves to the end."""
        token = self.current
        self.position = len(self.tokens)
        return self.sql[token.start :] if token else ""

    def parenthesized(self) -> str:
        """The text of an expression in parentheses, without them."""
        self.expect("(")
        begin = self.position
        depth = 1
        while depth:
            token = self.current
            if token is None:
                raise self.unexpected(")")
            depth += (token.text == "(") - (token.text == ")") if token.kind == "symbol" else 0
            self.position += 1
        return self.sql[self.tokens[begin].start : self.tokens[self.position - 1].start]

    def properties(self) -> dict[str, str]:
        """`("key" = "value", …)`."""
        found: dict[str, str] = {}
        self.expect("(")
        while True:
            key = self.string()
            self.expect("=")
            if key in found:
                raise errors.analysis(f"Property '{key}' is given twice")
            found[key] = self.string()
            if not self.accept(","):
                break
        self.expect(")")
        return found
