"""Properties of all commands: their row, their exit status, and an unreachable StarRocks."""

import signal
import sys
import time
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.integration.api.platform import Emulator
from tests.integration.tasks.stack import Stack, wait
from tests.waiting import PATIENCE, is_busy

pytestmark = pytest.mark.integration


WAIT = """\
import pathlib, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.05)
"""
"""Code that waits until the file exists that the first argument names."""


def is_registered(stack: Stack, run: str) -> bool:
    """Whether a run is the one in `pipeline_steps`."""
    return stack.starrocks.execute("SELECT run_id FROM kappastack.pipeline_steps WHERE task = 't'") == [(run,)]


def program(stack: Stack, text: str) -> None:
    """Install a program `predictor` that consists of one file."""
    folder = stack.folder / "lib" / "apps" / "ciapol" / "predictor"
    folder.mkdir(parents=True)
    (folder / "__main__.py").write_text(text)
    stack.write(programs={"predictor": str(stack.folder / "lib")})


def test_a_program_is_run_with_its_own_packages_and_addresses(stack: Stack) -> None:
    program(
        stack,
        "import os, sys\n"
        "print('arguments', sys.argv[1:])\n"
        "names = ['HOST', 'DATABASE', 'USER', 'PASSWORD_FILE']\n"
        "print([os.environ['STARROCKS_' + name] for name in names], os.environ['PYTHONPATH'])\n"
        "print('predicted 24 hours of 9 stations')\n",
    )
    code, log = stack.run(stack.command("program", "--program", "predictor", "--", "predict", "--hours", "24"))
    assert code == 0, log
    assert "arguments ['predict', '--hours', '24']" in log
    assert f"'ciapol_analytics', 'ciapol_predictor', '{stack.secret}'] {stack.folder / 'lib'}" in log
    step = stack.step()
    assert (step["state"], step["details"]) == ("succeeded", "predicted 24 hours of 9 stations")
    assert step["last_succeeded_at"] is not None


def test_a_program_receives_its_range_and_the_id_of_the_run(stack: Stack) -> None:
    program(
        stack,
        "import os\n"
        "names = ['KAPPASTACK_RUN', 'KAPPASTACK_LAST_ATTEMPT', 'KAPPASTACK_FROM', 'KAPPASTACK_TO']\n"
        "print([os.environ.get(name) for name in names], os.environ['PULSAR_ADMIN_URL'])\n",
    )
    ranged = ("--window", "48h", "--from", "2026-01-30T12:30:00Z", "--to", "2026-01-31T00:00:00Z")
    code, log = stack.run(stack.command("program", "--program", "predictor", *ranged, "--", "predict", run="7"))
    assert code == 0, log
    assert "['7', '1', '2026-01-30 12:00:00', '2026-01-31 00:00:00'] http://pulsar:8080" in log
    code, log = stack.run(stack.command("program", "--program", "predictor", "--", "predict", run="8"))
    assert code == 0, log
    assert "['8', '1', None, None]" in log


def test_the_error_of_a_failed_program_is_recorded(stack: Stack) -> None:
    program(stack, "raise SystemExit('no history at all')\n")
    code, log = stack.run(stack.command("program", "--program", "predictor", "--", "predict"))
    assert code == 1
    assert "predictor ended with 1: no history at all" in log
    step = stack.step()
    assert step["state"] == "failed"
    assert "no history at all" in str(step["last_error"])
    assert step["last_succeeded_at"] is None


def test_a_program_is_killed_with_its_task(stack: Stack) -> None:
    marker = stack.folder / "alive"
    program(stack, f"import time\nopen({str(marker)!r}, 'w').close()\ntime.sleep(300)\n")
    process = stack.start(stack.command("program", "--program", "predictor", "--", "predict"))
    wait(marker.exists)
    process.terminate()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 143
    assert "killed" in output
    assert stack.step()["state"] == "killed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sql", "--statement", "nothing"), "queries/nothing.sql: No such file"),
        (("sql", "--statement", "quality_hourly", "--from", "yesterday"), "--from 'yesterday' is not a time"),
        (("program", "--program", "oracle"), "has no program 'oracle'"),
        (
            (
                *("archive", "--table", "stations", "--archive", "aqi_hourly_zeta"),
                *("--time-column", "registered_at", "--version-column", "registered_at"),
            ),
            "aqi_hourly_zeta differs from stations in its columns",
        ),
    ],
)
def test_an_error_is_in_the_log_and_in_the_row(stack: Stack, arguments: tuple[str, ...], message: str) -> None:
    code, log = stack.run(stack.command(*arguments, "--retries", "3"))
    assert code == 2
    assert message in log
    assert "Traceback" not in log
    assert message in str(stack.step()["last_error"])


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_a_step_retries_until_its_last_attempt_or_a_kill(stack: Stack, kill: signal.Signals) -> None:
    program(stack, "raise SystemExit('no history at all')\n")
    options = ("--program", "predictor", "--retries", "1", "--retry-interval")
    code, log = stack.run(stack.command("program", *options, "0", "--", "predict"))
    assert (code, stack.step()["state"]) == (1, "failed"), log
    process = stack.start(stack.command("program", *options, "600", "--", "predict", run="2"))
    wait(lambda: stack.step()["state"] == "retrying")
    step = stack.step()
    assert (step["run_id"], step["ended_at"]) == ("2", None)
    assert "no history at all" in str(step["last_error"])
    process.send_signal(kill)
    process.wait(timeout=PATIENCE)
    wait(lambda: stack.step()["state"] == "killed")
    process.communicate()


