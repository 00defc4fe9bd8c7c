"""Detects several statements and changes of the character set in SQL text."""

import re

_TOKEN = re.compile(
    r"""
      '(?:[^'\\]++|\\.|'')*+'? | "(?:[^"\\]++|\\.|"")*+"? | `[^`]*+`?
    | --[\ \t\r\n][^\n]* | --\Z | \#[^\n]* | /\*.*?(?:\*/|\Z)
    | (?P<end>;) | (?P<other>[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
_CHARSET = re.compile(
    r"""\s*SET\s+(?:SESSION\s+|@@(?:session\.)?)?
        (?P<what>NAMES|CHARACTER\s+SET|CHARSET|character_set_client|character_set_results)
        \s*=?\s*(?P<quote>['"`]?)(?P<charset>\w+)(?P=quote)
        (?:\s+COLLATE\s+['"`]?\w+['"`]?)?\s*;?\s*\Z""",
    re.VERBOSE | re.IGNORECASE,
)


def is_multiple(sql: str) -> bool:
    """Whether the text contains more than one statement: text other than comments after a `;`."""
    if ";" not in sql.rstrip().rstrip(";"):
        return False
    ended = False
    for token in _TOKEN.finditer(sql):
        if token.lastgroup == "end":
            ended = True
        elif ended and (token.lastgroup == "other" or token[0][0] in "'\"`"):
            return True
    return False


def charset_change(sql: str) -> tuple[bool, bool, str] | None:
    """The change of the connection's character set by a statement; None if it changes nothing.

    Returns:
        Whether it applies to the client's text, whether it applies to results, and the name of the character set.
        `NULL` is utf8mb4, the character set of unconverted results.
    """
    found = _CHARSET.match(sql) if len(sql) < 256 else None
    if found is None:
        return None
    what = found["what"].lower()
    charset = "utf8mb4" if found["charset"].lower() == "null" else found["charset"]
    return what != "character_set_results", what != "character_set_client", charset
