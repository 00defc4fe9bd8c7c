"""A pyinfra deploy runs in a forked process and reports a failure with pyinfra's own output."""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.state import StackState
from infra.targets.host.deploy import DeployFailed, run_deploy
from infra.targets.host.description import Description, Health
from infra.targets.host.paths import ServicePaths

STACK = "local"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
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
    with pytest.raises(DeployFailed, match=r"the pyinfra deploy machine ended with exit code 1:[\s\S]*'folders'"):
        run_deploy("machine", STACK, "{}")
    assert list(StackState(STACK).runtime.iterdir()) == []


@pytest.fixture
def deploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of deploy `own`."""
    monkeypatch.setattr("infra.targets.host.deploy._DEPLOYS", tmp_path)
    return tmp_path / "own.py"


def test_the_exit_code_of_a_killed_deploy_is_in_the_error(deploy: Path) -> None:
    deploy.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    with pytest.raises(DeployFailed, match="the pyinfra deploy own ended with exit code -9"):
        run_deploy("own", STACK, "{}")


def test_a_crash_in_the_finalization_of_the_interpreter_is_no_failure(deploy: Path) -> None:
    deploy.write_text(
        "import os, signal\nfrom multiprocessing.util import Finalize\n"
        "Finalize(None, os.kill, (os.getpid(), signal.SIGKILL), exitpriority=1)\n"
    )
    run_deploy("own", STACK, "{}")


def paths(files: list[str], secrets: list[str]) -> ServicePaths:
    return ServicePaths(
        Description(
            stack=STACK,
            service="echo",
            distribution="echo-1",
            command=["/bin/true"],
            environment={},
            files=dict.fromkeys(files, "text"),
            ports={},
            volumes=[],
            secret_names=secrets,
            secrets=dict.fromkeys(secrets, "secret"),
            health=Health(port="http", path="/", contains="", start_within=1),
            stop_grace=1,
            keep_data=False,
        )
    )


def test_files_and_secrets_that_a_service_no_longer_has_are_obsolete() -> None:
    before = paths(["a.yml", "rules/b.yml"], ["x", "y"])
    for path in [*before.rendered_files(), before.secrets / "x", before.secrets / "y"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert before.obsolete_files() == []
    after = paths(["a.yml"], ["x"])
    assert after.obsolete_files() == [after.files / "rules/b.yml", after.secrets / "y"]
