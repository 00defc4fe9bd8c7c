import pytest

from apps.web.problems import Problem
from apps.web.representation import CSV, JSON, choose


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV; charset=utf-8", CSV),
        ("text/*", CSV),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("application/json;q=0.5, text/csv", CSV),
        ("application/json, text/csv;q=0.9", JSON),
        ("text/csv;q=0, */*", JSON),
        ("text/csv, application/json;q=x", CSV),
    ],
)
def test_the_clients_preferred_format_is_used(accept: str | None, expected: str) -> None:
    assert choose(accept) == expected


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "text/csv;q=0", "application/json;q=0, image/*"])
def test_unsupported_formats_are_rejected(accept: str) -> None:
    with pytest.raises(Problem) as caught:
        choose(accept)
    assert caught.value.status == 406
