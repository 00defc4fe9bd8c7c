"""Threads that use the data folder and must end before it is closed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Background:
    """Background threads of an engine; `close` ends them all."""

    def __init__(self) -> None:
        """Start without threads."""
        self.closed = False
        self._threads: set[threading.Thread] = set()
        self._interrupts: dict[object, Callable[[], None]] = {}
        self._lock = threading.Lock()

    def start(self, name: str, action: Callable[[], object]) -> None:
        """Run `action` in a new thread; ignored after `close`."""
        with self._lock:
            if self.closed:
                return
            thread = threading.Thread(target=self._run, args=(action,), name=name, daemon=True)
            self._threads.add(thread)
            thread.start()

    def _run(self, action: Callable[[], object]) -> None:
        try:
            action()
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Let `close` call `interrupt` while this block runs."""
        key = object()
        with self._lock:
            self._interrupts[key] = interrupt
        try:
            yield
        finally:
            with self._lock:
                del self._interrupts[key]

    def close(self, seconds: float) -> None:
        """Accept no new threads, interrupt the running ones and wait for them, at most `seconds`."""
        with self._lock:
            self.closed = True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                threads = list(self._threads)
                # Repeated, because an interrupt between two statements has no effect.
                for interrupt in self._interrupts.values():
                    interrupt()
            if not threads:
                return
            threads[0].join(timeout=0.05)
