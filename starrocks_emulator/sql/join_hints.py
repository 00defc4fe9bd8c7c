"""Hints about the distribution of a join, `JOIN [BROADCAST]`. They change no result.

The joins that refuse a hint are those of StarRocks' QueryAnalyzer.analyzeJoinHints.
"""

from collections.abc import Sequence

from starrocks_emulator import errors

_REFUSED: dict[str, dict[str, str]] = {
    "BROADCAST": {"RIGHT": "RIGHT OUTER JOIN", "FULL": "FULL OUTER JOIN"},
    "SHUFFLE": {"CROSS": "CROSS JOIN"},
    "BUCKET": {"CROSS": "CROSS JOIN"},
    "COLOCATE": {"CROSS": "CROSS JOIN"},
    "UNREORDER": {},
}
"""For each hint, the words before JOIN that it may not follow, and the name of that join."""


def is_hint(tokens: Sequence[str]) -> bool:
    """Whether three tokens after JOIN, in upper case, are a hint."""
    return len(tokens) == 3 and tokens[0] == "[" and tokens[2] == "]" and tokens[1] in _REFUSED


def check(hint: str, before: Sequence[str]) -> None:
    """Check that a join may have a hint.

    Args:
        hint: name of the hint in upper case.
        before: the two words before JOIN in upper case.

    Raises:
        SqlError: 1064.
    """
    for word, join in _REFUSED[hint].items():
        if word in before:
            raise errors.analysis(f"{join} does not support {hint}")
