"""Waiting for a condition."""

from collections.abc import Callable
from typing import TypeVar

from apps.shared.polling import Pending, poll

_T = TypeVar("_T")

_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.5


def wait_until(what: str, look: Callable[[], _T], enough: Callable[[_T], bool], seconds: float) -> _T:
    """Look repeatedly until the state is sufficient.

    Args:
        what: what is waited for, for the message.
        look: returns the present state.
        enough: decides whether it is sufficient.
        seconds: time limit.

    Returns:
        The sufficient state.

    Raises:
        AssertionError: it was not sufficient in time; the message has the last state.
    """

    def once() -> tuple[_T] | Pending:
        seen = look()
        return (seen,) if enough(seen) else Pending(f"last seen: {seen!r}")

    try:
        (found,) = poll(once, within=seconds, what=what, pause=_PAUSE_SECONDS, longest_pause=_LONGEST_PAUSE_SECONDS)
    except TimeoutError as error:
        raise AssertionError(str(error)) from None
    return found
