"""How a function of StarRocks is told to DuckDB."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starrocks_emulator import errors

Template = str | Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Function:
    """A function with `least` to `most` arguments (None: any number).

    `template` holds `{0}`, `{1}` … for rendered arguments, or is called with them. `kind`: `scalar`, `aggregate`
    (which may also be used over a window) or `window` (only there)."""

    template: Template
    least: int = 1
    most: int | None = 1
    kind: str = "scalar"

    def render(self, name: str, arguments: Sequence[str]) -> str:
        """DuckDB's expression for a call.

        Raises:
            SqlError: 1064 for a wrong number of arguments.
        """
        if len(arguments) < self.least or (self.most is not None and len(arguments) > self.most):
            raise errors.analysis(f"No matching function with signature: {name}({len(arguments)} arguments)")
        if isinstance(self.template, str):
            return self.template.format(*arguments)
        return self.template(arguments)


def fixed(template: str, count: int, kind: str = "scalar") -> Function:
    """A function with exactly `count` arguments."""
    return Function(template, count, count, kind)


def literal(text: str, what: str) -> str:
    """The value of a rendered string literal.

    Raises:
        SqlError: 1064 where the argument is something else.
    """
    if len(text) < 2 or text[0] != "'" or text[-1] != "'":
        raise errors.analysis(f"{what} must be a constant string")
    return text[1:-1].replace("''", "'")
