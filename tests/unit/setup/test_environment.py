import json
from pathlib import Path

import pytest

from infra.checkout import environment as prepared
from infra.checkout.process import SetupError
from tools.setup import environment


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(prepared, "JSON_FILE", tmp_path / "environment.json")
    monkeypatch.setattr(environment, "_STAMP", tmp_path / "ready.json")
    for module in (prepared, environment):
        monkeypatch.setattr(module, "SHELL_FILE", tmp_path / "environment.sh")
    lock = tmp_path / "lock.txt"
    lock.write_text("one")
    monkeypatch.setattr(environment, "_INPUTS", (lock,))
    return tmp_path


def test_the_error_for_an_unprepared_checkout_names_the_command(notes: Path) -> None:
    with pytest.raises(SetupError, match="run `make setup`"):
        prepared.variables()


def test_prepared_programs_are_first_on_path_and_only_once(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (notes / "environment.json").write_text(json.dumps({"path": ["/a", "/b"], "set": {"X": "1"}}))
    monkeypatch.setenv("PATH", "/usr/bin:/b:/bin")
    first = prepared.variables()
    assert first == {"X": "1", "PATH": "/a:/b:/usr/bin:/b:/bin"}
    monkeypatch.setenv("PATH", first["PATH"])
    assert prepared.variables() == first


def test_a_shell_after_make_env_has_the_same_environment_as_commands(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.write()
    environment.mark_ready(tests=False)
    for name, value in prepared.variables().items():
        monkeypatch.setenv(name, value)
    assert environment.is_ready(tests=False)


def test_the_set_up_is_complete_until_a_lock_the_path_or_a_program_changes(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not environment.is_ready(tests=False)
    environment.write()
    environment.mark_ready(tests=False)
    assert environment.is_ready(tests=False)
    assert not environment.is_ready(tests=True)

    (notes / "lock.txt").write_text("two")
    assert not environment.is_ready(tests=False)
    environment.mark_ready(tests=True)
    assert environment.is_ready(tests=True)

    with monkeypatch.context() as patched:
        patched.setenv("PATH", "/somewhere/else")
        assert not environment.is_ready(tests=True)
    assert environment.is_ready(tests=True)

    stored = json.loads((notes / "ready.json").read_text())
    stored["watched"].append(str(notes / "a-program-that-was-removed"))
    (notes / "ready.json").write_text(json.dumps(stored))
    assert not environment.is_ready(tests=True)
