"""The command line that DolphinScheduler's tasks run: `python -m apps.tasks COMMAND …`."""

import argparse
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

from apps.shared.starrocks import StarRocksError
from apps.tasks.application import run_app
from apps.tasks.archive import archive
from apps.tasks.context import Context, step_record
from apps.tasks.errors import Killed, TaskError, TimedOut
from apps.tasks.guard import Guard
from apps.tasks.keeper import keep_running
from apps.tasks.log import say
from apps.tasks.ranges import asked_range
from apps.tasks.settings import TaskSettings, load_settings
from apps.tasks.statements import run_check, run_sql
from apps.tasks.steps import State, Step
from apps.tasks.windows import Window, duration, window
from apps.tasks.zeta_job import run as run_zeta_job
from apps.tasks.zeta_job import stop
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import JobFailed, Zeta

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")
_FAILED = 1
_KILLED = 143
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Run a command; the exit status is 0 where it succeeded."""
    options = _parser().parse_args(arguments)
    settings = load_settings()
    settings.product(options.product)
    step = Step(options.product, options.workflow, options.task, options.run, options.every)
    # The keeper leaves nothing behind that would have to be cleaned up, and runs each minute.
    guard = None if options.command == "keep-running" else Guard(lambda job_id: _clean_up(settings, step, job_id))
    for number in _SIGNALS:
        signal.signal(number, _be_killed)
    try:
        return _tried(options, settings, step, guard)
    finally:
        if guard is not None:
            guard.done()


def _tried(options: argparse.Namespace, settings: TaskSettings, step: Step, guard: Guard | None) -> int:
    """Run the command, again after a failure.

    DolphinScheduler 3.1.1 has retries of its own: it loses the task at the first, and the run goes on for ever.
    """
    for attempt in range(1, options.retries + 1):
        status = _run(options, settings, step, guard)
        if status != _FAILED:
            return status
        say(f"trying again in {options.retry_interval} s ({attempt} of {options.retries})")
        try:
            time.sleep(options.retry_interval)
        except Killed:
            say("killed")
            return _KILLED
    return _run(options, settings, step, guard)


def _run(options: argparse.Namespace, settings: TaskSettings, step: Step, guard: Guard | None) -> int:
    record = step_record(settings, step)
    try:
        last = record.begin()
        context = Context(settings, step, record, last.details, last.run == step.run, guard)
        with _at_most(options.try_timeout):
            details = _command(context, options)
    except Killed:
        say("killed")
        _stop(settings, guard.job if guard else None)
        record.end(State.KILLED, error="killed")
        return _KILLED
    except TimedOut:
        error = f"it took longer than {options.try_timeout} s"
        say(f"failed: {error}")
        _stop(settings, guard.job if guard else None)
        record.end(State.FAILED, error=error)
        return _FAILED
    except (TaskError, StarRocksError) as error:
        say(f"failed: {error}")
        record.end(State.FAILED, error=str(error))
        return _FAILED
    except Exception as error:
        record.end(State.FAILED, error=f"{type(error).__name__}: {error}")
        _stop(settings, guard.job if guard else None)
        raise
    say(f"done: {details}")
    record.end(State.SUCCEEDED, details=details)
    return 0


def _command(context: Context, options: argparse.Namespace) -> str:
    """Run the command; what was done, in words."""
    match options.command:
        case "zeta-job":
            chunk = duration(options.chunk, "--chunk") if options.chunk else None
            return run_zeta_job(context, options.job, _window(context, options), chunk)
        case "sql":
            return run_sql(context, options.statement, _window(context, options))
        case "check":
            return run_check(context, options.query, _window(context, options))
        case "archive":
            return archive(context, options.table, options.archive, options.time_column, options.version_column)
        case "app":
            return run_app(context, options.app, options.arguments)
        case _:
            return keep_running(context)


def _window(context: Context, options: argparse.Namespace) -> Window:
    store = context.store()
    try:
        table = f"{context.settings.platform_database}.run_ranges"
        begin, end = asked_range(store, table, context.step, options.begin, options.end)
    finally:
        store.close()
    return window(duration(options.window, "--window"), begin, end, datetime.now(UTC))


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raise `TimedOut` in what takes longer; 0: never."""
    signal.signal(signal.SIGALRM, _time_out)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _time_out(_signal: int, _frame: FrameType | None) -> None:
    raise TimedOut


def _be_killed(_signal: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Killed


def _stop(settings: TaskSettings, job: int | None) -> None:
    if job is None:
        return
    try:
        stop(Zeta(settings.zeta.url, timeout=10), job)
        say(f"job {job} was stopped")
    except (ZetaError, JobFailed, TimeoutError) as error:
        say(f"job {job} was not stopped: {error}")


def _clean_up(settings: TaskSettings, step: Step, job: int | None) -> None:
    """What is left to do where the task was killed without a word; runs in the guard."""
    _stop(settings, job)
    step_record(settings, step).end(State.KILLED, error="killed", only_running=True)


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of at most 64 letters, digits and _ . : -")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apps.tasks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        for option in ("product", "workflow", "task"):
            added.add_argument(f"--{option}", required=True, type=_name)
        added.add_argument("--run", required=True, type=_name, help="workflow instance of DolphinScheduler")
        added.add_argument("--try-timeout", type=int, default=0, help="seconds that one try may take; 0: any")
        added.add_argument("--retries", type=int, default=0, help="how often it is tried again after a failure")
        added.add_argument("--retry-interval", type=int, default=60, help="seconds between a failure and the next try")
        added.add_argument("--every", type=int, help="longest pause between two scheduled runs, in seconds")
        return added

    def windowed(name: str, text: str, default: str) -> argparse.ArgumentParser:
        added = command(name, text)
        added.add_argument("--window", default=default, help="hours or days up to the next full hour, such as 48h")
        added.add_argument(
            "--from", dest="begin", default="", help="ISO 8601; empty: the window's length before the end"
        )
        added.add_argument("--to", dest="end", default="", help="ISO 8601; empty: the next full hour")
        return added

    job = windowed("zeta-job", "run a batch job of SeaTunnel and wait for its end", "48h")
    job.add_argument("--job", required=True, type=_name, help="file seatunnel/<product>/<job>.conf")
    job.add_argument("--chunk", default="", help="work in pieces of so many hours or days, such as 31d")
    sql = windowed("sql", "run a statement", "24h")
    sql.add_argument("--statement", required=True, type=_name, help="file sql/<product>/queries/<statement>.sql")
    check = windowed("check", "run a query and raise an alert for the rows that it finds", "24h")
    check.add_argument("--query", required=True, type=_name, help="file sql/<product>/queries/<query>.sql")
    old = command("archive", "move months that are older than the retention to the archive")
    old.add_argument("--table", required=True, type=_name)
    old.add_argument("--archive", required=True, type=_name)
    old.add_argument("--time-column", required=True, type=_name)
    old.add_argument("--version-column", default="published_at", type=_name)
    command("keep-running", "put streaming jobs back that do not run")
    app = command("app", "run an application of the product")
    app.add_argument("--app", required=True, type=_name)
    app.add_argument("arguments", nargs="*", help="of the application, after --")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except TaskError as problem:
        sys.exit(f"{problem}")
