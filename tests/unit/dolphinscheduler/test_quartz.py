"""The cron expressions that Quartz accepts."""

import pytest

from infra.resources.dolphinscheduler.quartz import CronError, check_cron


@pytest.mark.parametrize(
    "expression",
    [
        "0 5 * * * ? *",
        "0 0/20 * * * ? *",
        "0 20 3 2 * ? *",
        "*/10 * * * * ? 2026-2030",
        "0 0 12 ? * MON-FRI *",
        "0 0 12 ? JAN,JUN-AUG 2,4,6 *",
        "0 0 0 L * ? *",
        "0 0 0 LW * ? *",
        "0 0 0 L-3 * ? *",
        "0 0 0 15W * ? *",
        "0 0 0 ? * 6L *",
        "0 0 0 ? * FRI#3 2026",
        "0,30 0-10/2 5/2 ? * * *",
    ],
)
def test_valid_expressions_are_accepted(expression: str) -> None:
    assert check_cron(expression) == expression


def test_equivalent_expressions_have_one_form() -> None:
    assert check_cron(" 0  0 12 ? jan mon-fri  * ") == "0 0 12 ? JAN MON-FRI *"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("5 * * * *", "5 fields; Quartz requires 7"),
        ("0 5 * * * ?", "6 fields; Quartz requires 7"),
        ("0 60 * * * ? *", "minutes '60'"),
        ("60 0 * * * ? *", "seconds '60'"),
        ("0 0 24 * * ? *", "hours '24'"),
        ("0 0 0 32 * ? *", "day of month '32'"),
        ("0 0 0 0 * ? *", "day of month '0'"),
        ("0 0 0 1 13 ? *", "month '13'"),
        ("0 0 0 1 JANUARY ? *", "month 'JANUARY'"),
        ("0 0 0 ? * 8 *", "day of week '8'"),
        ("0 0 0 ? * 0 *", "day of week '0'"),
        ("0 0 0 ? * MON#6 *", "day of week 'MON#6'"),
        ("0 0 0 1 * ? 1969", "year '1969'"),
        ("0 5 * * * * *", "exactly one of"),
        ("0 5 * ? * ? *", "exactly one of"),
        ("0 5 * ?,1 * ? *", "`?` cannot be combined with other values"),
        ("0 ? * * * ? *", "minutes '?'"),
        ("0 10-5 * * * ? *", "ends before it begins"),
        ("0 */0 * * * ? *", "the step"),
        ("0 */x * * * ? *", "the step"),
        ("0 5, * * * ? *", "minutes ''"),
        ("", "0 fields"),
        ("0 5-7-9 * * * ? *", "minutes '5-7-9'"),
    ],
)
def test_the_error_for_an_invalid_expression_names_the_field(expression: str, message: str) -> None:
    with pytest.raises(CronError) as error:
        check_cron(expression)
    assert message in str(error.value)
