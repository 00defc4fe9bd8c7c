"""What the protocol reads in SQL text: several statements, and changes of the character set."""

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
    """Whether the text holds more than one statement: something behind a `;` that is no comment."""
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
    """What a statement does to the connection's character set: (for the client's text, for results, its name).

    None where it does nothing to it. `NULL` is utf8mb4, which is what results are in when they are not converted.
    """
    found = _CHARSET.match(sql) if len(sql) < 256 else None
    if found is None:
        return None
    what = found["what"].lower()
    charset = "utf8mb4" if found["charset"].lower() == "null" else found["charset"]
    return what != "character_set_results", what != "character_set_client", charset
