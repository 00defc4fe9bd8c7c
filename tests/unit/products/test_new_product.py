"""`make new-product` writes valid files, and its errors name the rejected values."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from infra.products.fields import read_fields
from infra.resources.dolphinscheduler.workflow_files import read_workflows
from infra.resources.starrocks.migrations import read_migrations
from infra.settings import ROOT
from tools.new_product.writer import NewProductError, with_product, write_product

LOCAL = """\
config:
  kappastack:target: host # this machine
  kappastack:products:
    ciapol: {}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """An empty repository with the settings of a stack."""
    (tmp_path / "Pulumi.local.yaml").write_text(LOCAL)
    return tmp_path


def test_the_files_are_valid_and_in_folders_with_the_name(checkout: Path) -> None:
    written = write_product("weather", root=checkout)
    assert {str(path) for path in written} >= {
        "stacks/products/weather.py",
        "topics/weather/topics.yaml",
        "sql/weather/V001__readings.sql",
        "apps/frontend/src/products/weather/index.tsx",
        "smoke_tests/weather/test_readings.py",
        "Pulumi.local.yaml",
    }
    assert read_fields(checkout / "topics/weather/readings.fields.yaml").names == ["sensor_id", "measured_at", "value"]
    assert len(read_migrations(checkout / "sql/weather")) == 2
    assert json.loads((checkout / "seatunnel/weather/ingest.conf").read_text())["env"]["job.name"] == "weather-ingest"
    workflows = read_workflows(checkout / "dolphinscheduler/weather", checkout)
    assert [file.definition.name for file in workflows] == ["daily_summaries"]
    assert not [path for path in written if "@{" in (checkout / path).read_text() or "NAME" in str(path)]


def test_the_programs_follow_the_style_of_the_repository(checkout: Path) -> None:
    written = [path for path in write_product("weather", root=checkout) if path.suffix == ".py"]
    shutil.copy(ROOT / "pyproject.toml", checkout)
    # Import sorting depends on the packages in the repository.
    for package in ("apps/shared", "apps/web", "infra/products", "smoke_tests"):
        shutil.copytree(ROOT / package, checkout / package, dirs_exist_ok=True)
    shutil.copy(ROOT / "infra/settings.py", checkout / "infra")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *map(str, written)],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_product_is_declared_with_its_own_port(checkout: Path) -> None:
    write_product("weather", title="Weather of Abidjan", port=4711, root=checkout)
    declaration = (checkout / "stacks/products/weather.py").read_text()
    assert 'title="Weather of Abidjan"' in declaration
    assert "Api(port=4711)" in declaration


def test_the_product_is_added_to_the_settings_without_other_changes(checkout: Path) -> None:
    write_product("weather", root=checkout)
    text = (checkout / "Pulumi.local.yaml").read_text()
    assert yaml.safe_load(text)["config"]["kappastack:products"] == {"ciapol": {}, "weather": {}}
    assert "# this machine" in text


@pytest.mark.parametrize(
    ("before", "products"),
    [
        ("config:\n  kappastack:target: host\n", {"weather": {}}),
        ("config:\n  kappastack:products: {}\n  kappastack:target: host\n", {"weather": {}}),
        ("config:\n  kappastack:products:\n    a:\n      x: 1\n", {"a": {"x": 1}, "weather": {}}),
    ],
)
def test_settings_in_all_common_formats(before: str, products: object) -> None:
    after = yaml.safe_load(with_product(before, "weather"))["config"]
    assert after["kappastack:products"] == products
    assert after.get("kappastack:target") == yaml.safe_load(before)["config"].get("kappastack:target")


def test_settings_in_an_unknown_format_are_not_edited() -> None:
    with pytest.raises(NewProductError, match=r"add `weather: \{\}` below kappastack:products by hand"):
        with_product("config: {kappastack:products: {ciapol: {}}}\n", "weather")


@pytest.mark.parametrize(
    ("name", "port", "named"),
    [
        ("Weather", 0, "product name 'Weather'"),
        ("status", 0, "product name 'status'"),
        ("ciapol", 0, "this product exists already"),
        ("weather", 8000, "PORT=8000 is already used by ciapol-api"),
        ("weather", 9030, "PORT=9030 is already used by STARROCKS_QUERY"),
        ("weather", 80, "PORT=80: choose a port from 1024 to 16000"),
    ],
)
def test_errors_name_used_and_invalid_names(checkout: Path, name: str, port: int, named: str) -> None:
    with pytest.raises(NewProductError, match=named):
        write_product(name, port=port, root=checkout)
    assert [path.name for path in checkout.iterdir()] == ["Pulumi.local.yaml"]


@pytest.mark.parametrize("title", ['Weather "live"', "Weather\\", "Weather\nnow", "{weather}"])
def test_a_title_that_would_break_the_source_is_refused(checkout: Path, title: str) -> None:
    with pytest.raises(NewProductError, match="TITLE="):
        write_product("weather", title=title, root=checkout)
    assert [path.name for path in checkout.iterdir()] == ["Pulumi.local.yaml"]


def test_no_file_is_overwritten(checkout: Path) -> None:
    (checkout / "topics/weather").mkdir(parents=True)
    (checkout / "topics/weather/topics.yaml").write_text("mine")
    with pytest.raises(NewProductError, match=r"these files exist already: topics/weather/topics\.yaml"):
        write_product("weather", root=checkout)
    assert (checkout / "topics/weather/topics.yaml").read_text() == "mine"


def test_the_error_names_an_unknown_stack(checkout: Path) -> None:
    with pytest.raises(NewProductError, match=r"STACK=nowhere: there is no Pulumi\.nowhere\.yaml"):
        write_product("weather", stack="nowhere", root=checkout)
