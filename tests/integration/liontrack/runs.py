"""Runs of the pipeline with its own StarRocks user. Their steps may be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from apps.liontrack.pipeline.__main__ import STEPS
from infra.settings import ROOT
from tests.integration.liontrack.lake import Lake

_KILLED_STEP = """
import os, signal, sys
from apps.liontrack.pipeline.__main__ import main
from apps.shared.starrocks import StarRocks
step, victim, at, before = sys.argv[1], int(sys.argv[2]) or os.getpid(), int(sys.argv[3]), sys.argv[4] == "before"
original, writes = StarRocks._run, 0
def run(self, statement, *arguments, **options):
    global writes
    changes = not statement.lstrip().upper().startswith("SELECT")
    writes += changes
    if changes and writes == at and before:
        os.kill(victim, signal.SIGKILL)
    answer = original(self, statement, *arguments, **options)
    if changes and writes == at and not before:
        os.kill(victim, signal.SIGKILL)
    return answer
StarRocks._run = run
sys.exit(main([step]))
"""


@dataclass(frozen=True)
class Pipeline:
    """Runs steps in this process, in a process that is killed, or while StarRocks is killed."""

    lake: Lake
    pulsar_admin: str
    password_file: Path
    variables: pytest.MonkeyPatch

    def __call__(self, run: str, first: date, end: date, steps: Sequence[str] = tuple(STEPS)) -> None:
        """Run steps; each must succeed.

        Args:
            run: id of the run.
            first: first day of its range.
            end: day after the last.
            steps: names of the steps, in order.
        """
        environment = {
            "STARROCKS_HOST": "127.0.0.1",
            "STARROCKS_PORT": str(self.lake.server.mysql_port),
            "STARROCKS_USER": "liontrack_pipeline",
            "STARROCKS_PASSWORD_FILE": str(self.password_file),
            "STARROCKS_DATABASE": "liontrack_bronze",
            "PULSAR_ADMIN_URL": self.pulsar_admin,
            "KAPPASTACK_RUN": run,
            "KAPPASTACK_FROM": f"{first} 00:00:00",
            "KAPPASTACK_TO": f"{end} 00:00:00",
        }
        for variable, value in environment.items():
            self.variables.setenv(variable, value)
        self.lake.run(environment, steps)

    def kill_process(self, step: str, write: int, *, before: bool) -> None:
        """Start a step that kills itself, with the range of the last call.

        Args:
            step: name of the step.
            write: number of the changing statement, from 1.
            before: whether the kill is before or after this statement.
        """
        assert self._start(step, 0, write, before=before).wait() == -signal.SIGKILL, (
            f"{step} ended before write {write}"
        )

    def kill_starrocks(self, step: str, write: int, *, before: bool) -> bool:
        """Start a step during which StarRocks is killed and restarted. The arguments are those of `kill_process`.

        Returns:
            Whether the step succeeded without a retry.
        """
        server = self.lake.server
        process = self._start(step, server.process.pid, write, before=before)
        try:
            assert server.process.wait() == -signal.SIGKILL
            server.start_again()
            return process.wait() == 0
        finally:
            process.kill()
            process.wait()

    def _start(self, step: str, victim: int, write: int, *, before: bool) -> "subprocess.Popen[bytes]":
        arguments = [step, str(victim), str(write), "before" if before else "after"]
        return subprocess.Popen([sys.executable, "-c", _KILLED_STEP, *arguments], cwd=ROOT, env=dict(os.environ))
