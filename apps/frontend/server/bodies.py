"""Reads values from JSON bodies of other servers."""

from collections.abc import Mapping

Body = Mapping[object, object]


def member(body: Body, name: str) -> Body:
    """The object under a name; an empty one if there is none."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def members(body: Body, name: str) -> list[Body]:
    """The objects in the list under a name, without other items."""
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(body: Body, name: str) -> str | None:
    """The text under a name; None for anything else."""
    value = body.get(name)
    return value if isinstance(value, str) else None


def flag(body: Body, name: str) -> bool | None:
    """The boolean under a name; None for anything else."""
    value = body.get(name)
    return value if isinstance(value, bool) else None


def number(body: Body, name: str) -> float | None:
    """The number under a name; None for anything else."""
    value = body.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
