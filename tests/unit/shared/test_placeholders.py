import pytest

from apps.shared.placeholders import UnknownPlaceholder, fill, fill_known


def test_both_forms() -> None:
    assert fill("a ${x} @{x}", {"x": "1"}) == "a 1 @{x}"
    assert fill("a ${x} @{x}", {"x": "1"}, mark="@") == "a ${x} 1"


def test_a_value_is_not_filled_again() -> None:
    assert fill("${x}", {"x": "${y}", "y": "2"}) == "${y}"


def test_an_unknown_one_is_named_with_its_line_and_the_known_ones() -> None:
    with pytest.raises(UnknownPlaceholder, match=r"^unknown placeholder \$\{z\}; known are x, y$") as caught:
        fill("one\ntwo ${z}", {"y": "", "x": ""})
    assert (caught.value.placeholder, caught.value.line) == ("${z}", 2)


def test_an_empty_name_is_unknown_too() -> None:
    with pytest.raises(UnknownPlaceholder, match=r"\$\{\}"):
        fill("${}", {})


def test_only_known_ones_are_filled_where_that_is_wanted() -> None:
    assert fill_known("${a} ${b}", {"a": "1"}.get) == "1 ${b}"
