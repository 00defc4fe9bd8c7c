"""`logs`: the lines of all services in the order of their times, each with time, level and service."""

import heapq
import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.targets.operations import Operations
from tools.stack.operating import operations_of

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_LINES = 200
"""Number of existing lines that are shown first, of all services together."""
_READ = 5000
"""Number of existing lines that are read of each service; with `SINCE`, all lines are read."""
_ALL = 10_000_000
_BEGINNING = datetime.fromtimestamp(0, UTC)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_NAMES = {"WARNING": "WARN", "CRITICAL": "FATAL", "PANIC": "FATAL", "LOG": "INFO", "NOTICE": "INFO", "TRACE": "DEBUG"}
"""This module's name of each level of some programs."""
_LEVEL = "DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL|PANIC|LOG|NOTICE|TRACE"
_TEXT = re.compile(
    # 2026-01-31T12:00:00.000Z INFO … of Java and Python, 2026-01-31 12:00:00.000 UTC [7] LOG:  … of PostgreSQL
    rf"(?P<time>\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?)(?:Z| UTC)?,?\s+(?:\[\d+\]\s+)?"
    rf"(?:\[)?(?P<level>{_LEVEL})\]?:?\s+(?P<message>.*)"
)


class LogsRefused(Exception):
    """The options of `logs` are wrong; the message names the option, its value and what is expected."""


@dataclass(frozen=True, order=True)
class Entry:
    """A line of a log. A line without a time, such as one of a stack trace, gets time and level of the previous line.

    Args:
        time: time of the line.
        service: name of the service.
        level: one of `LEVELS`.
        message: text without time and level.
    """

    time: datetime
    service: str
    level: str
    message: str

    def __str__(self) -> str:
        """Time, level, service and message."""
        time = self.time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        return f"{time}Z {self.level:<5} {self.service:<20} {self.message}"


@dataclass(frozen=True)
class Filter:
    """The filter of `SINCE=` and `LEVEL=`.

    Args:
        since: time of the first line.
        level: lowest level that is shown.
    """

    since: datetime
    level: str

    def __call__(self, entry: Entry) -> bool:
        """Whether a line is shown."""
        return entry.time >= self.since and LEVELS.index(entry.level) >= LEVELS.index(self.level)


def parse(service: str, line: str, before: Entry | None) -> Entry:
    """Parse a line of a log.

    Args:
        service: service that wrote the line.
        line: the line.
        before: the previous entry, for a line without a time.
    """
    line = line.rstrip("\n")
    found = _json(line) if line.startswith("{") else _text(line)
    if found is not None:
        time, level, message = found
        return Entry(time, service, _NAMES.get(level, level), message)
    if before is not None:
        return Entry(before.time, service, before.level, line)
    return Entry(_BEGINNING, service, "INFO", line)


def _text(line: str) -> tuple[datetime, str, str] | None:
    match = _TEXT.match(line)
    if match is None:
        return None
    try:
        time = datetime.fromisoformat(match["time"].replace(",", ".").replace(" ", "T"))
    except ValueError:
        return None  # It looks like a time, such as the 30th of February.
    return time.replace(tzinfo=UTC), match["level"], match["message"]


def _json(line: str) -> tuple[datetime, str, str] | None:
    """Parse a JSON line of the platform's programs (`time`, `message`) or of Prometheus (`ts`, `msg`)."""
    try:
        fields = json.loads(line)
        time = datetime.fromisoformat(str(fields.pop("time", None) or fields.pop("ts")))
        level = str(fields.pop("level")).upper()
    except (ValueError, KeyError, AttributeError):
        return None
    if _NAMES.get(level, level) not in LEVELS:
        return None
    message = str(fields.pop("message", None) or fields.pop("msg", ""))
    further = " ".join(f"{name}={value}" for name, value in fields.items() if value not in ("", None))
    return time if time.tzinfo else time.replace(tzinfo=UTC), level, f"{message} {further}".strip()


def entries(service: str, lines: Iterable[str]) -> Iterator[Entry]:
    """Parse the lines of a service. Times never decrease, so that the entries can be merged."""
    before: Entry | None = None
    for line in lines:
        entry = parse(service, line, before)
        if before is not None and entry.time < before.time:
            entry = Entry(before.time, service, entry.level, entry.message)
        before = entry
        yield entry


