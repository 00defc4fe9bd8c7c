"""The health of containers without a published port, as the engine reports it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra import container_states
from infra.container_states import ContainerStates
from infra.resources import health
from infra.resources.health import Check

CHECK = Check(url="docker://kappastack-test-x", contains="", start_within=5, description="")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that replaces the `docker` command."""
    program = tmp_path / "docker"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program.touch(0o755)
    monkeypatch.setattr(container_states, "_FRESH_SECONDS", 0.0)
    monkeypatch.setattr(health, "STATES", ContainerStates())
    return program


def test_a_healthy_container_has_no_problem(engine: Path) -> None:
    engine.write_text("#!/bin/sh\necho '/kappastack-test-x|running|healthy|0|false|0'\n")
    assert CHECK.problem() == ""


@pytest.mark.parametrize("state", ["running starting", "running unhealthy", "exited unhealthy", "restarting starting"])
def test_another_state_is_reported(engine: Path, state: str) -> None:
    engine.write_text(f"#!/bin/sh\necho '/kappastack-test-x|{state.replace(' ', '|')}|0|false|0'\n")
    assert CHECK.problem() == f"container kappastack-test-x is {state}"


def test_a_missing_container_is_reported_with_the_engines_message(engine: Path) -> None:
    engine.write_text(
        "#!/bin/sh\necho '/kappastack-test-y|running|healthy|0|false|0'\necho\n"
        "echo 'Error: No such container: kappastack-test-x' >&2\nexit 1\n"
    )
    assert CHECK.problem() == "container kappastack-test-x: Error: No such container: kappastack-test-x"
    assert Check(**{**CHECK.model_dump(), "url": "docker://kappastack-test-y"}).problem() == ""


def test_an_engine_that_refuses_is_reported(engine: Path) -> None:
    engine.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    assert CHECK.problem() == "container kappastack-test-x: Cannot connect to the Docker daemon"


def test_concurrent_checks_share_one_command(engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command costs as much as a service needs in a second of its start."""
    monkeypatch.setattr(container_states, "_FRESH_SECONDS", 60.0)
    commands = tmp_path / "commands"
    engine.write_text(
        f'#!/bin/sh\necho "$@" >>{commands}\nshift 5\n'
        'for name in "$@"; do echo "/$name|running|healthy|0|false|0"; done\n'
    )
    checks = [Check(**{**CHECK.model_dump(), "url": f"docker://x{number}"}) for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        for _ in range(10):
            assert set(pool.map(Check.problem, checks)) == {""}
    # One command for each name that was not known before; the other 180 checks share them.
    assert len(commands.read_text().splitlines()) == 20


def test_the_wait_ends_when_the_container_is_healthy(engine: Path, tmp_path: Path) -> None:
    engine.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/asked ] && echo '/kappastack-test-x|running|healthy|0|false|0' && exit\n"
        f"touch {tmp_path}/asked\necho '/kappastack-test-x|running|starting|0|false|0'\n"
    )
    assert CHECK.wait("test", "x") == ""
