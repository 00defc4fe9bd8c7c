"""The merged logs: lines of every kind of service, filters, order, and lines that arrive later."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.targets.host.operations import HostOperations
from tests.waiting import wait_until
from tools.stack import commands, logs
from tools.stack.logs import Entry, Filter, LogsRefused, entries, level_of, parse, since

NOON = datetime(2026, 1, 31, 12, 0, 0, 500_000, UTC)


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("2026-01-31T12:00:00.500Z WARN  [main] o.a.p.Broker - slow", "WARN", "[main] o.a.p.Broker - slow"),
        ("2026-01-31 12:00:00.500 UTC [42] LOG:  checkpoint starting", "INFO", "checkpoint starting"),
        ("2026-01-31 12:00:00.500 UTC [42] FATAL:  no such role", "FATAL", "no such role"),
        ("2026-01-31T12:00:00.500Z WARNING starrocks_emulator full", "WARN", "starrocks_emulator full"),
        (
            '{"time": "2026-01-31T12:00:00.500+00:00", "level": "INFO", "message": "request", "status": 200}',
            "INFO",
            "request status=200",
        ),
        (
            '{"caller": "main.go:1", "level": "error", "msg": "cannot send", "ts": "2026-01-31T12:00:00.500Z"}',
            "ERROR",
            "cannot send caller=main.go:1",
        ),
    ],
)
def test_lines_of_every_service_have_time_level_and_message(line: str, level: str, message: str) -> None:
    assert parse("any", line, None) == Entry(NOON, "any", level, message)


def test_a_line_without_a_time_belongs_to_the_line_before_it() -> None:
    lines = ["2026-01-31T12:00:00.500Z ERROR failed", "\tat java.lang.Thread.run", "{broken", '{"level": "x"}']
    lines += ["2026-02-30T12:00:00.000Z INFO no such day", "2026-01-31 12:00:60 INFO no such second"]
    found = list(entries("pulsar", lines))
    assert [(each.time, each.level) for each in found] == [(NOON, "ERROR")] * 6
    assert found[1].message == "\tat java.lang.Thread.run"


def test_times_of_a_service_never_go_back() -> None:
    lines = ["2026-01-31T12:00:00.500Z INFO later", "2026-01-31T11:59:00.000Z INFO earlier"]
    assert [each.time for each in entries("x", lines)] == [NOON, NOON]


def test_a_line_is_printed_with_time_level_and_service() -> None:
    assert str(Entry(NOON, "pulsar", "WARN", "slow")) == "2026-01-31T12:00:00.500Z WARN  pulsar               slow"


def test_the_filter_keeps_severe_lines_since_a_time() -> None:
    shown = Filter(NOON, "WARN")
    assert shown(Entry(NOON, "x", "ERROR", ""))
    assert not shown(Entry(NOON, "x", "INFO", ""))
    assert not shown(Entry(NOON - timedelta(seconds=1), "x", "ERROR", ""))


def test_since_is_a_duration_or_a_time() -> None:
    assert since("10m", NOON) == NOON - timedelta(minutes=10)
    assert since("2026-01-31T10:00:00+01:00", NOON) == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert since("2026-01-31", NOON) == datetime(2026, 1, 31, tzinfo=UTC)
    # Longer than there are years.
    assert since("9999999d", NOON) == since("99999999999999d", NOON) == since("", NOON)
    with pytest.raises(LogsRefused, match="SINCE 'yesterday' is not a time: write a duration"):
        since("yesterday", NOON)


def test_a_wrong_level_is_refused_with_those_that_exist() -> None:
    assert level_of("warning") == "WARN"
    assert level_of("") == "DEBUG"
    with pytest.raises(LogsRefused, match="LEVEL 'loud' is not a level; levels are DEBUG, INFO, WARN, ERROR, FATAL"):
        level_of("loud")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log folder of a stack with two services."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    found = tmp_path / "state" / "local" / "logs"
    found.mkdir(parents=True)
    (tmp_path / "state" / "kappastack-state").touch()
    (found / "pulsar.log").write_text("2026-01-31T12:00:01.000Z INFO first\n2026-01-31T12:00:03.000Z ERROR third\n")
    (found / "seatunnel.log").write_text("2026-01-31T12:00:02.000Z WARN second\n")
    return found


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], ["first", "second", "third"]),
        (["--level", "WARN"], ["second", "third"]),
        (["--since", "2026-01-31T12:00:02Z"], ["second", "third"]),
        (["pulsar"], ["first", "third"]),
        (["seatunnel,pulsar", "--level", "ERROR"], ["third"]),
        (["pulsar, seatunnel"], ["first", "second", "third"]),
        (["seatunnel,seatunnel"], ["second"]),
    ],
)
def test_logs_are_merged_and_filtered(options: list[str], words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["--stack", "local", "logs", "--no-follow", *options]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == words


@pytest.mark.usefixtures("folder")
def test_an_unknown_service_is_refused_with_those_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["--stack", "local", "logs", "--no-follow", "kafka"]) == 1
    assert "SERVICE=kafka has no log; services with a log are pulsar, seatunnel" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_log_that_cannot_be_read_is_reported_after_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = HostOperations.log_command

    def command(self: HostOperations, service: str, *, lines: int, follow: bool) -> list[str]:
        script = "echo begin; echo 'pod is gone' >&2; exit 1"
        return ["sh", "-c", script] if service == "pulsar" else read(self, service, lines=lines, follow=follow)

    monkeypatch.setattr(HostOperations, "log_command", command)
    assert commands.main(["--stack", "local", "logs", "--no-follow", "--level", "WARN"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].endswith("second")
    assert "SERVICE=pulsar: the log could not be read: pod is gone" in err


@pytest.mark.usefixtures("folder")
def test_a_log_whose_new_lines_cannot_be_read_is_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def command(self: HostOperations, service: str, *, lines: int, follow: bool) -> list[str]:
        fails = follow and service == "pulsar"
        return ["sh", "-c", "echo 'pod is gone' >&2; exit 1" if fails else "echo a line"]

    monkeypatch.setattr(HostOperations, "log_command", command)
    assert commands.main(["--stack", "local", "logs"]) == 1
    assert capsys.readouterr().err == "SERVICE=pulsar: new lines can no longer be read: pod is gone\n"


def test_new_lines_are_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def write(entry: object) -> None:
        seen.append(str(entry))
        if "fifth" in str(entry):
            raise KeyboardInterrupt

    monkeypatch.setattr(logs, "print", write, raising=False)
    thread = threading.Thread(target=lambda: logs.logs("local", "", begin="", level="", follow=True))
    thread.start()
    wait_until(lambda: any("third" in line for line in seen), lambda: f"the old lines, seen {seen}")
    with (folder / "pulsar.log").open("a") as file:
        # Until `tail` watches the file, a line may be missed.
        def arrived() -> bool:
            file.write("2026-01-31T12:00:05.000Z INFO fifth\n")
            file.flush()
            return any("fifth" in line for line in seen)

        wait_until(arrived, lambda: f"the new line, seen {seen}")
    thread.join()
    assert "pulsar" in seen[-1]
