"""A moved or copied virtual environment is recreated."""

import sys
import venv
from pathlib import Path

import pytest

from tools.setup import python_environment


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    made = tmp_path / "checkout" / ".venv"
    venv.create(made)
    place(monkeypatch, made)
    return made


def place(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    monkeypatch.setattr(python_environment, "VENV", made)
    monkeypatch.setattr(python_environment, "PYTHON", made / "bin" / "python")
    monkeypatch.setattr(python_environment, "UV", Path(sys.executable))
    monkeypatch.setattr(python_environment, "_STAMP", made / ".kappastack-locks")


def test_the_environment_is_ready_at_its_original_path(folder: Path) -> None:
    assert not python_environment.ready()
    (folder / ".kappastack-locks").write_text(python_environment._fingerprint())
    assert python_environment.ready()


def test_the_environment_is_not_ready_in_a_moved_or_copied_checkout(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".kappastack-locks").write_text(python_environment._fingerprint())
    moved = folder.parent.rename(folder.parent.with_name("moved")) / ".venv"
    place(monkeypatch, moved)
    assert not python_environment.made_here()
    assert not python_environment.ready()
    assert not python_environment._usable()
