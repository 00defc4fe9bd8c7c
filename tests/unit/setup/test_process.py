import sys
from pathlib import Path

import pytest

from infra.checkout import process
from infra.checkout.process import SetupError, output_of, run, version_in


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(process, "NOTES", tmp_path)
    return tmp_path


def test_output_goes_into_the_log(notes: Path) -> None:
    run([sys.executable, "-c", "print('fine')"], lambda _: None, log="a.log")
    assert (notes / "logs" / "a.log").read_text() == "fine\n"


def test_a_failure_reports_command_status_and_the_end_of_the_log() -> None:
    with pytest.raises(SetupError, match=r"(?s)failed with status 3:.*line 99.*a\.log"):
        run(
            [sys.executable, "-c", "print('\\n'.join(f'line {n}' for n in range(100))); raise SystemExit(3)"],
            lambda _: None,
            log="a.log",
        )


def test_the_error_names_a_missing_program() -> None:
    with pytest.raises(SetupError, match="no-such-program cannot be started"):
        run(["no-such-program"], lambda _: None, log="a.log")


def test_a_long_command_reports_its_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "PROGRESS_SECONDS", 0.05)
    seen = tmp_path / "seen"
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line)
        if "1 of 2" in line:
            seen.touch()

    until_seen = f"""
import pathlib, time
print("half", flush=True)
while not pathlib.Path({str(seen)!r}).exists():
    time.sleep(0.01)
"""
    run([sys.executable, "-c", until_seen], report, log="a.log", progress=lambda log: f"{log.count('half')} of 2")
    assert lines[-1].endswith("1 of 2 …")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v20.20.2\n", (20, 20, 2)),
        ("go version go1.26 linux/amd64", (1, 26, 0)),
        ("v3.230.0-dev", (3, 230, 0)),
        ("nothing", None),
        (None, None),
    ],
)
def test_versions_are_found_in_the_output_of_programs(text: str | None, version: tuple[int, int, int] | None) -> None:
    assert version_in(text) == version


def test_a_command_that_fails_or_is_missing_has_no_output() -> None:
    assert output_of([sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert output_of(["no-such-program"]) is None
    assert output_of([sys.executable, "-c", "print(1)"]) == "1\n"
