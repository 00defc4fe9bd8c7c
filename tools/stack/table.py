"""Formats tables without truncating cells, for terminals of any width and for pipes."""

from collections.abc import Sequence

_LONG = 60
"""Maximum width to which a cell widens its column."""


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table.

    Args:
        rows: cells of each row, all rows of the same length; the first row is the heading.

    Returns:
        Lines without trailing spaces.
    """
    columns = zip(*rows, strict=True)
    widths = [max((len(cell) for cell in column if len(cell) <= _LONG), default=0) for column in columns]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
