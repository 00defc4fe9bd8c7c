"""A pyinfra deploy runs in a forked process and reports a failure with pyinfra's own output."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.state import StackState
from infra.targets.host.deploy import DeployFailed, run_deploy

STACK = "local"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    return tmp_path


def machine(folder: Path) -> str:
    return json.dumps(
        {
            "folders": [str(folder)],
            "configuration": str(folder / "supervisord.conf"),
            "text": f"text of {folder.name}",
            "supervisord": "/bin/true",
        }
    )


def test_deploys_run_side_by_side_and_leave_no_document(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "three")]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda folder: run_deploy("machine", STACK, machine(folder)), folders))
    assert [(folder / "supervisord.conf").read_text() for folder in folders] == [
        "text of one",
        "text of two",
        "text of three",
    ]
    assert list(StackState(STACK).runtime.iterdir()) == []
    assert "gevent" not in sys.modules, "pyinfra patched the process that started the deploy"


def test_a_failure_shows_the_end_of_the_output_and_leaves_no_document() -> None:
    with pytest.raises(DeployFailed, match=r"the pyinfra deploy machine failed:[\s\S]*KeyError: 'folders'"):
        run_deploy("machine", STACK, "{}")
    assert list(StackState(STACK).runtime.iterdir()) == []
