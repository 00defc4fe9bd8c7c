import json
from pathlib import Path

import pytest

from apps.tasks.errors import InvalidInput
from apps.tasks.settings import TaskSettings, load_settings, product_files

DOCUMENT: dict[str, object] = {
    "stack": "local",
    "zeta": {"url": "http://127.0.0.1:5801"},
    "starrocks": {"host": "127.0.0.1", "port": 9030},
    "platform": {"database": "kappastack", "user": "platform_scheduler", "password_file": "/run/platform"},
    "placeholders": {"pulsar.broker_url": "pulsar://127.0.0.1:6650"},
    "products": {
        "ciapol": {
            "databases": ["ciapol_analytics"],
            "users": {"scheduler": {"user": "ciapol_scheduler", "password_file": "/run/ciapol"}},
            "parameters": {"retention_months": 13, "quality_threshold": 0.75},
            "programs": {},
        }
    },
    "alerts": {},
}


def load(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: object) -> TaskSettings:
    path = folder / "tasks.json"
    path.write_text(json.dumps(DOCUMENT | changes))
    monkeypatch.setenv("KAPPASTACK_TASKS", str(path))
    return load_settings()


def test_valid_settings_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a secret\n")
    users = {"scheduler": {"user": "ciapol_scheduler", "password_file": str(password)}}
    parameters = {"retention_months": 13, "quality_threshold": 0.75, "unit": "µg/m³"}
    product = {"databases": ["ciapol_a", "ciapol_b"], "users": users, "parameters": parameters}
    settings = load(monkeypatch, tmp_path, products={"ciapol": product})
    found = settings.product("ciapol")
    assert found.database == "ciapol_a"
    assert found.whole_number("retention_months", least=1) == 13
    assert found.placeholders == {"retention_months": "13", "quality_threshold": "0.75", "unit": "µg/m³"}
    assert found.user("scheduler").user == "ciapol_scheduler"
    assert found.user("scheduler").passwords() == ("a secret", "")
    assert (settings.platform.database, settings.platform.user) == ("kappastack", "platform_scheduler")
    assert settings.alerts.webhook_file is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stakc": "local"}, "stakc: Extra inputs are not permitted"),
        ({"starrocks": {"host": "h", "port": 0}}, "starrocks.port"),
        ({"platform": {"database": "k; DROP", "user": "u", "password_file": "p"}}, "platform.database"),
        ({"platform": {"database": "k"}}, "platform.user"),
        ({"products": {"ciapol": {"databases": []}}}, "products.ciapol.databases"),
        ({"products": {"ciapol": {"databases": ["d"], "quality_threshold": 2}}}, "products.ciapol.quality_threshold"),
    ],
)
def test_the_error_names_an_invalid_field(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        load(monkeypatch, tmp_path, **changes)


def test_the_error_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, tmp_path)
    with pytest.raises(InvalidInput, match="product 'liontrack' is not in KAPPASTACK_TASKS; it has ciapol"):
        settings.product("liontrack")
    product = settings.product("ciapol")
    with pytest.raises(InvalidInput, match="no StarRocks user 'predictor'; it has scheduler"):
        product.user("predictor")
    with pytest.raises(InvalidInput, match="password file of StarRocks user 'ciapol_scheduler': No such file"):
        product.user("scheduler").passwords()
    with pytest.raises(InvalidInput, match="parameter months is None, expected a whole number from 1"):
        product.whole_number("months", least=1)
    with pytest.raises(InvalidInput, match=r"parameter quality_threshold is 0\.75, expected a whole number"):
        product.whole_number("quality_threshold", least=1)
    monkeypatch.delenv("KAPPASTACK_TASKS")
    with pytest.raises(InvalidInput, match="KAPPASTACK_TASKS is not set"):
        load_settings()


def test_the_checkout_contains_the_products_files() -> None:
    assert (product_files() / "seatunnel/ciapol/aqi_hourly.conf").is_file()
    assert (product_files() / "sql/ciapol/queries/quality_hourly.sql").is_file()
