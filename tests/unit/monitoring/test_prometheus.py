"""The configuration of Prometheus, which is derived from the descriptions of the services."""

from dataclasses import replace

import pytest

from infra.services.model import Endpoint, Metrics, Service
from infra.services.prometheus import configured, prometheus, scrape_configs
from infra.services.pulsar import pulsar
from infra.services.seatunnel import seatunnel
from infra.settings import MonitoringSettings, PulsarSettings, SeaTunnelSettings

ADMIN = {"admin": Endpoint("http", "10.0.0.1", 8080)}
REST = {"rest": Endpoint("http", "10.0.0.2", 5801)}


def standalone() -> Service:
    return pulsar(PulsarSettings(), authenticated=False)


def test_services_of_one_job_share_a_scrape_configuration() -> None:
    first, second = seatunnel(SeaTunnelSettings()), seatunnel(SeaTunnelSettings(nodes=3), 2)
    other = {"rest": Endpoint("http", "10.0.0.3", 5801)}
    found = scrape_configs({first.name: (first, REST), second.name: (second, other)})
    assert [each["job_name"] for each in found] == ["seatunnel_zeta"]
    assert found[0]["metrics_path"] == "/hazelcast/rest/instance/metrics"
    assert found[0]["static_configs"] == [
        {"targets": ["10.0.0.2:5801"], "labels": {"service": "seatunnel"}},
        {"targets": ["10.0.0.3:5801"], "labels": {"service": "seatunnel-2"}},
    ]


def test_a_job_with_two_paths_is_an_error() -> None:
    one = standalone()
    two = replace(one, name="other", metrics=(Metrics("admin", path="/elsewhere", job="pulsar"),))
    with pytest.raises(ValueError, match="service other: the metrics of job pulsar differ"):
        scrape_configs({"pulsar": (one, ADMIN), "other": (two, ADMIN)})


def test_the_timeout_is_no_longer_than_the_interval() -> None:
    settings = MonitoringSettings(interval=2)
    service = configured(
        prometheus(settings),
        settings,
        stack="test",
        targets={"pulsar": (standalone(), ADMIN)},
        alertmanager=Endpoint("http", "10.0.0.9", 9093),
        rules={"rules-platform-x.yml": "groups: []"},
        scoped={},
    )
    text = service.files["prometheus.yml"]
    assert "scrape_interval: 2s" in text
    assert "scrape_timeout: 2s" in text
    assert "10.0.0.9:9093" in text
    assert set(service.files) == {"prometheus.yml", "rules-platform-x.yml"}
    assert {(need.service, need.port) for need in service.needs} == {("alertmanager", "http"), ("pulsar", "admin")}
