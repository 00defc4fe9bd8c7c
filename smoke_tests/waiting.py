"""Waiting for what takes a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")

_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.5


def wait_until(what: str, look: Callable[[], _T], enough: Callable[[_T], bool], seconds: float) -> _T:
    """Look again and again until it is enough.

    Args:
        what: what is waited for, for the message.
        look: asks for the present state.
        enough: decides about it.
        seconds: after which to give up.

    Returns:
        The state that was enough.

    Raises:
        AssertionError: it was not enough in time; the message tells what was waited for and what was last seen.
    """
    deadline = time.monotonic() + seconds
    pause = _PAUSE_SECONDS
    while not enough(seen := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s; last seen: {seen!r}"
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    return seen
