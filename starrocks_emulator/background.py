"""Threads that work on the data folder, and have to be over before it is closed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Background:
    """Threads of an engine: none is left when it is closed."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.closed = False
        self._threads: set[threading.Thread] = set()
        self._interrupts: dict[object, Callable[[], None]] = {}
        self._lock = threading.Lock()

    def start(self, name: str, action: Callable[[], object]) -> None:
        """Run `action` in a thread of its own; not at all once this is closed."""
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
        """Start nothing more, interrupt what runs, and wait until it is over or `seconds` have passed."""
        with self._lock:
            self.closed = True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                threads = list(self._threads)
                # again each round: between two statements there is nothing to interrupt
                for interrupt in self._interrupts.values():
                    interrupt()
            if not threads:
                return
            threads[0].join(timeout=0.05)
