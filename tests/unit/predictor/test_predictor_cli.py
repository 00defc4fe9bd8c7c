"""The predictor's options."""

import pytest

from apps.ciapol.predictor.__main__ import main


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-31T12:30:00Z", "2026-01-31T12:00:00+05:30", "2026-01-31T12:00:00.5Z", "yesterday"),
        *("9999-12-31T23:00:00Z", "0001-01-01T00:00:00+05:00"),
    ],
)
def test_a_time_that_is_no_full_hour_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["predict", "--at", text])
    assert ended.value.code == 2
    assert f"argument --at: found '{text}', expected a " in capsys.readouterr().err
