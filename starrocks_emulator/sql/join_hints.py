"""Hints about the distribution of a join, `JOIN [BROADCAST]`. They change no result.

The joins that refuse a hint are those of StarRocks' QueryAnalyzer.analyzeJoinHints.
"""

from collections.abc import Iterable, Sequence

from starrocks_emulator import errors

_REFUSED: dict[str, dict[str, str]] = {
    "BROADCAST": {"RIGHT": "RIGHT OUTER JOIN", "FULL": "FULL OUTER JOIN"},
    "SHUFFLE": {"CROSS": "CROSS JOIN"},
    "BUCKET": {"CROSS": "CROSS JOIN"},
    "COLOCATE": {"CROSS": "CROSS JOIN"},
    "UNREORDER": {},
}
"""For each hint, the words before JOIN that it may not follow, and the name of that join."""
_CONDITIONED = {"SHUFFLE"}
"""Hints that an inner join may have only with ON or USING: without them it is a cross join."""
_OTHERS = {"LEFT", "RIGHT", "FULL", "CROSS"}
"""Words before JOIN of joins that are not inner ones."""


def is_hint(tokens: Sequence[str]) -> bool:
    """Whether three tokens after JOIN, in upper case, are a hint."""
    return len(tokens) == 3 and tokens[0] == "[" and tokens[2] == "]" and tokens[1] in _REFUSED


def check(hint: str, before: Sequence[str], after: Iterable[str]) -> None:
    """Check that a join may have a hint.

    Args:
        hint: name of the hint in upper case.
        before: the two words before JOIN in upper case.
        after: the tokens after the hint in upper case.

    Raises:
        SqlError: 1064.
    """
    for word, join in _REFUSED[hint].items():
        if word in before:
            raise errors.analysis(f"{join} does not support {hint}")
    if hint in _CONDITIONED and _OTHERS.isdisjoint(before) and not _has_condition(after):
        raise errors.analysis(f"CROSS JOIN does not support {hint}")


def _has_condition(tokens: Iterable[str]) -> bool:
    """Whether ON or USING follows the relation with which `tokens` begin."""
    depth = 0
    for word in tokens:
        if depth == 0 and word in {"ON", "USING"}:
            return True
        depth += (word == "(") - (word == ")")
        if depth < 0 or (depth == 0 and word in {",", ";", "JOIN"}):
            return False
    return False
