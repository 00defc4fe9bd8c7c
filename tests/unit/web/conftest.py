import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from apps.web.api import Api
from apps.web.settings import Settings
from apps.web.starrocks import Parameter, Pool, Row

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

README = Path(__file__).resolve().parents[3] / "apps" / "web" / "README.md"

Reply = Callable[[str, Sequence[Parameter]], list[Row]]


class FakePool(Pool):
    """A pool that computes its results with a function and records the statements."""

    def __init__(self, settings: Settings, reply: Reply) -> None:
        super().__init__(settings)
        self.reply = reply
        self.statements: list[tuple[str, tuple[Parameter, ...]]] = []

    def query(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        self.statements.append((sql, tuple(parameters)))
        return self.reply(sql, parameters)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a StarRocks port on which nothing listens."""
    password = tmp_path / "password"
    password.write_text("a very secret word\n")
    return Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=1,
        starrocks_database="weather_data",
        starrocks_user="weather_api",
        starrocks_password_file=password,
    )


@pytest.fixture(scope="session")
def weather() -> Iterator[Api[Settings]]:
    """The API of the README's example."""
    code = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)[0]
    module = types.ModuleType("weather_of_the_readme")
    sys.modules[module.__name__] = module
    exec(compile(code, str(README), "exec"), module.__dict__)
    api = module.__dict__["API"]
    assert isinstance(api, Api)
    yield api
    del sys.modules[module.__name__]


@pytest.fixture
def serve(weather: Api[Settings], settings: Settings) -> Callable[[Reply], tuple[TestClient, FakePool]]:
    """Creates a client of the README's API with a pool that computes its results with a function."""

    def start(reply: Reply) -> tuple[TestClient, FakePool]:
        app = weather.create(settings)
        pool = FakePool(settings, reply)
        app.state.pool = pool
        return TestClient(app, raise_server_exceptions=False), pool

    return start
