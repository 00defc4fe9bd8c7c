"""The command line of `apps.ciapol.sensors`."""

from pathlib import Path

import pytest

from apps.ciapol.sensors.__main__ import BAD_INPUT, NOT_DONE, main


def test_a_bad_row_fails_with_its_place_before_any_event_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("station_id,measured_at,pm25\nA,2026-01-31T12:00:00Z,x\n")
    assert main(["replay", str(path), "--broker", "pulsar://127.0.0.1:1"]) == BAD_INPUT
    output = capsys.readouterr()
    assert f"{path}, line 2, field pm25: found 'x'" in output.err
    assert "published 0, acknowledged 0" in output.out


def test_a_missing_file_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path / "none.csv")]) != 0
    assert "none.csv" in capsys.readouterr().err


def test_a_wrong_address_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("station_id,measured_at,pm25\nA,2026-01-31T12:00:00Z,1\n")
    assert main(["replay", str(path), "--broker", "tcp:127.0.0.1:1"]) == NOT_DONE
    assert "tcp:127.0.0.1:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tz", "Bejing"], "neither an offset such as +08:00 nor a zone"),
        (["--speed", "0"], "expected a number above 0"),
        (["--limit", "0"], "expected 1 or more"),
        (["--limit", "abc"], "found abc, expected 1 or more"),
        (["--speed", "abc"], "found abc, expected a number above 0"),
    ],
)
def test_a_wrong_option_lists_the_valid_ones(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "a.csv", *arguments])
    assert message in capsys.readouterr().err


def test_unreadable_stations_are_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.csv"
    path.write_text("id,name,latitude,longitude,commune\nA,,,,\n")
    assert main(["stations", str(path), "--port", "1"]) == BAD_INPUT
    assert "field name" in capsys.readouterr().err


def test_the_error_names_an_unreachable_starrocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.csv"
    path.write_text("id,name,latitude,longitude,commune\nA,x,,,\n")
    assert main(["stations", str(path), "--port", "1"]) == NOT_DONE
    assert "StarRocks at 127.0.0.1:1" in capsys.readouterr().err
