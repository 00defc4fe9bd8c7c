"""Parses queries and expressions with sqlglot; function calls keep their written names.

sqlglot replaces known functions by nodes of its own. A prefix on the name prevents that, so that only the package
`functions` defines functions."""

import logging
import re
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.starrocks import StarRocks
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.sql import join_hints, odbc, recognizer

MARK = "__call__"
PARAMETER = "__parameter__"
PATH = "__json_path__"
"""Prefix of a path after `->`, which is parsed as an index: it binds as tightly, and sqlglot would rewrite the path."""
SYNC = "__sync_mv__"
"""Prefix of the name of a synchronous materialized view that is read by `name [_SYNC_MV_]`."""
_KEPT = {"CAST", "CONVERT", "EXTRACT", "TRIM", "GROUP_CONCAT"}
_CALLABLE = {
    TokenType.VAR, TokenType.LEFT, TokenType.RIGHT, TokenType.REPLACE, TokenType.DATE, TokenType.DATABASE,
    TokenType.SCHEMA, TokenType.CURRENT_DATE, TokenType.CURRENT_TIMESTAMP, TokenType.CURRENT_USER,
    TokenType.TRUNCATE, TokenType.LOCALTIMESTAMP, TokenType.CURRENT_ROLE,
}  # fmt: skip
_WORDS = {"CURRENT_CATALOG", "CATALOG", "SESSION_USER", "USER", "VERSION"}
_DIALECT = StarRocks()
_ARROW = re.compile(rf"\['{PATH}((?:[^'\\]|''|\\.)*)'\]")
_PARAMETERS = re.compile(rf"{PARAMETER}\d+", re.IGNORECASE)
_COLORS = re.compile(r"\x1b\[\d+m")

logging.getLogger("sqlglot").setLevel(logging.ERROR)


def _marked(sql: str) -> tuple[list[Token], int]:
    tokens = _with_inner_joins(_without_hints(_DIALECT.tokenize(sql)))
    parameters = 0
    for index, token in enumerate(tokens):
        text = token.text
        if token.token_type is TokenType.L_BRACE:
            odbc.check([each.text for each in tokens[index : index + 3]])
        if MARK in text or PARAMETER in text or (SYNC in text and SYNC in sql):
            if token.token_type is not TokenType.STRING:
                raise errors.syntax(f"'{text}' is a reserved name of the emulator")
        elif token.token_type is TokenType.PARTITION and _is_name(tokens, index + 1):
            # StarRocks also accepts one partition without parentheses
            after = tokens[index + 1]
            at = (after.line, after.col, after.start, after.end)
            tokens[index + 1 : index + 2] = [
                Token(TokenType.L_PAREN, "(", *at),
                after,
                Token(TokenType.R_PAREN, ")", *at),
            ]
        elif text.upper() == "MINUS" and token.token_type is TokenType.VAR and _begins_query(tokens, index + 1):
            tokens[index] = Token(TokenType.EXCEPT, "EXCEPT", token.line, token.col, token.start, token.end)
        elif _is_plain_name(tokens, index):
            tokens[index] = Token(TokenType.IDENTIFIER, text, token.line, token.col, token.start, token.end)
        elif token.token_type is TokenType.BIGINT and text.upper() == "SIGNED" and _in_cast(tokens, index):
            # StarRocks' SIGNED [INT] is INT; sqlglot takes MySQL's 64 bits
            tokens[index] = Token(TokenType.INT, "INT", token.line, token.col, token.start, token.end)
            if index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.INT:
                del tokens[index + 1]
        elif token.token_type is TokenType.NUMBER and text[-1] in "eE":  # a name; sqlglot takes 1e for a number
            tokens[index] = Token(TokenType.IDENTIFIER, text, token.line, token.col, token.start, token.end)
        elif token.token_type is TokenType.PLACEHOLDER:
            tokens[index] = _named(f"{PARAMETER}{parameters}", token)
            parameters += 1
        elif (
            index + 1 < len(tokens)
            and tokens[index + 1].token_type is TokenType.L_PAREN
            and text.upper() not in _KEPT
            and (token.token_type in _CALLABLE or text.upper() in FUNCTIONS or text.upper() in _WORDS)
            and not (index and tokens[index - 1].token_type is TokenType.DOT)
            and not (text.upper() == "CHAR" and _in_cast(tokens, index))
        ):
            tokens[index] = _named(f"{MARK}{text}", token)
    return tokens, parameters


