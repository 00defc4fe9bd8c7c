"""Cleaning up after a task that was killed by SIGKILL.

DolphinScheduler 3.1 kills a task by `kill -9` of its whole process tree, so no handler of the task's own runs. A guard
is a small process outside of that tree: a closed pipe tells it that the task is dead, and it cleans up. When only the
worker dies, the task goes on and the guard does nothing.
"""

import os
import signal
from collections.abc import Callable

_IGNORED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Guard:
    """Watches this process from now on, until `done`."""

    def __init__(self, orphaned: Callable[[int | None], None]) -> None:
        """Start it, before the process has connections or threads.

        Args:
            orphaned: runs in the guard when this process has died, with the job that was watched.
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
        """The job of Zeta that is to be stopped with this process; None: none."""
        self.job = job_id
        self._say(f"job {job_id or ''}")

    def done(self) -> None:
        """The process ends by itself: nothing is to be cleaned up."""
        self._say("done")

    def _say(self, line: str) -> None:
        try:
            os.write(self._write, f"{line}\n".encode())
        except OSError:
            # The guard was killed: the work goes on without it.
            return


def _guard(read: int, orphaned: Callable[[int | None], None]) -> None:
    # In a session of its own and adopted by init, it is no descendant of the task any more.
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