def since(text: str, now: datetime) -> datetime:
    """The time that `SINCE=` names: a duration such as `10m`, or a time in ISO 8601; empty for the beginning.

    Raises:
        LogsRefused: the text is neither a duration nor a time.
    """
    if not text:
        return _BEGINNING
    if match := re.fullmatch(r"(\d+)([smhd])", text):
        try:
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        except OverflowError:
            return _BEGINNING
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise LogsRefused(
            f"SINCE {text!r} is not a time: write a duration such as 30s, 10m, 2h or 1d, or ISO 8601"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def chosen(names: str, known: Sequence[str]) -> list[str]:
    """The services of `SERVICE=`, separated by commas; all for an empty text.

    Raises:
        LogsRefused: a service has no log.
    """
    wanted = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip())) or list(known)
    if unknown := [name for name in wanted if name not in known]:
        there = f"services with a log are {', '.join(known)}" if known else "no service has a log yet"
        raise LogsRefused(f"SERVICE={','.join(unknown)} has no log; {there}")
    return wanted


def level_of(text: str) -> str:
    """The level of `LEVEL=`; empty for all.

    Raises:
        LogsRefused: there is no such level.
    """
    name = _NAMES.get(text.upper(), text.upper()) or LEVELS[0]
    if name not in LEVELS:
        raise LogsRefused(f"LEVEL {text!r} is not a level; levels are {', '.join(LEVELS)}")
    return name


def logs(stack: str, services: str, *, begin: str, level: str, follow: bool) -> int:
    """Print the logs of services; the exit status is 0 if all could be read.

    Args:
        stack: name of the stack.
        services: names separated by commas; empty for all.
        begin: value of `SINCE=`.
        level: value of `LEVEL=`.
        follow: whether to continue with new lines.

    Raises:
        LogsRefused: a service, time or level does not exist.
    """
    operations = operations_of(stack)
    wanted = chosen(services, operations.logged())
    shown = Filter(since(begin, datetime.now(UTC)), level_of(level))
    try:
        unread = _past(operations, wanted, shown, everything=bool(begin))
        if follow:
            unread += _follow(operations, [each for each in wanted if each not in unread], shown, print)
    except KeyboardInterrupt:
        return 0
    return 1 if unread else 0


def _past(operations: Operations, services: Sequence[str], shown: Filter, *, everything: bool) -> list[str]:
    """Print existing lines; return the services whose log could not be read, with the reason on standard error."""
    unread = []
    read = []
    for service in services:
        lines, problem = _output(operations.log_command(service, lines=_ALL if everything else _READ, follow=False))
        read.append(entries(service, lines))
        if problem:
            unread.append(service)
            print(f"SERVICE={service}: the log could not be read: {problem}", file=sys.stderr)
    merged = [entry for entry in heapq.merge(*read) if shown(entry)]
    for entry in merged if everything else merged[-_LINES:]:
        print(entry)
    return unread


def _output(command: Sequence[str]) -> tuple[list[str], str]:
    """The lines of a log, and why it could not be read; empty if it could."""
    done = subprocess.run(
        list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )
    lines = done.stdout.splitlines()
    if done.returncode == 0:
        return lines, ""
    return lines[:-1], lines[-1] if lines else f"{command[0]} ended with status {done.returncode}"


def _follow(
    operations: Operations, services: Sequence[str], shown: Filter, write: Callable[[Entry], None]
) -> list[str]:
    """Print new lines in the order in which they arrive, until an interruption or the end of all logs.

    Returns:
        The services whose command failed, with the reason on standard error.
    """
    arrived: queue.Queue[Entry | str] = queue.Queue()
    failed = []
    processes = [
        subprocess.Popen(
            operations.log_command(service, lines=0, follow=True),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C ends this process only, which then ends these.
            start_new_session=True,
        )
        for service in services
    ]
    ending = threading.Event()

    def read(service: str, process: "subprocess.Popen[str]") -> None:
        entry = None
        for entry in entries(service, process.stdout or ()):
            arrived.put(entry)
        status = process.wait()
        if status and not ending.is_set():
            reason = entry.message if entry else f"status {status}"
            print(f"SERVICE={service}: new lines can no longer be read: {reason}", file=sys.stderr)
            failed.append(service)
        arrived.put(service)

    try:
        for service, process in zip(services, processes, strict=True):
            threading.Thread(target=read, args=(service, process), daemon=True).start()
        running = len(processes)
        while running:
            found = arrived.get()
            if isinstance(found, str):
                running -= 1
            elif shown(found):
                write(found)
    finally:
        ending.set()
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    return failed