def _without_hints(tokens: list[Token]) -> list[Token]:
    """The tokens without hints, in the syntax that sqlglot parses.

    `name [_SYNC_MV_]` becomes one marked name, and `-> 'path'` becomes an index. Words that change no result are
    removed: hints about the distribution of a join or a window, LATERAL before unnest, which is optional in StarRocks,
    and FROM DUAL.
    """
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        ahead = [token.text.upper() for token in tokens[place : place + 3]]
        if kept and kept[-1].token_type is TokenType.JOIN and join_hints.is_hint(ahead):
            before = [token.text.upper() for token in kept[-3:-1]]
            join_hints.check(ahead[1], before, (token.text.upper() for token in tokens[place + 3 :]))
            place += 3
            continue
        if _opens_window(kept) and ahead[::2] == ["[", "]"]:
            place += 3
            continue
        if tokens[place].token_type is TokenType.ARROW and _is_string(tokens, place + 1):
            kept += _path_index(tokens[place + 1])
            place += 2
            continue
        if ahead[:2] == ["LATERAL", "UNNEST"]:
            place += 1
            continue
        if ahead[:2] == ["FROM", "DUAL"] and tokens[place + 1].token_type is not TokenType.IDENTIFIER:
            place += 2
            continue
        if kept and ahead == ["[", "_SYNC_MV_", "]"]:
            name = _before_alias(kept)
            kept[name] = _named(SYNC + kept[name].text, kept[name])
            place += 3
            continue
        kept.append(tokens[place])
        place += 1
    return kept


def _opens_window(tokens: list[Token]) -> bool:
    return len(tokens) > 1 and tokens[-1].token_type is TokenType.L_PAREN and tokens[-2].text.upper() == "OVER"


def _is_string(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].token_type is TokenType.STRING


def _path_index(path: Token) -> list[Token]:
    """`['path']` for `-> 'path'`."""
    at = (path.line, path.col, path.start, path.end)
    return [
        Token(TokenType.L_BRACKET, "[", *at),
        Token(TokenType.STRING, PATH + path.text, *at),
        Token(TokenType.R_BRACKET, "]", *at),
    ]


def is_path(node: exp.Expr) -> bool:
    """Whether an index is the path after `->`."""
    return isinstance(node, exp.Literal) and bool(node.is_string) and node.name.startswith(PATH)


def _before_alias(tokens: list[Token]) -> int:
    """The place, from the end, of a relation's name before its alias, if `tokens` end with one."""
    if len(tokens) > 2 and tokens[-2].token_type is TokenType.ALIAS:
        return -3
    return -2 if len(tokens) > 1 and tokens[-2].token_type in {TokenType.VAR, TokenType.IDENTIFIER} else -1


_JOIN_WORDS = {"LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", "SEMI", "ANTI", "NATURAL", "ASOF"}


def _with_inner_joins(tokens: list[Token]) -> list[Token]:
    """The tokens, with INNER before each plain JOIN.

    sqlglot parses JOIN without ON as a comma, which binds less tightly than a join.
    """
    found: list[Token] = []
    for token in tokens:
        if token.token_type is TokenType.JOIN and (not found or found[-1].text.upper() not in _JOIN_WORDS):
            found.append(Token(TokenType.INNER, "INNER", token.line, token.col, token.start, token.end))
        found.append(token)
    return found


def _is_name(tokens: list[Token], index: int) -> bool:
    """Whether the token at `index` is a name. After `PARTITION` it may also be `BY` or `(`."""
    return index < len(tokens) and tokens[index].token_type in {TokenType.VAR, TokenType.IDENTIFIER}


_ONLY_NAMES = {"CHARSET", "LOCK", "ROLLBACK"}
"""Words that StarRocks' queries use as names only, and MySQL's as keywords too."""
_MAY_BE_NAMES = {"BINARY", "INTERVAL", "OFFSET", "QUALIFY", "ROLLUP", "SEPARATOR"}
"""Words that are names where one of `_AFTER_NAMES` follows."""
_AFTER_NAMES = {
    TokenType.COMMA, TokenType.R_PAREN, TokenType.DOT, TokenType.FROM, TokenType.WHERE, TokenType.ALIAS, TokenType.ON,
    TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.HAVING, TokenType.LIMIT, TokenType.ASC, TokenType.DESC,
    TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT, TokenType.GTE, TokenType.IS, TokenType.IN,
    TokenType.BETWEEN, TokenType.LIKE, TokenType.AND, TokenType.OR, TokenType.PLUS, TokenType.STAR, TokenType.SLASH,
}  # fmt: skip


def _is_plain_name(tokens: list[Token], index: int) -> bool:
    word, kind = tokens[index].text.upper(), tokens[index].token_type
    if kind in {TokenType.STRING, TokenType.IDENTIFIER} or word not in _ONLY_NAMES | _MAY_BE_NAMES:
        return False
    ends = index + 1 == len(tokens) or tokens[index + 1].token_type in _AFTER_NAMES
    return word in _ONLY_NAMES or (ends and not _in_cast(tokens, index))


def _in_cast(tokens: list[Token], index: int) -> bool:
    """Whether a token names a type: it follows AS in CAST, or the comma in CONVERT."""
    depth = 0
    for place in range(index - 1, 0, -1):
        kind = tokens[place].token_type
        depth += (kind is TokenType.R_PAREN) - (kind is TokenType.L_PAREN)
        if depth < 0:
            before = tokens[index - 1].token_type
            called = tokens[place - 1].text.removeprefix(MARK).upper()
            return called in {"CAST", "CONVERT"} and before in {TokenType.ALIAS, TokenType.COMMA}
    return False


