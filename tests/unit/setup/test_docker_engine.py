"""`make doctor` shows the Docker client, the engine and DOCKER_HOST, and measures the disks that a stack uses."""

from pathlib import Path

import pytest

from tools.setup import docker_engine, doctor


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that replaces the `docker` command."""
    path = tmp_path / "docker"
    path.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return path


def test_client_engine_and_address_are_shown(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program.write_text("#!/bin/sh\necho 20.10.24\n")
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine.example:2376")
    assert docker_engine.rows() == [
        ("Docker client", str(program), True),
        ("Docker Engine", "20.10.24 at DOCKER_HOST=tcp://engine.example:2376", True),
    ]


def test_a_configured_engine_that_does_not_respond_is_a_problem(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program.write_text("#!/bin/sh\nexit 1\n")
    assert docker_engine.rows()[1][2] is True
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine.example:2376")
    what, found, ok = docker_engine.rows()[1]
    assert (what, ok) == ("Docker Engine", False)
    assert found.startswith("no engine responds at DOCKER_HOST=tcp://engine.example:2376; only stacks of target docker")


def test_a_missing_client_is_shown_with_the_command_that_installs_it(program: Path) -> None:
    program.unlink()
    [(what, found, ok)] = docker_engine.rows()
    assert (what, ok) == ("Docker client", True)
    assert found.endswith("apt-get install docker.io")


def test_the_disk_of_the_state_folder_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    assert f"disk for {tmp_path / 'state'}" in [row.what for row in doctor.findings()]
