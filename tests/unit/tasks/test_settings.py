import json
from pathlib import Path

import pytest

from apps.tasks.errors import TaskError
from apps.tasks.settings import TaskSettings, load_settings, product_files

DOCUMENT: dict[str, object] = {
    "stack": "local",
    "zeta": {"url": "http://127.0.0.1:5801"},
    "starrocks": {"host": "127.0.0.1", "port": 9030},
    "users": {"scheduler": "password"},
    "platform_database": "kappastack",
    "placeholders": {"pulsar.broker_url": "pulsar://127.0.0.1:6650"},
    "products": {
        "ciapol": {"database": "ciapol_analytics", "retention_months": 13, "quality_threshold": 0.75, "apps": {}}
    },
    "alerts": {},
}


def load(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: object) -> TaskSettings:
    path = folder / "tasks.json"
    path.write_text(json.dumps(DOCUMENT | changes))
    monkeypatch.setenv("KAPPASTACK_TASKS", str(path))
    return load_settings()


def test_they_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a secret\n")
    settings = load(monkeypatch, tmp_path, users={"scheduler": str(password)})
    assert settings.product("ciapol").retention_months == 13
    assert settings.password("scheduler") == "a secret"
    assert settings.alerts.webhook_file is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stakc": "local"}, "stakc: Extra inputs are not permitted"),
        ({"starrocks": {"host": "h", "port": 0}}, "starrocks.port"),
        ({"platform_database": "k; DROP"}, "platform_database"),
        (
            {"products": {"ciapol": {"database": "d", "retention_months": 0, "quality_threshold": 2}}},
            "retention_months",
        ),
    ],
)
def test_a_wrong_field_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        load(monkeypatch, tmp_path, **changes)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, tmp_path)
    with pytest.raises(TaskError, match="product 'liontrack' is not in KAPPASTACK_TASKS; there are ciapol"):
        settings.product("liontrack")
    with pytest.raises(TaskError, match="no password file of StarRocks user 'predictor'"):
        settings.password("predictor")
    with pytest.raises(TaskError, match="password file of StarRocks user 'scheduler': No such file"):
        settings.password("scheduler")
    monkeypatch.delenv("KAPPASTACK_TASKS")
    with pytest.raises(TaskError, match="KAPPASTACK_TASKS is not set"):
        load_settings()


def test_the_checkout_holds_the_products_files() -> None:
    assert (product_files() / "seatunnel/ciapol/aqi_hourly.conf").is_file()
    assert (product_files() / "sql/ciapol/queries/quality_hourly.sql").is_file()
