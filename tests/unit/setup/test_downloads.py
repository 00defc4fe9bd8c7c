"""Downloads with a fake Maven whose files and exit status the test sets."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from infra.distributions import AssemblyError, downloads, maven
from infra.versions import Artifact

CONTENT = b"jar"
ARTIFACTS = [Artifact("com.example", f"part{number}", "1.0", sha256(CONTENT).hexdigest()) for number in range(20)]


class FakeMaven:
    """Writes the files of a POM's modules into the repository, except those that a test excludes."""

    def __init__(self) -> None:
        self.withheld: list[set[str]] = []
        self.runs: list[Sequence[str]] = []
        self.content = CONTENT

    def execute(self, arguments: Sequence[str], folder: Path, repository: Path) -> tuple[int, str]:
        withheld = self.withheld[len(self.runs)] if len(self.runs) < len(self.withheld) else set()
        self.runs.append(arguments)
        modules = re.findall(r"<module>(.+?)</module>", (folder / "pom.xml").read_text())
        names = [
            name
            for module in modules
            for name in re.findall(
                r"<artifactItem>.*?<artifactId>(.+?)</artifactId>", (folder / module / "pom.xml").read_text()
            )
        ]
        for name in set(names) - withheld:
            path = repository / "com" / "example" / name / "1.0" / f"{name}-1.0.jar"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.content)
        lost = set(names) & withheld
        return (1, f"[ERROR] {min(lost)} is nowhere") if lost else (0, "")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeMaven:
    monkeypatch.setenv("KAPPASTACK_CACHE", str(tmp_path))
    made = FakeMaven()
    monkeypatch.setattr(maven, "execute", made.execute)
    return made


def silent(_line: str) -> None:
    pass


def test_all_files_come_from_one_run_of_several_modules(fake: FakeMaven, tmp_path: Path) -> None:
    paths = downloads.fetch(ARTIFACTS, silent)
    assert [path.name for path in paths] == [artifact.file_name for artifact in ARTIFACTS]
    assert all(path.is_relative_to(tmp_path / "maven") for path in paths)
    [arguments] = fake.runs
    assert arguments[arguments.index("--threads") + 1] == "8"
    assert not (tmp_path / "maven-downloads").exists()
    assert downloads.fetch(ARTIFACTS, silent) == paths
    assert len(fake.runs) == 1


def test_files_missing_after_the_first_run_are_downloaded_one_by_one(fake: FakeMaven) -> None:
    fake.withheld = [{"part3"}]
    assert len(downloads.fetch(ARTIFACTS, silent)) == 20
    assert fake.runs[1][fake.runs[1].index("--threads") + 1] == "1"


def test_the_error_names_a_missing_file_and_the_others_are_kept(fake: FakeMaven, tmp_path: Path) -> None:
    fake.withheld = [{"part3"}, {"part3"}]
    with pytest.raises(AssemblyError, match="part3 is nowhere"):
        downloads.fetch(ARTIFACTS, silent)
    assert downloads.lacking(ARTIFACTS) == [ARTIFACTS[3]]
    assert not (tmp_path / "maven-downloads").exists()


def test_a_file_with_another_checksum_does_not_enter_the_cache(fake: FakeMaven) -> None:
    fake.content = b"another jar"
    with pytest.raises(AssemblyError, match=r"downloaded com\.example:part0:1\.0:jar has sha256 .* pins"):
        downloads.fetch(ARTIFACTS, silent)
    assert downloads.lacking(ARTIFACTS) == ARTIFACTS


def test_files_downloaded_by_a_killed_run_are_used(fake: FakeMaven, tmp_path: Path) -> None:
    left = tmp_path / "maven-downloads" / ARTIFACTS[0].repository_path
    left.parent.mkdir(parents=True)
    left.write_bytes(CONTENT)
    assert downloads.fetch(ARTIFACTS[:1], silent) == [tmp_path / "maven" / ARTIFACTS[0].repository_path]
    assert fake.runs == []


def test_a_partial_file_of_a_killed_run_is_downloaded_again(fake: FakeMaven, tmp_path: Path) -> None:
    left = tmp_path / "maven-downloads" / ARTIFACTS[0].repository_path
    left.parent.mkdir(parents=True)
    left.write_bytes(CONTENT[:1])
    assert len(downloads.fetch(ARTIFACTS[:2], silent)) == 2
    assert len(fake.runs) == 1


def test_classifier_and_type_are_requested(fake: FakeMaven) -> None:
    special = replace(ARTIFACTS[0], type="tar.gz", classifier="bin")
    pom = downloads._copying_pom("part-0", [special])
    assert "<type>tar.gz</type><classifier>bin</classifier>" in pom
