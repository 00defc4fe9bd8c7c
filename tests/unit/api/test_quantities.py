import pytest

from apps.ciapol.api.quantities import category


@pytest.mark.parametrize(
    ("low", "high", "key", "colour"),
    [
        (0, 50, "good", "#00E400"),
        (51, 100, "moderate", "#FFFF00"),
        (101, 150, "unhealthy_sensitive", "#FF7E00"),
        (151, 200, "unhealthy", "#FF0000"),
        (201, 300, "very_unhealthy", "#8F3F97"),
        (301, 1200, "hazardous", "#7E0023"),
    ],
)
def test_categories_at_their_limits(low: int, high: int, key: str, colour: str) -> None:
    assert category(low) == category(high) == (key, colour)
