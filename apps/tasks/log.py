"""Writes to the task's log, which is its standard output; DolphinScheduler stores and shows it."""

import sys


def print_line(line: str) -> None:
    """Print one line without buffering."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
