"""Waiting for a condition."""

from collections.abc import Callable
from typing import TypeVar

from apps.shared.polling import Pending, poll

_T = TypeVar("_T")

_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.5


def wait_until(what: str, look: Callable[[], _T], enough: Callable[[_T], bool], seconds: float) -> _T:
    """Poll until the state is sufficient.

    Args:
        what: description of the expected state, for the error message.
        look: returns the current state.
        enough: whether a state is sufficient.
        seconds: time limit.

    Returns:
        The sufficient state.

    Raises:
        AssertionError: no sufficient state within the time limit. The message contains the last state.
    """

    def once() -> tuple[_T] | Pending:
        seen = look()
        return (seen,) if enough(seen) else Pending(f"last seen: {seen!r}")

    try:
        (found,) = poll(once, within=seconds, what=what, pause=_PAUSE_SECONDS, longest_pause=_LONGEST_PAUSE_SECONDS)
    except TimeoutError as error:
        raise AssertionError(str(error)) from None
    return found
