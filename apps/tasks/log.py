"""Writes to the task's log, which is its standard output; DolphinScheduler stores and shows it."""

import sys


def say(line: str) -> None:
    """Print one line without buffering."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
