import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from apps.ciapol.api.settings import Settings
from apps.web.starrocks import Parameter, Pool, Row

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from apps.ciapol.api.app import create_app

QUERIES = Path(__file__).resolve().parents[3] / "sql" / "ciapol" / "queries"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a StarRocks port on which nothing listens."""
    password = tmp_path / "password"
    password.write_text("a very secret word\n")
    return Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=1,
        starrocks_database="ciapol_analytics",
        starrocks_user="api",
        starrocks_password_file=password,
        queries_dir=QUERIES,
        starrocks_pool_size=2,
        starrocks_wait_seconds=0.2,
    )


class RecordedPool(Pool):
    """A pool that computes its results with a function and records the queries."""

    def __init__(self, settings: Settings, reply: Callable[[str, Sequence[Parameter]], list[Row]]) -> None:
        super().__init__(settings)
        self.reply = reply
        self.queries: list[tuple[str, tuple[Parameter, ...]]] = []

    def query(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        self.queries.append((sql, tuple(parameters)))
        return self.reply(sql, parameters)


@pytest.fixture
def client(settings: Settings) -> TestClient:
    """A client of the application, without StarRocks."""
    return TestClient(create_app(settings), raise_server_exceptions=False)