def test_a_later_success_clears_the_error_and_keeps_the_time_of_the_failure(stack: Stack) -> None:
    assert stack.run(stack.command("sql", "--statement", "nothing"))[0] == 2
    assert stack.run(stack.command("sql", "--statement", "quality_hourly", "--window", "1h", run="2"))[0] == 0
    step = stack.step()
    assert (step["run_id"], step["state"], step["last_error"]) == ("2", "succeeded", None)
    assert step["last_failed_at"] is not None


def test_a_task_still_succeeds_if_starrocks_is_unreachable_at_its_end(stack: Stack, starrocks: Emulator) -> None:
    done = stack.folder / "done"
    program(stack, f"open({str(done)!r}, 'w').close()\n{WAIT}\nprint('did it')\n")
    process = stack.start(stack.command("program", "--program", "predictor", "--", str(stack.folder / "go-on")))
    wait(done.exists)
    starrocks.kill()
    (stack.folder / "go-on").touch()
    assert process.stdout is not None
    output = ""
    while "does not respond" not in output:
        line = process.stdout.readline()
        assert line, output
        output += line
    starrocks.start()
    rest, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output + rest
    step = stack.step()
    assert (step["state"], step["details"]) == ("succeeded", "did it")


def test_a_run_does_not_overwrite_the_row_of_a_later_run(stack: Stack) -> None:
    program(stack, WAIT)
    ends = {run: stack.folder / run for run in ("first", "second")}
    processes = {}
    for run, end in ends.items():
        processes[run] = stack.start(stack.command("program", "--program", "predictor", "--", str(end), run=run))
        wait(partial(is_registered, stack, run))
    ends["first"].touch()
    processes["first"].communicate(timeout=PATIENCE)
    step = stack.step()
    assert (step["run_id"], step["state"]) == ("second", "running")
    assert step["last_succeeded_at"] is not None
    ends["second"].touch()
    processes["second"].communicate(timeout=PATIENCE)
    assert stack.step()["state"] == "succeeded"


def test_the_keeper_is_fast(stack: Stack) -> None:
    """The keeper runs once a minute; docs/orchestration.md has measured times."""
    begin = time.monotonic()
    assert stack.run(stack.command("keep-running"))[0] == 0
    assert time.monotonic() - begin < 10 or is_busy()


def test_an_unknown_command_is_a_usage_error(stack: Stack) -> None:
    code, log = stack.run([sys.executable, "-m", "apps.tasks", "fly"])
    assert (code, "invalid choice" in log) == (2, True)
    code, log = stack.run(stack.command("keep-running", run="../../etc"))
    assert (code, "is not a name" in log) == (2, True)
    assert Path(stack.secret).read_text().strip() not in log


def test_a_backfill_does_not_count_as_a_scheduled_success(stack: Stack) -> None:
    """The page derives lateness from `last_succeeded_at`: a backfill of 2016 must not hide a stopped schedule."""
    midnight = datetime(2016, 1, 1)  # noqa: DTZ001 # UTC, as StarRocks has it
    quality = ("sql", "--statement", "quality_hourly")
    given = ("--from", "2016-01-01T00:30:00Z", "--to", "2016-01-01T02:00:00Z", "--manual", "0a1b")
    code, log = stack.run(stack.command(*quality, *given, run="1"))
    assert code == 0, log
    step = stack.step()
    assert (step["state"], step["scheduled"], step["last_succeeded_at"]) == ("succeeded", 0, None)
    assert (step["range_from"], step["range_to"]) == (midnight, midnight.replace(hour=2))
    assert (step["pieces_done"], step["pieces_total"]) == (1, 1)
    # A task that DolphinScheduler restarts, for example after a worker is lost, has a command without the parameters.
    assert stack.run(stack.command(*quality, run="1"))[0] == 0
    step = stack.step()
    assert (step["scheduled"], step["last_succeeded_at"], step["range_from"]) == (0, None, midnight)
    assert stack.run(stack.command(*quality, "--window", "1h", "--manual", "0a1c", run="2"))[0] == 0
    step = stack.step()
    assert step["scheduled"] == 0
    by_hand = step["last_succeeded_at"]
    assert by_hand is not None
    assert stack.run(stack.command(*quality, "--window", "1h", run="3"))[0] == 0
    step = stack.step()
    assert step["scheduled"] == 1
    assert step["last_succeeded_at"] >= by_hand  # type: ignore[operator]  # both are times


def test_a_failed_backfill_is_recorded_and_keeps_the_last_success(stack: Stack) -> None:
    quality = ("sql", "--statement", "quality_hourly")
    assert stack.run(stack.command(*quality, "--window", "1h", run="1"))[0] == 0
    succeeded = stack.step()["last_succeeded_at"]
    assert stack.run(stack.command(*quality, "--from", "2030-01-02", "--to", "2030-01-01", run="2"))[0] == 2
    step = stack.step()
    assert (step["state"], step["last_succeeded_at"]) == ("failed", succeeded)
    assert step["last_failed_at"] is not None


def test_a_product_cannot_run_the_keeper(stack: Stack) -> None:
    command = stack.command("keep-running")
    command[command.index("platform")] = "ciapol"
    code, log = stack.run(command)
    assert (code, "keep-running with --product ciapol: needs --product platform" in log) == (2, True), log
    command = stack.command("sql", "--statement", "quality_hourly")
    command[command.index("ciapol")] = "platform"
    code, log = stack.run(command)
    assert (code, "sql with --product platform: needs a product" in log) == (2, True), log
