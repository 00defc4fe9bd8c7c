"""The command line that DolphinScheduler's tasks run: `python -m apps.tasks COMMAND …`."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType

from apps.shared.starrocks_errors import StarRocksError
from apps.tasks.archive import Names, archive
from apps.tasks.arguments import parser
from apps.tasks.context import Context, platform_store, step_record
from apps.tasks.errors import InvalidInput, Killed, TaskError, TimedOut, WorkerLost
from apps.tasks.guard import Guard
from apps.tasks.keeper import keep_running
from apps.tasks.log import print_line
from apps.tasks.programs import run_program
from apps.tasks.run_request import RunRequest, run_request
from apps.tasks.settings import PLATFORM, TaskSettings, load_settings
from apps.tasks.statements import run_check, run_sql
from apps.tasks.steps import State, Step
from apps.tasks.windows import Window, duration, window
from apps.tasks.zeta_job import run as run_zeta_job
from apps.tasks.zeta_job import stop
from seatunnel.client.zeta import Zeta

_FAILED = 1
_INVALID = 2
_KILLED = 143
_STOP_SECONDS = 60.0
_GUARD_SECONDS = 600.0
"""Time limit for the stop of a job by the guard. Nothing waits for the guard, and a restart of Zeta takes minutes."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_KEEPER = "keep-running"


def main(arguments: list[str]) -> int:
    """Run a command; return exit status 0 for success, 2 if a retry would fail in the same way, else 1."""
    options = parser().parse_args(arguments)
    settings = load_settings()
    _check_product(settings, options)
    step = Step(options.product, options.workflow, options.task, options.run, options.every)
    # The keeper needs no clean-up, and it runs every minute.
    guard = None if options.command == _KEEPER else Guard(lambda job_id: _clean_up(settings, step, job_id))
    for number in _SIGNALS:
        signal.signal(number, _be_killed)
    try:
        return _tried(options, settings, step, guard)
    except WorkerLost:
        # DolphinScheduler restarts the task in a new process. That process waits for the Zeta job and updates the row.
        return _KILLED
    finally:
        if guard is not None:
            guard.done()


def _check_product(settings: TaskSettings, options: argparse.Namespace) -> None:
    """Check that the keeper runs for the platform, and all other commands for a product."""
    if (options.product == PLATFORM) != (options.command == _KEEPER):
        right = f"--product {PLATFORM}" if options.command == _KEEPER else "a product"
        raise InvalidInput(f"{options.command} with --product {options.product}: needs {right}")
    if options.product != PLATFORM:
        settings.product(options.product)


def _tried(options: argparse.Namespace, settings: TaskSettings, step: Step, guard: Guard | None) -> int:
    """Run the command, and retry it after a failure that may be temporary.

    DolphinScheduler 3.1.1 can retry tasks too, but it loses the task at the first retry, and the run never ends.
    """
    for attempt in range(1, options.retries + 1):
        status = _run(options, settings, step, guard, last=False)
        if status != _FAILED:
            return status
        print_line(f"trying again in {options.retry_interval} s ({attempt} of {options.retries})")
        try:
            time.sleep(options.retry_interval)
        except Killed:
            print_line("killed")
            step_record(settings, step).end(State.KILLED, error="killed")
            return _KILLED
    return _run(options, settings, step, guard, last=True)


def _run(options: argparse.Namespace, settings: TaskSettings, step: Step, guard: Guard | None, *, last: bool) -> int:
    """Run one attempt. Only the last one may end the step with a failure that is worth a retry."""
    record = step_record(settings, step)
    given = RunRequest(bool(options.manual), getattr(options, "begin", ""), getattr(options, "end", ""))
    status, state, error = _FAILED, State.FAILED, ""
    try:
        scheduled = not (given.manual or given.backfill)
        previous = record.begin(scheduled=scheduled)
        with _at_most(options.try_timeout):
            given = _request(settings, step, given, needed=bool(getattr(options, "window", "")))
            if scheduled and given.manual:
                record.manual()
            context = Context(settings, step, record, previous, given, guard, last_attempt=last)
            details = _command(context, options)
    except Killed:
        status, state, error = _KILLED, State.KILLED, "killed"
        _stop(settings, guard.job if guard else None)
    except TimedOut:
        error = f"it took longer than {options.try_timeout} s"
        _stop(settings, guard.job if guard else None)
    except InvalidInput as problem:
        status, error = _INVALID, str(problem)
    except (TaskError, StarRocksError) as problem:
        error = str(problem)
    except Exception as problem:
        record.end(State.FAILED, error=f"{type(problem).__name__}: {problem}")
        _stop(settings, guard.job if guard else None)
        raise
    else:
        print_line(f"done: {details}")
        record.end(State.SUCCEEDED, details=details, backfill=given.backfill)
        return 0
    print_line(error if state == State.KILLED else f"failed: {error}")
    if status == _FAILED and not last:
        record.retrying(error)
    else:
        record.end(state, error=error)
    return status


def _request(settings: TaskSettings, step: Step, given: RunRequest, *, needed: bool) -> RunRequest:
    with platform_store(settings) as store:
        return run_request(store, f"{settings.platform.database}.run_ranges", step, given, needed=needed)


def _command(context: Context, options: argparse.Namespace) -> str:
    """Run the command; return a description of the work done."""
    match options.command:
        case "zeta-job":
            return run_zeta_job(context, options.job, _window(context, options), _chunk(options))
        case "sql":
            return run_sql(context, options.statement, _window(context, options), _chunk(options))
        case "check":
            return run_check(context, options.query, _window(context, options))
        case "archive":
            names = Names(options.table, options.archive, options.time_column, options.version_column)
            return archive(context, names)
        case "program":
            window = _window(context, options) if options.window else None
            return run_program(context, options.program, options.arguments, window)
        case _:
            return keep_running(context, options.watch)


def _window(context: Context, options: argparse.Namespace) -> Window:
    length = duration(options.window, "--window")
    return window(length, context.request.begin, context.request.end, datetime.now(UTC))


def _chunk(options: argparse.Namespace) -> timedelta | None:
    return duration(options.chunk, "--chunk") if options.chunk else None


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raise `TimedOut` when the block exceeds this number of seconds; 0 means no limit."""
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


def _stop(settings: TaskSettings, job: int | None, within: float = _STOP_SECONDS) -> None:
    if job is None:
        return
    try:
        stop(Zeta(settings.zeta.url, timeout=10), job, within=within)
        print_line(f"job {job} was stopped")
    except TimeoutError as error:
        print_line(f"job {job} was not stopped: {error}")


def _clean_up(settings: TaskSettings, step: Step, job: int | None) -> None:
    """Clean up after a task that was killed by SIGKILL; runs in the guard."""
    _stop(settings, job, within=_GUARD_SECONDS)
    step_record(settings, step).end(State.KILLED, error="killed", only_running=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except TaskError as problem:
        print(problem, file=sys.stderr)
        sys.exit(_INVALID if isinstance(problem, InvalidInput) else _FAILED)
