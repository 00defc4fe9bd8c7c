"""The hint `/*+ SET_VAR(name = value, …) */`, which sets variables for one statement."""

import re

from starrocks_emulator import errors
from starrocks_emulator.sql.lexer import Words, tokenize
from starrocks_emulator.variables import checked

_HINT = re.compile(r"/\*\+")


def taken_out(statement: str) -> tuple[str, dict[str, str]]:
    """A statement without its hints, and the variables that the hints set.

    Raises:
        SqlError: 1235 for a hint other than SET_VAR; for errors about variables see `variables.checked`.
    """
    if not _HINT.search(statement):
        return statement, {}
    variables: dict[str, str] = {}
    for token in reversed(tokenize(statement)):
        if token.kind != "hint":
            continue
        words = Words(token.text[3:-2])
        while not words.at_end:
            if not words.accept("SET_VAR"):
                raise errors.unsupported(f"the hint {words.rest().strip()}")
            words.expect("(")
            while True:
                name = words.identifier().lower()
                words.expect("=")
                variables.setdefault(name, checked(name, words.value()))
                if not words.accept(","):
                    break
            words.expect(")")
            words.accept(",")
        statement = f"{statement[: token.start]} {statement[token.end :]}"
    return statement, variables
