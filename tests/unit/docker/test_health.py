"""The health of containers without a published port, as the engine reports it."""

from pathlib import Path

import pytest

from infra.resources.health import Check

CHECK = Check(url="docker://kappastack-test-x", contains="", start_within=5, description="")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that replaces the `docker` command."""
    program = tmp_path / "docker"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program.touch(0o755)
    return program


def test_a_healthy_container_has_no_problem(engine: Path) -> None:
    engine.write_text('#!/bin/sh\n[ "$4" = kappastack-test-x ] && echo running healthy\n')
    assert CHECK.problem() == ""


@pytest.mark.parametrize("state", ["running starting", "running unhealthy", "exited unhealthy", "restarting starting"])
def test_another_state_is_reported(engine: Path, state: str) -> None:
    engine.write_text(f"#!/bin/sh\necho {state}\n")
    assert CHECK.problem() == f"container kappastack-test-x is {state}"


def test_a_missing_container_is_reported_with_the_engines_message(engine: Path) -> None:
    engine.write_text("#!/bin/sh\necho 'Error: No such object: kappastack-test-x' >&2\nexit 1\n")
    assert CHECK.problem() == "container kappastack-test-x is Error: No such object: kappastack-test-x"


def test_the_wait_ends_when_the_container_is_healthy(engine: Path, tmp_path: Path) -> None:
    engine.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/asked ] && echo running healthy && exit\ntouch {tmp_path}/asked\n"
        "echo running starting\n"
    )
    assert CHECK.wait("test", "x") == ""
