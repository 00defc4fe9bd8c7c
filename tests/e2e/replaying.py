"""Replays a file in the background and waits until its events are stored."""

import re
import subprocess
import sys
from pathlib import Path

from machine import TestStack
from measurements import count

from apps.shared.starrocks_errors import StarRocksError
from infra.resources.connections import token_file
from infra.services import pulsar_roles
from infra.settings import ROOT
from tests.waiting import PATIENCE, wait_until


class Replay:
    """`python -m apps.ciapol.sensors replay` of a file."""

    def __init__(self, stack: TestStack, path: Path, *, speed: float | None = None) -> None:
        """`speed` is a multiple of real time; without it the replay is as fast as Pulsar accepts events."""
        self._log = path.with_suffix(".log")
        command = [
            *(sys.executable, "-m", "apps.ciapol.sensors", "replay", str(path)),
            *("--broker", stack.url("pulsar", "broker")),
            *("--token-file", str(token_file(stack.name, pulsar_roles.token("ciapol-sensors")))),
            *(("--speed", str(speed)) if speed else ()),
        ]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=stack.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def terminate(self) -> None:
        """Terminate the replay before it has published everything."""
        self._process.terminate()
        self._process.wait(PATIENCE)

    def found_no_broker(self, within: float = 2 * PATIENCE) -> bool:
        """Wait for the end of the replay. Whether Pulsar did not run when it started, so that it published nothing."""
        status = self._process.wait(within)
        text = self._log.read_text()
        return status != 0 and "published 0, acknowledged 0," in text and "is Pulsar running?" in text

    def finish(self, within: float = 2 * PATIENCE) -> int:
        """Wait for the end of the replay, and return the number of acknowledged events that it printed."""
        status = self._process.wait(within)
        text = self._log.read_text()
        assert status == 0, text[-3000:]
        match = re.search(r"published \d+, acknowledged (\d+),", text)
        assert match is not None, text[-3000:]
        return int(match[1])


def wait_for_count(
    stack: TestStack, prefix: str, wanted: int, *, within: float = PATIENCE, at_least: bool = False
) -> None:
    """Wait until the number of clean rows is reached."""
    found = -1

    def reached() -> bool:
        nonlocal found
        found = counted(stack, prefix)
        return found == wanted or (at_least and found >= wanted)

    wait_until(reached, lambda: f"{wanted} rows of {prefix}, found {found}", within=within, pause=0.3)


def counted(stack: TestStack, prefix: str) -> int:
    """The number of clean rows, or -1 while StarRocks is unreachable."""

    try:
        return count(stack.name, prefix)
    except StarRocksError:
        return -1
