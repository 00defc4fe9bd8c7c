import pytest

from apps.shared.placeholders import UnknownPlaceholder, fill, fill_known


def test_both_forms_are_filled() -> None:
    assert fill("a ${x} @{x}", {"x": "1"}) == "a 1 @{x}"
    assert fill("a ${x} @{x}", {"x": "1"}, mark="@") == "a ${x} 1"


def test_a_value_is_not_filled_again() -> None:
    assert fill("${x}", {"x": "${y}", "y": "2"}) == "${y}"


def test_the_error_names_an_unknown_placeholder_its_line_and_the_known_ones() -> None:
    with pytest.raises(UnknownPlaceholder, match=r"^unknown placeholder \$\{z\}; known are x, y$") as caught:
        fill("one\ntwo ${z}", {"y": "", "x": ""})
    assert (caught.value.placeholder, caught.value.line) == ("${z}", 2)


def test_an_empty_name_is_an_unknown_placeholder() -> None:
    with pytest.raises(UnknownPlaceholder, match=r"\$\{\}"):
        fill("${}", {})


def test_unknown_placeholders_can_be_kept() -> None:
    assert fill_known("${a} ${b}", {"a": "1"}.get) == "1 ${b}"
