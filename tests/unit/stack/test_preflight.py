"""Machines without user namespaces, and chroots, are detected before the start; how PostgreSQL runs there."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from infra.services.model import fill
from infra.services.postgres import postgres
from infra.settings import PostgresSettings
from tools.stack import preflight
from tools.stack.preflight import MachineError


def test_one_of_two_ways_to_switch_the_user_is_enough(tmp_path: Path) -> None:
    preflight.check(tmp_path, uid=0, works=lambda command: command[0] == "unshare")
    preflight.check(tmp_path, uid=0, works=lambda command: command[0] == "setpriv")
    preflight.check(tmp_path, uid=1000, works=lambda _command: False)


def test_root_without_either_is_rejected_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"neither create a user namespace .* deploy as another user"):
        preflight.check(tmp_path, uid=0, works=lambda _command: False)


def test_a_root_folder_that_is_not_a_mount_point_is_rejected(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("proc /proc proc rw 0 0\n")
    [problem] = preflight.mount_problems(tmp_path / "state" / "local", mounts)
    assert problem.startswith(f"Pulsar cannot store data in {tmp_path}/state/local: / is no mount point here")
    mounts.write_text("overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n")
    assert preflight.mount_problems(tmp_path / "state" / "local", mounts) == []


def test_a_separate_file_system_is_found_without_the_root_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("proc /proc proc rw 0 0\n")
    assert preflight.mount_problems(Path("/proc/self"), mounts) == []


PROGRAM = (
    '#!/bin/sh\n[ "$1" = --single ] && exit 0\nid -u >"{report}"; touch "{data}/written"; cat "{password}" >/dev/null\n'
)


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
    (dist / "bin" / "postgres").write_text(PROGRAM.format(report=report, data=data / "cluster", password=password))
    for program in [*tools.iterdir(), *(dist / "bin").iterdir()]:
        program.chmod(0o755)
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
