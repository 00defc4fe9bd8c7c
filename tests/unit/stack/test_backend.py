"""Locks of running and ended processes, and files left empty or truncated by a full disk or a power cut."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from tools.stack import commands, processes
from tools.stack.backend import Backend, BackendError, StackLocked
from tools.stack.pulumi import Stack

SALT = "v1:a:v1:b:c"
CHECKPOINT = {"version": 3, "checkpoint": {"latest": {"secrets_providers": {"state": {"salt": SALT}}}}}


@pytest.fixture
def repairs() -> list[str]:
    """The reported repairs."""
    return []


@pytest.fixture
def backend(tmp_path: Path, repairs: list[str]) -> Backend:
    """A backend with a stack."""
    made = Backend(tmp_path, "local", repairs.append)
    made.checkpoint.parent.mkdir(parents=True)
    made.checkpoint.write_text(json.dumps(CHECKPOINT))
    return made


def lock(folder: Path, **values: object) -> Path:
    document = {
        "pid": os.getpid(),
        "username": "ada",
        "hostname": os.uname().nodename,
        "timestamp": datetime.now(UTC).isoformat(),
        **values,
    }
    path = folder / ".pulumi" / "locks" / "organization" / "kappastack" / "local" / "0a.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document))
    path.with_name("0a.json.attrs").write_text("{}")
    return path


@pytest.fixture
def dead() -> int:
    """The id of an ended process."""
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid


def test_a_dead_run_s_lock_is_removed(backend: Backend, tmp_path: Path, repairs: list[str], dead: int) -> None:
    path = lock(tmp_path, pid=dead)
    backend.check_lock()
    assert repairs == [f"Run {dead} ended without removing its lock on stack local. The lock is removed."]
    assert list(path.parent.iterdir()) == []


def test_a_reused_process_id_does_not_keep_a_lock(backend: Backend, tmp_path: Path) -> None:
    lock(tmp_path, timestamp="2001-01-01T00:00:00.123456789Z")
    backend.check_lock()


def test_the_error_names_a_running_process_and_advises_to_wait(backend: Backend, tmp_path: Path) -> None:
    path = lock(tmp_path)
    with pytest.raises(StackLocked, match=rf"^run {os.getpid()} has used stack local since .*: wait until it ends"):
        backend.check_lock()
    assert path.exists()


def test_a_run_on_another_machine_is_never_considered_ended(backend: Backend, tmp_path: Path, dead: int) -> None:
    path = lock(tmp_path, hostname="elsewhere", pid=dead)
    with pytest.raises(StackLocked, match=rf"locked by run {dead} of ada@elsewhere since .* remove {path}"):
        backend.check_lock()


@pytest.mark.parametrize("text", ["", '{"pid": 12, "hos'])
def test_an_empty_or_truncated_lock_is_reported_and_removed(
    backend: Backend, tmp_path: Path, repairs: list[str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another test may run `pulumi` in the same checkout at the same time.
    monkeypatch.setattr("tools.stack.backend.pulumi_commands", lambda _stack: [])
    path = lock(tmp_path)
    path.write_text(text)
    backend.check_lock()
    assert repairs == [f"{path} was not a complete lock file, and no run holds the lock. The file is removed."]
    assert list(path.parent.iterdir()) == []


def test_a_truncated_lock_is_kept_while_a_run_may_hold_it(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lock(tmp_path)
    path.write_text("")
    monkeypatch.setattr("tools.stack.backend.pulumi_commands", lambda _stack: [psutil.Process()])
    with pytest.raises(StackLocked, match=f"{path} is not a complete lock file, and run {os.getpid()} may hold it"):
        backend.check_lock()
    assert path.exists()


def test_intact_files_are_not_changed(backend: Backend, repairs: list[str]) -> None:
    backend.repair()
    assert repairs == []
    assert backend.salt() == SALT


@pytest.mark.parametrize(("text", "damage"), [("", "empty"), ('{"version": 3, "chec', "incomplete")])
def test_a_damaged_checkpoint_is_restored_from_its_backup(
    backend: Backend, repairs: list[str], text: str, damage: str
) -> None:
    backup = backend.checkpoint.with_name("local.json.bak")
    backup.write_text(json.dumps(CHECKPOINT))
    backend.checkpoint.write_text(text)
    backend.checkpoint.with_name("local.json.attrs").write_text("")
    backend.repair()
    assert backend.salt() == SALT
    assert backend.checkpoint.with_name("local.json.damaged").read_text() == text
    assert not backend.checkpoint.with_name("local.json.attrs").exists()
    assert any(f"{backend.checkpoint} is {damage}. Its backup local.json.bak replaces it" in line for line in repairs)


def test_the_error_names_a_damaged_checkpoint_without_a_backup(backend: Backend) -> None:
    backend.checkpoint.write_text("")
    with pytest.raises(BackendError, match=rf"{backend.checkpoint} is empty and has no usable backup: restore it"):
        backend.repair()


def test_any_file_of_a_real_backend_may_be_empty(
    stack_in: Callable[[Path], Stack], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = stack_in(tmp_path / "state")
    stack.ensure()
    folder = tmp_path / "state" / "pulumi" / ".pulumi"
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".bak")]
    assert len(files) >= 4
    for path in files:
        content = path.read_bytes()
        path.write_bytes(b"")
        stack_in(tmp_path / "state").ensure()
        assert str(path) in capsys.readouterr().out
        assert stack.run("stack", quiet=True) == 0, path
        if not path.exists():
            path.write_bytes(content)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a copy of `sleep` under another name, with an environment."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, **environment: str) -> subprocess.Popen[bytes]:
        path = tmp_path / name
        if not path.exists():
            path.symlink_to("/bin/sleep")
        started.append(subprocess.Popen([str(path), "600"], env={**os.environ, **environment}))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


def test_plugins_that_a_killed_run_left_are_ended(
    program: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    own = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'state' / 'pulumi'}"}
    left = [program("pulumi-resource-docker", **own), program("pulumi-language-python", **own)]
    others = [
        program("pulumi-resource-docker", PULUMI_BACKEND_URL="file:///elsewhere", PULUMI_HOME="/elsewhere"),
        program("supervisord", **own),
    ]
    assert processes.end_orphans() == 2
    assert not any(psutil.pid_exists(each.pid) for each in left)
    assert [each.poll() for each in others] == [None, None]
    assert processes.end_orphans() == 0


def test_the_next_command_ends_plugins_of_a_killed_run(
    program: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = program("pulumi-resource-docker", PULUMI_BACKEND_URL=f"file://{tmp_path / 'state' / 'pulumi'}")
    assert commands.main(["--stack", "local", "status"]) == 1
    assert "Ended 1 processes that a killed run had left." in capsys.readouterr().err
    assert not psutil.pid_exists(left.pid)


def test_plugins_of_a_running_command_are_not_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    (tmp_path / "pulumi").symlink_to("/bin/sh")
    (tmp_path / "pulumi-resource-docker").symlink_to("/bin/sleep")
    command = [str(tmp_path / "pulumi"), "-c", f"{tmp_path}/pulumi-resource-docker 600 & echo $!; wait"]
    own = {"PULUMI_HOME": str(tmp_path / "state" / "pulumi-home")}
    with subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True) as live:
        assert live.stdout is not None
        plugin = psutil.Process(int(live.stdout.readline()))
        try:
            assert processes.end_orphans() == 0
            assert plugin.is_running()
            live.kill()
            live.wait()
            assert processes.end_orphans() == 1
        finally:
            plugin.kill() if plugin.is_running() else None
            live.kill()
