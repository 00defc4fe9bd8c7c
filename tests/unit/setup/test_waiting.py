import pytest

from tests.waiting import PATIENCE, wait_until


def test_the_wait_ends_when_the_condition_is_true() -> None:
    answers = iter([False, 0, None, "yes"])
    wait_until(lambda: next(answers), "the answer", pause=0)
    assert next(answers, "none left") == "none left"


def test_the_timeout_error_names_the_condition() -> None:
    with pytest.raises(AssertionError, match=r"waited 0 s for rows, found 3"):
        wait_until(lambda: False, lambda: "rows, found 3", within=0)


def test_limits_are_minutes() -> None:
    assert PATIENCE >= 120
