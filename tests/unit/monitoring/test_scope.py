"""The matcher that restricts expressions to one stack."""

import pytest

from infra.monitoring.scope import scoped

MATCHER = 'stack="s"'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("up == 0", 'up{stack="s"} == 0'),
        ('up{job="x"}', 'up{stack="s", job="x"}'),
        ("up{}", 'up{stack="s"}'),
        ('{__name__=~"a|b"} - time()', '{stack="s", __name__=~"a|b"} - time()'),
        ("sum by (a, b) (rate(c[5m])) / d", 'sum by (a, b) (rate(c{stack="s"}[5m])) / d{stack="s"}'),
        ("sum(a) by (b)", 'sum(a{stack="s"}) by (b)'),
        ("a * on (b) group_left (c) d", 'a{stack="s"} * on (b) group_left (c) d{stack="s"}'),
        ("a unless ignoring(b) c offset 3h", 'a{stack="s"} unless ignoring(b) c{stack="s"} offset 3h'),
        ('label_replace(a, "b", "$1", "c", "(d)")', 'label_replace(a{stack="s"}, "b", "$1", "c", "(d)")'),
        ("count_over_time((a > bool 1)[1h:5m])", 'count_over_time((a{stack="s"} > bool 1)[1h:5m])'),
        ("a:b:c > 1e3", 'a:b:c{stack="s"} > 1e3'),
    ],
)
def test_every_selector_gets_the_matcher(expression: str, expected: str) -> None:
    assert scoped(expression, MATCHER) == expected
