"""Writes to the task's log, which is its standard output; DolphinScheduler stores and shows it."""

import os
import sys

from apps.tasks.errors import WorkerLost


def print_line(line: str) -> None:
    """Print one line without buffering.

    Raises:
        WorkerLost: the process that reads the log has died. All later output is discarded.
    """
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        null = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(null, descriptor)
        os.close(null)
        raise WorkerLost from None
