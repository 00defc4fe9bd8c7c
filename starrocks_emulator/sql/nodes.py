"""Checks of syntax nodes."""

from sqlglot import exp

from starrocks_emulator import errors


def only(node: exp.Expr, *allowed: str) -> None:
    """Refuse a node with other parts than the allowed ones."""
    extra = [name for name, value in node.args.items() if value and name not in allowed]
    if extra:
        raise errors.unsupported(f"{', '.join(extra).upper().replace('_', ' ').strip()} in {node.key.upper()}")
