import time

import pytest

from apps.shared.polling import NeverReady, Pending, poll, wait_until


def test_the_first_value_is_returned() -> None:
    answers: list[Pending | int] = [Pending("no"), Pending("no"), 7]
    assert poll(lambda: answers.pop(0), within=60, what="it", pause=0.001) == 7
    assert answers == []


def test_the_error_has_the_last_reason() -> None:
    with pytest.raises(TimeoutError, match=r"^Pulsar was not ready within 0 s: HTTP 503$"):
        wait_until(lambda: "HTTP 503", within=0, what="Pulsar")


def test_the_function_is_called_once_more_after_the_time_limit() -> None:
    begin = time.monotonic()
    found = poll(lambda: 1 if time.monotonic() - begin >= 0.2 else Pending("no"), within=0.2, what="it", pause=60)
    assert found == 1


def test_a_final_reason_ends_the_wait_early() -> None:
    with pytest.raises(NeverReady, match="StarRocks: access denied"):
        wait_until(lambda: Pending("access denied", final=True), within=3600, what="StarRocks", pause=60)


def test_progress_is_called_once_for_each_reason() -> None:
    reasons = ["a", "a", "b", "a", ""]
    seen: list[str] = []
    wait_until(lambda: reasons.pop(0), within=60, what="it", pause=0.001, progress=seen.append)
    assert seen == ["a", "b", "a"]


def test_a_growing_pause_stays_below_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    reasons = ["no"] * 5 + [""]
    wait_until(lambda: reasons.pop(0), within=3600, what="it", pause=1, longest_pause=4)
    assert pauses == [1, 2, 4, 4, 4]


def test_an_error_of_the_function_is_raised() -> None:
    def look() -> str:
        raise KeyError("of the look")

    with pytest.raises(KeyError, match="of the look"):
        wait_until(look, within=60, what="it")
