"""Restricts an expression of Prometheus to the series of one stack.

A Prometheus of the whole cluster also has the metrics of other programs. Without the restriction, `up == 0` would
select those programs too.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    |(?P<range>\[[^\]]*\])
    |(?P<number>[0-9][0-9a-zA-Z_.]*)
    |(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<mark>[(){}])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_GROUPING = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
"""Keywords that a list of labels may follow."""
_KEYWORDS = _GROUPING | {"and", "or", "unless", "offset", "bool", "atan2", "inf", "nan"}


def scoped(expression: str, matcher: str) -> str:
    """Add a matcher such as `stack="prod"` to every selector of an expression.

    Args:
        expression: valid expression without comments.
        matcher: label matcher.
    """
    return "".join(_scoped(expression, matcher))


def _scoped(expression: str, matcher: str) -> Iterator[str]:
    tokens = [(str(found.lastgroup), found[0]) for found in _TOKEN.finditer(expression)]
    position = 0
    keyword = ""
    while position < len(tokens):
        kind, text = tokens[position]
        if text == "(" and keyword in _GROUPING:
            end = _closing(tokens, position, ")")
        elif text == "{":
            end = _closing(tokens, position, "}")
            inner = "".join(each for _, each in tokens[position + 1 : end])
            yield f"{{{matcher}{', ' if inner.strip() else ''}{inner}}}"
            position, keyword = end + 1, ""
            continue
        elif kind == "name" and text not in _KEYWORDS and _following(tokens, position) not in {"(", "{", *_GROUPING}:
            yield f"{text}{{{matcher}}}"
            position, keyword = position + 1, ""
            continue
        else:
            end = position
        yield "".join(each for _, each in tokens[position : end + 1])
        if text.strip():
            keyword = text
        position = end + 1


def _following(tokens: list[tuple[str, str]], position: int) -> str:
    """The next token that is not white space."""
    return next((text for _, text in tokens[position + 1 :] if text.strip()), "")


def _closing(tokens: list[tuple[str, str]], position: int, mark: str) -> int:
    return next(number for number in range(position, len(tokens)) if tokens[number] == ("mark", mark))
