"""Every dashboard is valid, and Grafana receives all of them."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from infra.configuration import load_settings
from infra.monitoring.dashboards import SOURCE, Dashboard, DashboardError, dashboards, read, render
from infra.products.registry import declared
from infra.settings import SettingsError
from tests.mocking import Recorder, planted, run

DASHBOARDS = dashboards(declared())
PLATFORM = {
    *("platform", "pulsar", "zeta", "starrocks", "dolphinscheduler"),
    *("pipeline-health", "data-quality", "system-health"),
}


@pytest.mark.parametrize(("name", "dashboard"), DASHBOARDS.items(), ids=DASHBOARDS)
def test_panels_do_not_overlap_and_have_the_data_source(name: str, dashboard: Dashboard) -> None:
    document = json.loads(render(name, dashboard))
    assert (document["uid"], document["title"]) == (name, dashboard.title)
    cells = [
        (x, y)
        for panel in document["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert {panel["datasource"]["uid"] for panel in document["panels"]} == {SOURCE}
    assert all(
        len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) for panel in document["panels"]
    )


def test_the_platform_and_each_product_have_dashboards() -> None:
    assert {f"platform-{name}" for name in PLATFORM} <= DASHBOARDS.keys()
    for product in declared():
        assert any(name.startswith(f"{product}-") for name in DASHBOARDS), product


def test_an_error_names_the_file_and_the_field(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump({"title": "x", "description": "y", "panels": [{"title": "z", "kind": "pie"}]}))
    with pytest.raises(DashboardError, match=r"wrong\.yaml: panels\.0\.kind: .*timeseries"):
        read(path)


@pytest.fixture(scope="module")
def dev() -> Iterator[Recorder]:
    document = {"target": "docker", "products": {"ciapol": {}}}
    yield run(load_settings({f"kappastack:{key}": json.dumps(value) for key, value in document.items()}, {}))
    asyncio.set_event_loop(None)


def test_grafana_is_provisioned_with_password_source_and_dashboards(dev: Recorder) -> None:
    files = dev.files("grafana")
    assert {f"{name}.json" for name in dashboards(["ciapol"])} <= files.keys()
    assert yaml.safe_load(files["prometheus.yaml"])["datasources"][0]["url"] == "http://prometheus:9090"
    grafana = dev.of_type("Container")["grafana"].inputs
    assert "GF_AUTH_ANONYMOUS_ENABLED=false" in grafana["envs"]
    assert "GF_SECURITY_ADMIN_PASSWORD__FILE=/run/kappastack/secrets/grafana-admin" in grafana["envs"]
    assert planted("grafana-admin") not in json.dumps(grafana, default=str)


def test_grafana_of_a_machine_without_images_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"monitoring\.grafana\.memory: Grafana needs images"):
        load_settings({"kappastack:target": "host", "kappastack:monitoring": '{"grafana": {"memory": "1Gi"}}'}, {})
