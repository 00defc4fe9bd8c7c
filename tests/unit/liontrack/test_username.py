"""The name of a user does not depend on the order in which StarRocks returns rows."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from apps.liontrack.api.dependencies import username
from apps.web.problems import Problem
from apps.web.settings import Settings
from apps.web.starrocks import Parameter, Pool, Row


class Known(Pool):
    """A pool with one row as the result of every query."""

    def __init__(self, folder: Path, row: Row) -> None:
        password = folder / "password"
        password.write_text("secret")
        super().__init__(
            Settings(
                starrocks_host="127.0.0.1",
                starrocks_port=1,
                starrocks_database="d",
                starrocks_user="u",
                starrocks_password_file=password,
            )
        )
        self.row = row
        self.text = ""

    def query(self, sql: str, _parameters: Sequence[Parameter] = ()) -> list[Row]:
        self.text = sql
        return [self.row]


def test_the_name_is_aggregated_over_all_rows(tmp_path: Path) -> None:
    pool = Known(tmp_path, {"username": "Awa", "n": 8})
    assert username(pool, "u") == "Awa"
    assert "LIMIT" not in pool.text
    assert username(Known(tmp_path, {"username": None, "n": 7}), "u") is None


def test_a_user_without_rows_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="processed no activity and no challenge of user 'u'"):
        username(Known(tmp_path, {"username": None, "n": 0}), "u")
