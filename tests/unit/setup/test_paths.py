import threading
from pathlib import Path

import pytest

from infra.checkout.paths import cache, locked, write_atomically
from tests.waiting import PATIENCE


def test_a_second_holder_waits_until_the_lock_is_released(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        with locked(tmp_path / "lock", waiting.set):
            order.append("second")

    with locked(tmp_path / "lock", lambda: None):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(PATIENCE)
        order.append("first")
    thread.join(PATIENCE)
    assert order == ["first", "second"]


def test_a_file_is_written_atomically_without_leftovers(tmp_path: Path) -> None:
    write_atomically(tmp_path / "folder" / "file", "one")
    write_atomically(tmp_path / "folder" / "file", "two")
    assert [(path.name, path.read_text()) for path in (tmp_path / "folder").iterdir()] == [("file", "two")]


def test_an_environment_variable_sets_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAPPASTACK_CACHE", str(tmp_path))
    assert cache() == tmp_path
    monkeypatch.delenv("KAPPASTACK_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache() == tmp_path / "home" / ".cache" / "kappastack"
