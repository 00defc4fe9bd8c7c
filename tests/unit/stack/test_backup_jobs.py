"""Jobs, repositories and files of backups, with servers that fail."""

from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from apps.shared import starrocks
from apps.shared.starrocks import Argument, Row, StarRocks
from apps.shared.starrocks_address import Address
from apps.shared.starrocks_errors import StarRocksUnreachable
from infra.resources.connections import Connections
from infra.targets.host.operations import HostOperations
from tools.stack import commands
from tools.stack.backup import snapshots
from tools.stack.backup.manifest import BackupError
from tools.stack.backup.server import connected
from tools.stack.backup.snapshots import REPOSITORY, Repository
from tools.stack.backup.transfer import EmulatorFiles


class _Server(StarRocks):
    """Returns the next result of each statement; the last one is repeated."""

    def __init__(self, **results: list[list[Row] | Exception]) -> None:
        super().__init__(Address("127.0.0.1", 9030, "root", "p"))
        self.statements: list[str] = []
        self._results = {name.replace("_", " "): found for name, found in results.items()}

    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        self.statements.append(statement % tuple(f"'{each}'" for each in arguments) if arguments else statement)
        nothing: list[list[Row] | Exception] = [[]]
        found = next((each for name, each in self._results.items() if statement.startswith(name)), nothing)
        result = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(result, Exception):
            raise result
        return result


def _backup(label: str, state: str) -> list[Row]:
    return [(1, label, "d", state, "", "", "", "", "", "", "", "", "[OK]", "86400")]


def _restore(label: str, state: str) -> list[Row]:
    return [(1, label, "t", "d", state, "", "", "", "", "", "", "", "", "", "", "", "[OK]", "86400")]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starrocks, "_PAUSE", 0.01)


def test_the_job_of_a_killed_command_is_awaited() -> None:
    server = _Server(
        SHOW_BACKUP=[_backup("d_1", "UPLOADING"), _backup("d_1", "FINISHED")],
        SHOW_RESTORE=[_restore("d_0", "DOWNLOADING"), _restore("d_0", "CANCELLED")],
    )
    lines: list[str] = []
    snapshots.wait_for_others(server, "d", lines.append)
    assert lines == [
        "waiting for BACKUP d_1 of another command: UPLOADING",
        "waiting for RESTORE d_0 of another command: DOWNLOADING",
    ]
    assert server.statements == ["SHOW BACKUP FROM d"] * 2 + ["SHOW RESTORE FROM d"] * 2


def test_a_database_without_jobs_needs_no_wait() -> None:
    server = _Server()
    snapshots.wait_for_others(server, "d", pytest.fail)
    assert len(server.statements) == 2


def test_a_lost_connection_does_not_end_a_job() -> None:
    lost = StarRocksUnreachable("StarRocks at 127.0.0.1:9030 does not respond")
    server = _Server(
        SHOW_BACKUP=[_backup("s", "SNAPSHOTING"), lost, _backup("s", "FINISHED")],
        SHOW_SNAPSHOT=[[("s", "2026-01-31-02-00-00-000", "OK")]],
    )
    assert snapshots.back_up(server, "d", "s", ["t"], lambda _line: None) == "2026-01-31-02-00-00-000"
    assert not any(each.startswith("CANCEL") for each in server.statements)


@pytest.mark.parametrize(("properties", "replaced"), [({"aws.s3.access_key": "new"}, True), ({}, False)])
def test_a_repository_gets_the_current_keys(properties: dict[str, str], replaced: bool) -> None:
    location = "s3a://bucket/kappastack"
    server = _Server(SHOW_REPOSITORIES=[[("1", REPOSITORY, "", "false", location, "", "")]])
    Repository(location, properties).create(server)
    changes = [each.split()[0] for each in server.statements[1:]]
    assert changes == (["DROP", "CREATE"] if replaced else [])


def test_root_logs_in_after_an_interrupted_rotation() -> None:
    known = Connections.model_validate(
        {
            "endpoints": {"starrocks": {"query": {"scheme": "mysql", "host": "127.0.0.1", "port": 9030}}},
            "secrets": {"starrocks-root": "new"},
            "previous": {"starrocks-root": "old"},
            "secret_files": {},
            "health": {},
        }
    )
    address = connected(known).address
    assert (address.password, address.former) == ("new", "old")


class _Place(HostOperations):
    """A service whose programs are replaced by a shell command."""

    def __init__(self, command: str) -> None:
        self._command = command

    def volume(self, service: str, name: str) -> str:
        return "/nowhere"

    def inside(self, service: str, command: Sequence[str]) -> list[str]:
        return ["sh", "-c", self._command]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("exit 3", "ended with status 3; see above"),
        ("head -c 700 /dev/zero | tr '\\0' x; exit 3", "ended with status 3; see above"),
        ("head -c 700 /dev/zero | tr '\\0' x", "from service starrocks, is damaged"),
    ],
)
def test_a_failed_copy_out_of_a_service_is_an_error(tmp_path: Path, command: str, message: str) -> None:
    with pytest.raises(BackupError, match=message):
        EmulatorFiles(_Place(command)).fetch(["s"], tmp_path)


def test_a_failed_copy_into_a_service_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "__ss_s"
    folder.mkdir()
    (folder / "rows").write_bytes(b"x" * (1 << 20))
    # `mkdir` succeeds. `tar` ends before it has read the archive.
    flag = tmp_path / "flag"
    command = f"if [ -e {flag} ]; then exit 3; fi; touch {flag}"
    with pytest.raises(BackupError, match="ended with status 3; see above"):
        EmulatorFiles(_Place(command)).send(["s"], tmp_path)


def test_an_unreachable_postgresql_is_an_error_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_stack: str, *, to: str) -> int:
        raise psycopg.OperationalError(f"connection failed: {to}")

    monkeypatch.setattr(commands, "backup", refused)
    assert commands.main(["--stack", "local", "backup", "--to", "folder"]) == 1
    assert capsys.readouterr().err.endswith("connection failed: folder\n")
