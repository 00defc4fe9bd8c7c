"""Shows the progress of a run: as a bar on a terminal, else as a line at intervals."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

_LINE_SECONDS = 5.0
_BAR_SECONDS = 0.1
_WORRY_SECONDS = 5.0


class Display(Protocol):
    """Shows progress."""

    def show(self, done: int, silence: float = 0.0) -> None:
        """Show the number of acknowledged events, and the seconds since Pulsar's last response."""
        ...

    def note(self, text: str) -> None:
        """Print a line that stays visible."""
        ...


@contextmanager
def progress(what: str, total: int | None, console: Console) -> Iterator[Display]:
    """Show progress of `what` during the block; `total` is the expected number of events, or None if unknown."""
    if not console.is_terminal:
        display = _Lines(what, total, console)
        yield display
        display.end()
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as bar:
        yield _Bar(bar, what, total)


@dataclass
class _Speed:
    """Measures events per second since the start."""

    started: float

    def text(self, done: int) -> str:
        seconds = time.monotonic() - self.started
        return f"{done / seconds:,.0f}/s" if seconds > 0 else ""


class _Bar:
    def __init__(self, bar: Progress, what: str, total: int | None) -> None:
        self._bar = bar
        self._what = what
        self._speed = _Speed(time.monotonic())
        self._task = bar.add_task(what, total=total, rate="")
        self._shown = 0.0

    def show(self, done: int, silence: float = 0.0) -> None:
        now = time.monotonic()
        if now - self._shown < _BAR_SECONDS:
            return
        self._shown = now
        self._bar.update(
            self._task,
            completed=done,
            description=self._what if silence < _WORRY_SECONDS else f"[yellow]waiting for Pulsar, {silence:.0f} s",
            rate=self._speed.text(done),
        )

    def note(self, text: str) -> None:
        self._bar.console.print(Text(text))


class _Lines:
    def __init__(self, what: str, total: int | None, console: Console) -> None:
        self._what = what
        self._of = "" if total is None else f" of {total:,}"
        self._console = console
        self._shown = time.monotonic()
        self._speed = _Speed(self._shown)
        self._done = 0
        self._said = -1

    def show(self, done: int, silence: float = 0.0) -> None:
        self._done = done
        now = time.monotonic()
        if now - self._shown < _LINE_SECONDS:
            return
        self._shown = now
        waiting = f", waiting for Pulsar for {silence:.0f} s" if silence >= _WORRY_SECONDS else ""
        self._say(waiting)

    def end(self) -> None:
        if self._done != self._said:
            self._say("")

    def note(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _say(self, more: str) -> None:
        self._said = self._done
        self.note(f"{self._what}: {self._done:,}{self._of}, {self._speed.text(self._done)}{more}")
