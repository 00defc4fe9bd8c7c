import pytest

from infra.resources.dolphinscheduler.quartz import CronError
from infra.resources.dolphinscheduler.quartz_period import longest_pause

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("expression", "pause"),
    [
        ("0 * * * * ? *", MINUTE),
        ("* * * * * ? *", 1),
        ("*/20 * * * * ? *", 20),
        ("0 5 * * * ? *", HOUR),
        ("0 5,20 * * * ? *", 45 * MINUTE),
        ("0 5/10 * * * ? *", 10 * MINUTE),
        ("0 0 */6 * * ? *", 6 * HOUR),
        ("0 0 8-18 * * ? *", 14 * HOUR),
        ("0 30 2 * * ? *", DAY),
        ("0 0 9 ? * MON-FRI *", 3 * DAY),
        ("0 0 9 ? * 2 *", 7 * DAY),
        ("0 0 9 ? * L *", 7 * DAY),
        ("0 0 9 ? * SUN,WED *", 4 * DAY),
        ("0 20 3 2 * ? *", 31 * DAY),
        ("0 0 0 L * ? *", 31 * DAY),
        ("0 0 0 L-2 * ? *", 31 * DAY),
        ("0 0 0 LW * ? *", 31 * DAY),
        ("0 0 0 15W * ? *", 31 * DAY),
        ("0 0 0 31 * ? *", 61 * DAY),
        ("0 0 0 ? * 2#1 *", 35 * DAY),
        ("0 0 0 ? * FRIL *", 35 * DAY),
        ("0 0 0 1 JAN,jul ? *", 184 * DAY),
        ("0 0 0 29 2 ? *", 1461 * DAY),
        ("0 0 0 1 1 ? 2030", None),
    ],
)
def test_the_longest_pause_between_two_runs(expression: str, pause: int | None) -> None:
    assert longest_pause(expression) == pause


def test_an_expression_that_never_fires_has_no_pause() -> None:
    assert longest_pause("0 0 0 30 2 ? *") is None


def test_an_invalid_expression_is_rejected() -> None:
    with pytest.raises(CronError, match="minutes"):
        longest_pause("0 61 * * * ? *")
