"""The user's request to stop a program that publishes."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """The user's request to stop. The first Ctrl-C or SIGTERM sets it; the second one ends the process."""

    def __init__(self) -> None:
        """Create an unset request."""
        self._requested = False

    def __call__(self) -> bool:
        """Whether a stop is requested."""
        return self._requested

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle the signals during the block."""
        before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._requested = True
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
