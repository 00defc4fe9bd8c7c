import pytest

from starrocks_emulator.results import SqlError
from starrocks_emulator.testing import Client


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [("'a' COLLATE utf8_general_ci = 'A'", False), ("'a' COLLATE 'utf8mb4_bin' = 'a'", True)],
)
def test_a_collation_changes_nothing(client: Client, expression: str, wanted: bool) -> None:
    assert client.value(f"SELECT {expression}") is wanted


def test_a_collation_of_another_character_set_is_rejected(client: Client) -> None:
    with pytest.raises(SqlError, match="latin1_swedish_ci"):
        client.run("SELECT 'a' COLLATE latin1_swedish_ci")