def _begins_query(tokens: list[Token], index: int) -> bool:
    """Whether the right side of a set operation begins at a place."""
    after = {TokenType.SELECT, TokenType.L_PAREN, TokenType.ALL, TokenType.DISTINCT}
    return index < len(tokens) and tokens[index].token_type in after


def _named(name: str, token: Token) -> Token:
    return Token(TokenType.VAR, name, token.line, token.col, token.start, token.end)


def _message(error: SqlglotError) -> str:
    """The message of a parse error, without names of sqlglot's classes."""
    reports = error.errors if isinstance(error, ParseError) else []
    if not reports:
        text = _COLORS.sub("", str(error)).split("\n")[0]
        return "Unexpected input" if "<" in text else _plain(text)
    report = reports[0]
    found = _plain(str(report.get("highlight") or ""))
    where = f"Unexpected input '{found}' at line {report.get('line')}, column {report.get('col')}"
    what = str(report.get("description") or "").rstrip(".")
    plain = what.startswith(("Expecting", "Expected")) and "<" not in what
    return _plain(f"{where}: {what[0].lower()}{what[1:]}") if plain else where


def _plain(text: str) -> str:
    return _PARAMETERS.sub("?", text.replace(MARK, ""))


@lru_cache(maxsize=512)
def _parsed(sql: str) -> tuple[exp.Expr, int]:
    try:
        recognizer.check(sql)
        tokens, parameters = _marked(sql)
        statements = _DIALECT.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, sql)
    except SqlglotError as error:
        raise errors.syntax(_message(error)) from error
    except (
        TypeError,
        AttributeError,
        IndexError,
    ) as error:  # sqlglot builds no node for some texts that StarRocks rejects
        raise errors.syntax("Unexpected input: an expression of the statement cannot be parsed") from error
    except RecursionError as error:
        raise errors.syntax("The statement is nested too deeply") from error
    if len(statements) != 1 or statements[0] is None:
        raise errors.syntax("One statement was expected")
    return statements[0], parameters


def parse(sql: str) -> tuple[exp.Expr, int]:
    """The syntax tree of a SELECT, VALUES, UPDATE or DELETE, and the number of its `?`.

    Callers share the tree and must not change it.

    Raises:
        SqlError: 1064.
    """
    return _parsed(sql)


def parse_expression(text: str) -> exp.Expr:
    """The syntax tree of one expression.

    Raises:
        SqlError: 1064.
    """
    tree, parameters = parse(f"SELECT {text}")
    if parameters or not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        raise errors.syntax(f"'{text}' is not an expression")
    extra = [name for name, value in tree.args.items() if value and name not in {"expressions", "kind"}]
    if extra:
        raise errors.syntax(f"'{text}' is not an expression")
    found = tree.expressions[0]
    if not isinstance(found, exp.Expr):
        raise errors.syntax(f"'{text}' is not an expression")
    return found


def written_name(name: str) -> str:
    """A name as written, without the prefix of a call; `?` for a parameter."""
    return "?" if name.startswith(PARAMETER) else name.removeprefix(MARK)


_NAMES = {
    "jsonextractscalar": "the operator ->>", "tomap": "the type MAP",
    "map": "the type MAP", "struct": "the type STRUCT", "hexstring": "binary literals (x'…')",
    "parameter": "user variables (@name)", "lambda": "functions as arguments (x -> …)", "dot": "fields of STRUCT",
    "bracket": "[…] after a table", "any": "ANY (query)", "all": "ALL (query)",
}  # fmt: skip
"""StarRocks' words for kinds of expressions."""


class _Written(Dialect):
    """Prints every part of an expression. StarRocks' dialect omits and rewrites parts that StarRocks does not have."""


_Written.IDENTIFIER_START = _Written.IDENTIFIER_END = "`"
_SHOWN = 60
"""Number of characters of a statement that a message quotes."""


def written(node: exp.Expr) -> str:
    """The beginning of an expression's SQL text, for a message."""
    try:
        text = node.sql(dialect=_Written, comments=False)
    except (TypeError, AttributeError, ValueError):  # sqlglot has no text for some faulty expressions
        return "…"
    text = re.sub(f"{MARK}|{SYNC}", "", _PARAMETERS.sub("?", text), flags=re.IGNORECASE)
    text = _ARROW.sub(r" -> '\1'", text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def shown(node: exp.Expr) -> str:
    """The name of a kind of expression for a message, or its text."""
    return _NAMES.get(node.key) or f"the expression {written(node)}"


def label(node: exp.Expr) -> str:
    """The name of a result column without alias: its text, without parentheses around the whole."""
    node = node.unnest()
    if isinstance(node, exp.Column):
        return written_name(node.name)
    text = _ARROW.sub(r"->'\1'", node.sql(dialect=_DIALECT, normalize_functions="lower", comments=False))
    text = _PARAMETERS.sub("?", text)
    return re.sub(rf"{MARK}(\w+)", lambda found: found[1].lower(), text, flags=re.IGNORECASE)
