"""The pieces of a window, which a step processes in order and resumes after a failure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from apps.tasks.context import Context
from apps.tasks.log import print_line
from apps.tasks.steps import Pieces
from apps.tasks.windows import Window, utc


def in_pieces(context: Context, what: str, window: Window, chunk: timedelta | None) -> Iterator[tuple[int, Window]]:
    """The pieces with their numbers from 0. A piece counts as done when the next one is requested.

    An attempt of the same run begins with the first piece that is not done.

    Args:
        context: the step; its row contains the progress.
        what: name of the job or statement, for the log.
        window: the whole range.
        chunk: maximum length of a piece; None for a single piece.
    """
    windows = window.chunks(chunk)
    pieces = Pieces(utc(window.start), utc(window.end), len(windows))
    last = context.last.pieces
    # The engine may have been restarted meanwhile and lack the jobs of finished pieces.
    if context.resumed and last is not None and replace(last, done=0) == pieces and last.done < last.total:
        pieces = last
        if pieces.done:
            print_line(f"{pieces.done} of {pieces.total} pieces were done by an earlier attempt of this run")
    context.record.progress(pieces)
    for index in range(pieces.done, pieces.total):
        print_line(f"piece {index + 1} of {pieces.total}: {what} for {windows[index]}")
        yield index, windows[index]
        context.record.progress(replace(pieces, done=index + 1))


def described(what: str, window: Window, chunk: timedelta | None) -> str:
    """The description of completed work, for users."""
    count = len(window.chunks(chunk))
    return f"{what} for {window}" + (f" in {count} pieces" if count > 1 else "")
