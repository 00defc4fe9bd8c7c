"""Cleans up after a task that was killed by SIGKILL.

DolphinScheduler 3.1 kills a task with `kill -9` on its whole process tree, so no handler of the task runs. A guard is a
small process outside of that tree. It detects the death of the task by a closed pipe, and then cleans up. When only the
worker dies, the task ends at its next log line and the guard does nothing.
"""

import os
import signal
from collections.abc import Callable

_IGNORED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Guard:
    """A guard that watches this process until `done` is called."""

    def __init__(self, orphaned: Callable[[int | None], None]) -> None:
        """Start the guard; the process must not have connections or threads yet.

        Args:
            orphaned: runs in the guard after this process has died, with the watched job.
        """
        self.job: int | None = None
        read, self._write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(self._write)
                _guard(read, orphaned)
            finally:
                os._exit(0)
        os.close(read)
        os.waitpid(child, 0)

    def watch(self, job_id: int | None) -> None:
        """Set the Zeta job to stop if this process dies; None for none."""
        self.job = job_id
        self._say(f"job {job_id or ''}")

    def done(self) -> None:
        """End the guard without clean-up, because the process ends normally."""
        self._say("done")

    def _say(self, line: str) -> None:
        try:
            os.write(self._write, f"{line}\n".encode())
        except OSError:
            # The guard was killed; the task continues without it.
            return


def _guard(read: int, orphaned: Callable[[int | None], None]) -> None:
    # In its own session and adopted by init, the guard is not a descendant of the task.
    os.setsid()
    if os.fork() != 0:
        return
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    # DolphinScheduler reads a task's output until the last process closes it.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    with os.fdopen(read) as pipe:
        lines = pipe.read().splitlines()
    if "done" not in lines:
        watched = [line.removeprefix("job ").strip() for line in lines if line.startswith("job ")]
        orphaned(int(watched[-1]) if watched and watched[-1] else None)
