"""The polling loop of this project."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Pending:
    """The result of a check that is not fulfilled yet.

    Args:
        reason: what is missing, for the error message.
        final: whether waiting further is useless, such as after a wrong password.
    """

    reason: str
    final: bool = False


class NeverReady(Exception):
    """A check returned a final reason, so the loop ended before its time limit."""


def poll(
    look: Callable[[], T | Pending],
    *,
    within: float,
    what: str,
    pause: float = 0.1,
    longest_pause: float | None = None,
    progress: Callable[[str], None] | None = None,
    more_time: Callable[[], bool] | None = None,
) -> T:
    """Call `look` repeatedly until it returns a value.

    The last call is made after the time limit, so that a slow call never shortens the limit.

    Args:
        look: returns the value, or `Pending`.
        within: time limit in seconds; `math.inf` for none.
        what: subject of the error message, such as `Pulsar at 127.0.0.1:8080`.
        pause: seconds between two calls.
        longest_pause: limit of the pause, which doubles after each call; None keeps the pause constant.
        progress: called with each reason that differs from the previous one.
        more_time: called after the time limit, before each further call; False ends the loop.

    Returns:
        The value.

    Raises:
        TimeoutError: there was no value in time; the message ends with the last reason.
        NeverReady: a reason was final.
    """
    begun = time.monotonic()
    reported = ""
    while isinstance(found := look(), Pending):
        if found.final:
            raise NeverReady(f"{what}: {found.reason}")
        waited = time.monotonic() - begun
        left = within - waited
        if left <= 0:
            if more_time is None or not more_time():
                raise TimeoutError(f"{what} was not ready within {max(within, waited):.0f} s: {found.reason}")
            left = pause
        if progress is not None and found.reason != reported:
            progress(found.reason)
            reported = found.reason
        time.sleep(min(pause, left))
        if longest_pause is not None:
            pause = min(2 * pause, longest_pause)
    return found


def wait_until(
    problem: Callable[[], str | Pending],
    *,
    within: float,
    what: str,
    pause: float = 0.1,
    longest_pause: float | None = None,
    progress: Callable[[str], None] | None = None,
    more_time: Callable[[], bool] | None = None,
) -> None:
    """Call `problem` repeatedly until it returns an empty string.

    Args:
        problem: returns what is missing, or an empty string; a `Pending` may contain a final reason.
        within: time limit in seconds.
        what: subject of the error message.
        pause: see `poll`.
        longest_pause: see `poll`.
        progress: see `poll`.
        more_time: see `poll`.

    Raises:
        TimeoutError: see `poll`.
        NeverReady: see `poll`.
    """

    def look() -> Pending | None:
        found = problem()
        if isinstance(found, Pending):
            return found
        return Pending(found) if found else None

    poll(
        look,
        within=within,
        what=what,
        pause=pause,
        longest_pause=longest_pause,
        progress=progress,
        more_time=more_time,
    )
