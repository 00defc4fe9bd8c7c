import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra import distributions
from infra.distributions import AssemblyError, Distribution, assembly, digest, model
from infra.distributions.registry import Recipe, recipes
from tests.waiting import PATIENCE


@dataclass
class Made:
    """A distribution whose sources and build the test controls."""

    version: str = "1"
    builds: list[str] = field(default_factory=list)
    during_build: Callable[[], None] = lambda: None

    def distribution(self) -> Distribution:
        return Distribution("made", self.version)

    def build(self, target: Path, report: model.Report) -> None:
        self.builds.append(self.version)
        (target / "file").write_text(self.version)
        self.during_build()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Made:
    for module in (model, assembly):
        monkeypatch.setattr(module, "DIST", tmp_path)
    recipe = Made()
    monkeypatch.setitem(recipes(), "made", Recipe(recipe.distribution, recipe.build))
    return recipe


def silent(_line: str) -> None:
    pass


def assemble(made: Made) -> Path:
    return distributions.assemble(made.distribution(), silent)


def test_a_distribution_is_built_once(made: Made) -> None:
    first, second = assemble(made), assemble(made)
    assert first == second
    assert (first / "file").read_text() == "1"
    assert made.builds == ["1"]


def test_two_concurrent_runs_build_a_distribution_once(made: Made) -> None:
    both = threading.Barrier(2)

    def one() -> Path:
        both.wait(PATIENCE)
        return assemble(made)

    with ThreadPoolExecutor(2) as pool:
        paths = [future.result() for future in [pool.submit(one), pool.submit(one)]]
    assert paths[0] == paths[1]
    assert made.builds == ["1"]


def test_a_failed_build_leaves_no_distribution(made: Made, tmp_path: Path) -> None:
    def fail() -> None:
        raise AssemblyError("no")

    made.during_build = fail
    with pytest.raises(AssemblyError, match="no"):
        assemble(made)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []

    made.during_build = lambda: None
    assert (assemble(made) / "file").read_text() == "1"


def test_leftovers_of_a_killed_run_are_removed(made: Made, tmp_path: Path) -> None:
    (tmp_path / ".made.draft").mkdir()
    (tmp_path / ".made.draft" / "half").touch()
    assert [path.name for path in assemble(made).iterdir()] == ["file"]


def test_no_distribution_is_created_if_sources_change_during_the_build(made: Made, tmp_path: Path) -> None:
    def edit() -> None:
        made.version = "2"

    made.during_build = edit
    with pytest.raises(AssemblyError, match="changed during the build"):
        assemble(made)
    assert not (tmp_path / "made-1").exists()


def test_the_last_two_versions_and_used_ones_are_kept(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "in_use", lambda path: path.name == "made-1")
    for number in ("1", "2", "3", "4"):
        made.version = number
        assemble(made)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["made-1", "made-3", "made-4"]


def test_a_folder_is_in_use_while_a_command_line_contains_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not assembly.in_use(tmp_path / "nobody")

    process = SimpleNamespace(info={"cmdline": ["java", "-cp", f"{tmp_path}/lib/*"], "environ": None})
    monkeypatch.setattr("psutil.process_iter", lambda _: [process])
    assert assembly.in_use(tmp_path)
    assert not assembly.in_use(tmp_path / "other")


def test_a_failed_distribution_does_not_stop_the_others(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_target: Path, _report: model.Report) -> None:
        raise AssemblyError("broken")

    monkeypatch.setitem(recipes(), "broken", Recipe(lambda: Distribution("broken", "1"), fail))
    results = distributions.assemble_all(["broken", "made"], silent)
    assert isinstance(results["broken"], AssemblyError)
    assert results["made"] == made.distribution().path


def test_a_build_is_repeated_if_its_sources_changed_meanwhile(made: Made) -> None:
    def edit() -> None:
        made.version = "2"

    made.during_build = edit
    results = distributions.assemble_all(["made"], silent)
    assert results["made"] == Distribution("made", "2").path
    assert made.builds == ["1", "2"]


def test_a_full_disk_is_a_failed_assembly(made: Made) -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    made.during_build = fail
    with pytest.raises(AssemblyError, match=r"made: .*No space left on device"):
        assemble(made)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(digest, "ROOT", tmp_path)
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "main.py").write_text("print(1)")
    return folder


def test_the_version_depends_on_the_sources(source: Path) -> None:
    before = digest.version([source])
    (source / "main.py").write_text("print(2)")
    changed = digest.version([source])
    (source / "main.py").rename(source / "other.py")
    renamed = digest.version([source])
    assert len({before, changed, renamed, digest.version([source], ["an option"])}) == 4


def test_the_version_ignores_tests_and_files_of_tools(source: Path) -> None:
    before = digest.version([source])
    for name in ("tests/test_main.py", "__pycache__/main.pyc", "node_modules/x/index.js", "target/x.jar", "README.md"):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("anything")
    assert digest.version([source]) == before


def test_every_service_has_its_distribution() -> None:
    names = [distribution.name for distribution in distributions.every()]
    services = {"platform_api", "dolphinscheduler", "frontend", "postgres", "pulsar", "seatunnel", "starrocks_emulator"}
    assert services <= set(names)
    assert len(set(names)) == len(names)
    assert distributions.pulsar() in distributions.every()
    assert distributions.pulsar().path.name.startswith("pulsar-4.0.8-")
