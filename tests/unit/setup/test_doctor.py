"""The output of `make doctor` about ports and folders."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.checkout import machine
from infra.checkout.paths import state_folder
from infra.checkout.suitability import unusable_characters, unusable_folders
from infra.services import ports as table
from tests.waiting import PATIENCE
from tools.setup import __main__ as setup
from tools.setup import doctor
from tools.setup import ports as examined

LISTENER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Port and process id of a server whose arguments name a state folder."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    command = [sys.executable, "-c", LISTENER, f"--data={state_folder()}/local/data"]
    environment = {"PATH": ""}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd="/"
    ) as process:
        assert process.stdin
        assert process.stdout
        yield int(process.stdout.readline()), process.pid
        process.stdin.close()
        process.wait(PATIENCE)


def rows(port: int, monkeypatch: pytest.MonkeyPatch, name: str = "SOME_SERVICE") -> list[doctor.Finding]:
    monkeypatch.setattr(doctor, "platform_ports", lambda: {name: port})
    return list(doctor.ports(0))


def test_a_port_used_by_the_own_stack_is_no_problem(listener: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    port, _ = listener
    [row] = rows(port, monkeypatch)
    assert row.ok
    assert row.found == f"used by this checkout's stack: {port}"


def test_a_port_used_by_another_process_is_shown_with_the_process(
    listener: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port, pid = listener
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "another"))
    [row] = rows(port, monkeypatch)
    assert not row.ok
    assert f"used by process {pid}" in row.found
    assert "SOME_SERVICE needs it" in row.found
    assert "KAPPASTACK_PORT_OFFSET" in row.advice


def test_a_used_port_that_only_clusters_need_is_no_problem(
    listener: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "another"))
    [row] = rows(listener[0], monkeypatch, "ZOOKEEPER")
    assert row.ok
    assert "in stacks with clusters" in row.found


def test_a_free_port_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    [row] = rows(port, monkeypatch)
    assert (row.ok, row.found) == (True, str(port))


def test_every_port_of_the_platform_is_checked() -> None:
    found = examined.platform_ports()
    assert {12345, 1234, 5678, 5052, 5432, 6650, 3000} <= set(found.values())
    known = {name for name, number in vars(table).items() if name.isupper() and isinstance(number, int)}
    assert known <= set(found)
    assert known >= examined.CLUSTERS_ONLY
    assert any(name.startswith("API of ") for name in found)


@pytest.mark.parametrize(
    ("folder", "characters"),
    [
        ("/srv/kappastack", ""),
        ("/srv/my.app_2+x@home,a=b~c-d", ""),
        ("/srv/my stack", "a space"),
        ("/srv/données", "'é'"),
        ("/srv/50% done", "a space, '%'"),
        ("/srv/a:b", "':'"),
    ],
)
def test_paths_that_servers_do_not_support_are_detected(folder: str, characters: str) -> None:
    assert unusable_characters(Path(folder)) == characters


def test_this_checkout_is_usable() -> None:
    assert list(unusable_folders()) == []


@pytest.mark.parametrize("name", ["my stack", "données"])
def test_the_set_up_rejects_such_a_folder_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / name))
    monkeypatch.setattr(sys, "argv", ["setup"])
    monkeypatch.setattr(setup, "prepare", lambda **_: pytest.fail("it went on"))
    assert setup.main() == 2
    printed = capsys.readouterr().err
    assert "the state folder (KAPPASTACK_STATE) is in " in printed
    assert "use a folder whose path has only letters" in printed


def test_an_unsuitable_machine_is_shown_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "problems", lambda _folder: [])
    assert [row.ok for row in doctor.machine_rows()] == [True]
    monkeypatch.setattr(
        machine, "problems", lambda _folder: ["PostgreSQL does not run as root: deploy as another user"]
    )
    [row] = doctor.machine_rows()
    assert (row.found, row.advice, row.ok) == ("PostgreSQL does not run as root", "deploy as another user", False)


@pytest.mark.parametrize(("target", "status"), [("host", 2), ("docker", 0)])
def test_a_stack_that_cannot_run_here_is_refused_before_the_set_up(
    target: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.here.yaml").write_text(f'config:\n  kappastack:target: "{target}"\n')
    prepared: list[bool] = []
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "NOTES", tmp_path)
    monkeypatch.setattr(setup, "unusable_folders", list)
    monkeypatch.setattr(setup, "prepare", lambda **_options: prepared.append(True))
    monkeypatch.setattr("tools.setup.environment.is_ready", lambda **_options: False)
    monkeypatch.setattr(machine, "problems", lambda _folder: ["PostgreSQL does not run as root"])
    monkeypatch.setattr(sys, "argv", ["setup", "--stack", "here"])
    assert setup.main() == status
    assert prepared == ([] if status else [True])
    assert ("PostgreSQL does not run as root." in capsys.readouterr().err) == bool(status)
