"""The state folder: foreign folders are rejected, and only kappastack's own files are removed."""

import errno
import subprocess
from pathlib import Path

import pytest

from infra import forwarding
from infra.state import StackState
from tools.stack import environment, state_folder
from tools.stack.state_folder import MARKER, StateFolderError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that does not exist yet."""
    made = tmp_path / "state"
    monkeypatch.setenv("KAPPASTACK_STATE", str(made))
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME"):
        monkeypatch.delenv(name, raising=False)
    return made


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def deploy(folder: Path, stack: str = "local") -> None:
    """Write the files of a deployed stack into the state folder."""
    state_folder.claim()
    write(folder / "passphrase")
    write(folder / "pulumi-home" / "workspaces" / "w.json")
    write(folder / "pulumi" / ".pulumi" / "meta.yaml")
    for name in ("logs/pulsar.log", "services/pulsar/run", "supervisor/supervisord.conf", "data/pulsar/data/f"):
        write(folder / stack / name)
    for name in ("connections.json", "health.json", "tokens/role", "demonstration-ciapol", ".health.json.12.0a1b2c3d"):
        write(folder / stack / name)


def test_a_new_or_an_empty_folder_is_marked(folder: Path) -> None:
    assert state_folder.claim() == folder
    assert (folder / MARKER).is_file()
    assert state_folder.claim() == folder


@pytest.mark.parametrize("name", ["report.txt", "passphrase", "local/thesis.tex", "src/main.c", ".hidden"])
def test_a_folder_with_other_content_is_rejected_and_not_changed(folder: Path, name: str) -> None:
    file = write(folder / name)
    first = name.split("/", maxsplit=1)[0]
    with pytest.raises(StateFolderError, match=rf"{folder} has content that is not kappastack's \({first}"):
        environment.variables("local")
    assert file.read_text() == "x"
    assert [path for path in folder.rglob("*") if path.is_file()] == [file]


def test_a_file_is_rejected(folder: Path) -> None:
    folder.write_text("x")
    with pytest.raises(StateFolderError, match="is not a folder"):
        state_folder.claim()


def test_a_folder_of_an_older_revision_without_a_marker_is_adopted(folder: Path) -> None:
    write(folder / "passphrase")
    write(folder / "local.encryptionsalt")
    write(folder / "local" / "logs" / "pulsar.log")
    (folder / "pulumi").mkdir()
    assert state_folder.claim() == folder


def test_a_mount_point_with_its_own_folder_is_empty(folder: Path) -> None:
    (folder / "lost+found").mkdir(parents=True)
    assert state_folder.claim() == folder


def test_destroying_the_last_stack_removes_all_files_of_kappastack(folder: Path) -> None:
    deploy(folder)
    assert state_folder.remove_stack("local", keep_data=False) == []
    assert state_folder.remove_if_unused() == []
    assert not folder.exists()


@pytest.mark.parametrize("name", ["note.txt", "local/note.txt", "pulumi/note.txt", "local/own/data"])
def test_foreign_files_stay_and_are_reported(folder: Path, name: str) -> None:
    deploy(folder)
    foreign = write(folder / name)
    lines = state_folder.remove_stack("local", keep_data=False) + state_folder.remove_if_unused()
    assert [path for path in folder.rglob("*") if path.is_file() and path.name != MARKER] == [foreign]
    assert any("content that kappastack did not create" in line for line in lines)
    state_folder.claim()


def test_a_link_is_removed_and_not_its_target(folder: Path, tmp_path: Path) -> None:
    deploy(folder)
    target = write(tmp_path / "elsewhere" / "file")
    (folder / "local" / "logs" / "pulsar.log").unlink()
    (folder / "local" / "logs").rmdir()
    (folder / "local" / "logs").symlink_to(target.parent)
    assert state_folder.remove_stack("local", keep_data=False) == []
    assert target.read_text() == "x"
    assert not (folder / "local").exists()


def test_shared_files_stay_while_another_stack_exists(folder: Path) -> None:
    deploy(folder)
    deploy(folder, "dev")
    assert state_folder.remove_stack("local", keep_data=False) == []
    assert state_folder.remove_if_unused() == []
    assert (folder / "passphrase").is_file()
    assert (folder / "dev" / "connections.json").is_file()


def test_kept_data_stay_with_the_passphrase_of_their_secrets(folder: Path) -> None:
    deploy(folder)
    lines = state_folder.remove_stack("local", keep_data=True)
    assert lines == [f"{folder / 'local' / 'data'} stays: keepData is set"]
    assert [path.name for path in (folder / "local").iterdir()] == ["data"]
    assert state_folder.remove_if_unused() == []
    assert (folder / "passphrase").is_file()


def test_a_mount_point_stays_empty_and_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(folder)
    remove = Path.rmdir

    def rmdir(path: Path) -> None:
        if path == folder:
            raise OSError(errno.EBUSY, "Device or resource busy")
        remove(path)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == folder)
    state_folder.remove_stack("local", keep_data=False)
    assert state_folder.remove_if_unused() == [f"{folder} stays: it is a mount point"]
    assert list(folder.iterdir()) == []


def test_a_folder_can_be_claimed_on_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_text(_path: Path, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_text)
    assert state_folder.claim() == folder


def test_a_lost_passphrase_is_reported_and_never_replaced(folder: Path) -> None:
    state_folder.claim()
    write(folder / "local.encryptionsalt")
    write(folder / "passphrase", "")
    with pytest.raises(StateFolderError, match=r"passphrase is empty, and the secrets .* restore the file"):
        environment.variables()
    (folder / "passphrase").unlink()
    with pytest.raises(StateFolderError, match="passphrase is missing"):
        environment.variables()
    (folder / "local.encryptionsalt").unlink()
    environment.variables()
    assert len((folder / "passphrase").read_text()) == 43


def test_every_command_rejects_a_foreign_folder_with_a_sentence(folder: Path) -> None:
    write(folder / "thesis.tex")
    for command in ("up", "destroy", "down", "status", "logs", "env", "credentials"):
        done = subprocess.run(
            ["python", "-m", "tools.stack", command], capture_output=True, text=True, check=False, timeout=600
        )
        assert (done.returncode, done.stdout) == (1, ""), command
        assert done.stderr.startswith(f"{folder} has content that is not kappastack's (thesis.tex)"), command
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_paths_of_a_stack_are_the_known_ones(folder: Path) -> None:
    state = StackState("local")
    names = {state.logs, state.supervisor, state.connections, state.health, state.service("x").parent}
    names |= {state.volume("x", "y").parents[1], state.token("x").parent, forwarding.log_file("local")}
    assert {path.name for path in names} <= state_folder._STACK_ENTRIES
    assert all(path.parent == folder / "local" for path in names)
