"""Waits of tests for conditions. The limits are generous, because they matter only if a test fails."""

import os
from collections.abc import Callable

from apps.shared.polling import Pending, poll

PATIENCE = 300.0
"""Default time limit in seconds. An operation that takes a second on an idle machine may take minutes on a busy one."""
PAUSE = 0.1


def is_busy() -> bool:
    """Whether other programs slow this machine down. Measured durations are then not meaningful."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def wait_until(
    condition: Callable[[], object], what: str | Callable[[], object], *, within: float = PATIENCE, pause: float = PAUSE
) -> None:
    """Wait until a condition is true.

    Args:
        condition: called repeatedly; a true result ends the wait.
        what: description of the condition for the error message, or a function that returns it after the time limit.
        within: time limit in seconds.
        pause: seconds between two calls of the condition.
    """

    def look() -> Pending | None:
        return None if condition() else Pending("")

    try:
        poll(look, within=within, what="", pause=pause)
    except TimeoutError:
        shown = what() if callable(what) else what
        raise AssertionError(f"waited {within:.0f} s for {shown}") from None
