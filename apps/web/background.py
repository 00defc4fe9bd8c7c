"""Computations that may hang, such as queries of a database that does not respond."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """The result of a computation, for which callers wait for a limited time.

    The computation runs in a separate thread, and never twice at the same time.
    """

    def __init__(self, compute: Callable[[], T], *, fresh_seconds: float = 0) -> None:
        """A result is kept for `fresh_seconds`, an error only for the callers that wait for it."""
        self._compute = compute
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._future: Future[T] | None = None
        self._ended = 0.0

    def get(self, within: float) -> T:
        """The result.

        Raises:
            TimeoutError: the computation takes longer than `within` seconds; it continues.
            Exception: the error of the computation.
        """
        return self._started().result(within)

    async def wait(self, within: float) -> T:
        """The result like `get`, for which a request waits without occupying a thread."""
        waited = asyncio.wrap_future(self._started())
        waited.add_done_callback(_retrieve)
        # Unlike `wait_for`, this never cancels the computation, for which other callers may wait.
        done, _ = await asyncio.wait({waited}, timeout=within)
        if not done:
            raise TimeoutError
        return waited.result()

    def _started(self) -> "Future[T]":
        with self._lock:
            future = self._future
            if future is None or (future.done() and not self._usable(future)):
                future = self._future = Future()
                threading.Thread(target=self._run, args=(future,), daemon=True).start()
        return future

    def _usable(self, ended: "Future[T]") -> bool:
        return ended.exception() is None and time.monotonic() - self._ended < self._fresh_seconds

    def _run(self, future: "Future[T]") -> None:
        try:
            result = self._compute()
        except Exception as error:  # raised again in the caller's thread
            future.set_exception(error)
        else:
            self._ended = time.monotonic()
            future.set_result(result)


def _retrieve(ended: "asyncio.Future[T]") -> None:
    """Retrieve the error of a computation for which nobody waits any more, so that asyncio does not log it."""
    if not ended.cancelled():
        ended.exception()
