"""Replaces placeholders, `${name}` and `@{name}`, by values."""

import re
from collections.abc import Callable, Iterable, Mapping

_PATTERNS = {mark: re.compile(re.escape(mark) + r"\{([^}]*)\}") for mark in "$@"}


class UnknownPlaceholder(Exception):
    """A placeholder without a value.

    Attributes:
        placeholder: the placeholder's text, such as `${from}`.
        line: line of the text, from 1.
    """

    def __init__(self, placeholder: str, line: int, known: Iterable[str]) -> None:
        """`known` are the names with a value."""
        super().__init__(f"unknown placeholder {placeholder}; known are {', '.join(sorted(known)) or 'none'}")
        self.placeholder = placeholder
        self.line = line


def fill(text: str, values: Mapping[str, str], *, mark: str = "$") -> str:
    """Replace every placeholder of a text.

    Args:
        text: text with placeholders such as `${from}`.
        values: values by name.
        mark: `$` or `@`, the character before the brace.

    Raises:
        UnknownPlaceholder: a placeholder has no value.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise UnknownPlaceholder(match[0], text.count("\n", 0, match.start()) + 1, values)
        return values[match[1]]

    return _PATTERNS[mark].sub(value, text)


def fill_known(text: str, value: Callable[[str], str | None], *, mark: str = "$") -> str:
    """Replace the placeholders that have a value, and keep the others.

    Args:
        text: text with placeholders.
        value: returns the value of a name, or None to keep the placeholder.
        mark: `$` or `@`.
    """

    def known(match: re.Match[str]) -> str:
        filled = value(match[1])
        return match[0] if filled is None else filled

    return _PATTERNS[mark].sub(known, text)
