from pathlib import Path

import pytest

from apps.ciapol.api.settings import Settings
from apps.web.settings import SettingsError
from tests.unit.api.conftest import QUERIES


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    password = tmp_path / "password"
    password.write_text("a very secret word")
    return {
        "STARROCKS_HOST": "127.0.0.1",
        "STARROCKS_PORT": "9030",
        "STARROCKS_DATABASE": "ciapol_analytics",
        "STARROCKS_USER": "api",
        "STARROCKS_PASSWORD_FILE": str(password),
        "QUERIES_DIR": str(QUERIES),
        "HOME": "/root",
    }


def test_settings_come_from_the_environment(environment: dict[str, str]) -> None:
    settings = Settings.from_environment(environment | {"STARROCKS_POOL_SIZE": "3"})
    assert (settings.starrocks_port, settings.starrocks_pool_size) == (9030, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STARROCKS_PORT", "port"),
        ("STARROCKS_PORT", "70000"),
        ("STARROCKS_HOST", ""),
        ("STARROCKS_DATABASE", "a; DROP TABLE b"),
        ("STARROCKS_PASSWORD_FILE", "/nowhere"),
        ("QUERIES_DIR", "/nowhere"),
        ("STARROCKS_POOL_SIZE", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_the_error_names_invalid_settings(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment | {name: value})
    assert name in str(caught.value)
    assert value in str(caught.value)


def test_the_error_names_missing_settings(environment: dict[str, str]) -> None:
    del environment["STARROCKS_USER"]
    with pytest.raises(SettingsError, match="STARROCKS_USER"):
        Settings.from_environment(environment)
