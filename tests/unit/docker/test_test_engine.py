"""The Docker Engine that the tests start."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cluster import engine as engines
from tests.waiting import PATIENCE


def test_a_second_run_waits_for_the_engine_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[int] = []

    def start() -> "subprocess.Popen[bytes]":
        started.append(len(started))
        return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    def run() -> None:
        with engines.engine():
            pass

    monkeypatch.setenv("KAPPASTACK_CACHE", str(tmp_path))
    monkeypatch.setattr(engines, "_answers", lambda _host: False)
    monkeypatch.setattr(engines, "_start", start)
    second = threading.Thread(target=run)
    with engines.engine():
        second.start()
        second.join(0.3)
        assert started == [0]
        assert second.is_alive()
    second.join(PATIENCE)
    assert started == [0, 1]
    assert "waiting for the Docker Engine of another test run" in capsys.readouterr().out
