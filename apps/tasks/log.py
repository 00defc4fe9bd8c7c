"""The task's log is its standard output: DolphinScheduler keeps it and shows it."""

import sys


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
