"""Machines without user namespaces, and chroots, are detected before the start; how PostgreSQL runs there."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra.checkout import machine
from infra.checkout.machine import MachineError
from infra.services.model import fill
from infra.services.postgres import postgres
from infra.settings import PostgresSettings


def test_root_needs_one_of_two_ways_to_switch_the_user() -> None:
    assert machine.user_problems(0, runs=lambda command: command[0] == "unshare") == []
    assert machine.user_problems(0, runs=lambda command: command[0] == "setpriv") == []
    [problem] = machine.user_problems(0, runs=lambda _command: False)
    assert "neither create a user namespace" in problem
    assert "deploy as another user" in problem


def test_another_user_needs_a_name() -> None:
    assert machine.user_problems(1000, named=lambda _uid: True) == []
    [problem] = machine.user_problems(1000, named=lambda _uid: False)
    assert "this machine has none for user 1000: add one, such as `useradd --uid 1000 kappastack`" in problem


def test_all_problems_are_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "user_problems", lambda _uid: ["a user is missing"])
    monkeypatch.setattr(machine, "mount_problems", lambda _folder: ["a mount is missing"])
    with pytest.raises(MachineError, match="a user is missing\na mount is missing"):
        machine.check(tmp_path)


def test_a_root_folder_that_is_not_a_mount_point_is_rejected(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("proc /proc proc rw 0 0\n")
    [problem] = machine.mount_problems(tmp_path / "state" / "local", mounts)
    assert problem.startswith(f"Pulsar cannot store data in {tmp_path}/state/local: / is not a mount point")
    mounts.write_text("overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n")
    assert machine.mount_problems(tmp_path / "state" / "local", mounts) == []


def test_a_separate_file_system_is_found_without_the_root_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("proc /proc proc rw 0 0\n")
    assert machine.mount_problems(Path("/proc/self"), mounts) == []


PROGRAM = """\
#!/bin/sh
[ "$1" = --single ] && exit 0
# Like initdb, which calls access(2).
{python} -c "import os, sys; sys.exit(not os.access('$0', os.X_OK))" || exit 2
id -u >"{report}"; touch "{data}/written"; cat "{password}" >/dev/null
"""


def start(tmp_path: Path, *, refused: tuple[str, ...]) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run PostgreSQL's start script with fake programs that only report, in folders that only root may enter."""
    tmp_path.chmod(0o700)
    data, dist, tools = tmp_path / "data", tmp_path / "dist", tmp_path / "tools"
    password, report = tmp_path / "password", data / "report"
    for folder in (data / "cluster", dist / "bin", tools):
        folder.mkdir(parents=True)
    data.chmod(0o700)
    password.write_text("secret")
    password.chmod(0o600)
    (data / "cluster" / "PG_VERSION").touch()
    for name in refused:
        (tools / name).write_text("#!/bin/sh\necho 'Operation not permitted' >&2; exit 1\n")
    program = PROGRAM.format(python=sys.executable, report=report, data=data / "cluster", password=password)
    (dist / "bin" / "postgres").write_text(program)
    for path in [*tools.iterdir(), *(dist / "bin").iterdir()]:
        path.chmod(0o755)
    values = {"dist": str(dist), "volume.data": str(data), "secret.superuser": str(password), "files": str(tmp_path)}
    script = tmp_path / "start.sh"
    script.write_text(fill(postgres(PostgresSettings()).files["start.sh"], values))
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)
    return done, report


def test_postgresql_runs_as_nobody_without_user_namespaces(tmp_path: Path) -> None:
    done, report = start(tmp_path, refused=("unshare",))
    assert done.returncode == 0, done.stderr
    user = 65534 if os.getuid() == 0 else os.getuid()
    assert report.read_text().strip() == str(user)
    written = (tmp_path / "data" / "cluster" / "written").stat()
    assert (written.st_uid, stat.S_ISREG(written.st_mode)) == (user, True)


def test_the_error_without_another_user_says_what_is_missing(tmp_path: Path) -> None:
    done, _ = start(tmp_path, refused=("unshare", "setpriv"))
    if os.getuid() == 0:
        assert done.returncode == 1
        assert "PostgreSQL does not run as root, and this machine lets root neither" in done.stderr
    else:
        assert done.returncode == 0
