"""Waiting in tests: for a condition, and generously, since a limit that is not reached costs nothing."""

from collections.abc import Callable

from apps.shared.polling import Pending, poll

PATIENCE = 300.0
"""Seconds that a test waits for anything: what takes a second on a quiet machine takes a minute on a busy one."""
PAUSE = 0.1


def wait_until(
    condition: Callable[[], object], what: str | Callable[[], object], *, within: float = PATIENCE, pause: float = PAUSE
) -> None:
    """Wait until a condition holds.

    Args:
        condition: called repeatedly; true where the wait is over.
        what: is waited for, for the message of a wait in vain; a function is called only then.
        within: seconds.
        pause: seconds between two calls.
    """

    def look() -> Pending | None:
        return None if condition() else Pending("")

    try:
        poll(look, within=within, what="", pause=pause)
    except TimeoutError:
        shown = what() if callable(what) else what
        raise AssertionError(f"waited {within:.0f} s for {shown}") from None
