"""Checks that sqlglot does not perform: the order of clauses, and reserved words as names."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from starrocks_emulator import errors
from starrocks_emulator.sql.lexer import RESERVED

_CLAUSES = {
    TokenType.FROM: 1, TokenType.WHERE: 2, TokenType.GROUP_BY: 3, TokenType.HAVING: 4, TokenType.QUALIFY: 5,
    TokenType.ORDER_BY: 6, TokenType.LIMIT: 7,
}  # fmt: skip
_STARTS = {
    TokenType.SELECT, TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.UPDATE, TokenType.DELETE,
    TokenType.SEMICOLON,
}  # fmt: skip
_NO_NAMES = {"SELECT", "WITH", "VALUES"}
"""Reserved words that may follow AS."""


def check_words(tokens: Sequence[Token]) -> None:
    """Refuse clauses in the wrong order, and reserved words as names after AS or a dot.

    Raises:
        SqlError: 1064.
    """
    clauses = [0]
    for index, token in enumerate(tokens):
        kind = token.token_type
        before = tokens[index - 1].token_type if index else None
        if kind is TokenType.L_PAREN:
            clauses.append(0)
        elif kind is TokenType.R_PAREN:
            if len(clauses) > 1:
                clauses.pop()
        elif kind in _STARTS:
            clauses[-1] = 0
        elif kind in _CLAUSES and before is not TokenType.DISTINCT:  # IS DISTINCT FROM
            if _CLAUSES[kind] < clauses[-1]:
                raise errors.syntax(
                    f"Unexpected input '{token.text}', the most similar input is {{<EOF>, ';'}}: "
                    "the clauses of the query are in the wrong order"
                )
            clauses[-1] = _CLAUSES[kind]
        if before is TokenType.ALIAS and _is_reserved(token) and not _in_cast(tokens, index):
            raise errors.syntax(f"Unexpected input '{token.text}', the most similar input is {{a legal identifier}}")


def _is_reserved(token: Token) -> bool:
    quoted = token.token_type in {TokenType.IDENTIFIER, TokenType.STRING}
    return not quoted and token.text.upper() in RESERVED - _NO_NAMES


def _in_cast(tokens: Sequence[Token], index: int) -> bool:
    """Whether a token follows the AS of a CAST, where it names a type."""
    depth = 0
    for token in reversed(tokens[:index]):
        depth += (token.token_type is TokenType.R_PAREN) - (token.token_type is TokenType.L_PAREN)
        if depth < 0:
            place = tokens.index(token)
            return bool(place) and tokens[place - 1].text.upper() in {"CAST", "TRY_CAST"}
    return False
