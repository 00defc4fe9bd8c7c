"""The times without a response that the tests on Kubernetes measure."""

from tests.cluster.users import longest


def test_the_longest_gap_includes_those_at_both_ends_of_the_period() -> None:
    assert longest([], 10.0, 13.0) == 3.0
    assert longest([11.0, 12.5], 10.0, 13.0) == 1.5
    assert longest([12.9], 10.0, 13.0) == 12.9 - 10.0
    assert longest([10.1], 10.0, 13.0) == 13.0 - 10.1


def test_answers_outside_the_period_do_not_count() -> None:
    assert longest([1.0, 9.9, 13.1], 10.0, 13.0) == 3.0
