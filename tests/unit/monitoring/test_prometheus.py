"""The configuration of Prometheus, which is derived from the descriptions of the services."""

import json
from dataclasses import replace

import pytest

from infra.services.model import Endpoint, Instances, Metrics, Service
from infra.services.prometheus import configured, prometheus
from infra.services.pulsar import pulsar
from infra.services.scraping import WANTED, Targets, scrape_configs, wanted
from infra.services.seatunnel import seatunnel
from infra.settings import MonitoringSettings, PulsarSettings, SeaTunnelSettings

ADMIN = {"admin": Instances((Endpoint("http", "10.0.0.1", 8080),))}
REST = {"rest": Instances((Endpoint("http", "10.0.0.2", 5801),))}
LOOKED_UP = {"rest": Instances((Endpoint("http", "pods.example", 5801),), looked_up=True)}
INTERVAL = 15


def standalone() -> Service:
    return pulsar(PulsarSettings(), authenticated=False)


def test_services_of_one_job_share_a_scrape_configuration() -> None:
    first, second = seatunnel(SeaTunnelSettings()), seatunnel(SeaTunnelSettings(nodes=3), 2)
    other = {"rest": Instances((Endpoint("http", "10.0.0.3", 5801),))}
    found = scrape_configs({first.name: (first, REST), second.name: (second, other)}, INTERVAL)
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
        scrape_configs({"pulsar": (one, ADMIN), "other": (two, ADMIN)}, INTERVAL)


def test_each_process_of_a_service_is_a_target() -> None:
    members = {"rest": Instances(tuple(Endpoint("http", f"member-{number}", 5801) for number in range(3)))}
    service = seatunnel(SeaTunnelSettings())
    [found] = scrape_configs({service.name: (service, members)}, INTERVAL)
    assert found["static_configs"] == [
        {"targets": [f"member-{number}:5801" for number in range(3)], "labels": {"service": "seatunnel"}}
    ]
    assert "dns_sd_configs" not in found


def test_processes_whose_number_changes_are_looked_up() -> None:
    first, second = seatunnel(SeaTunnelSettings()), seatunnel(SeaTunnelSettings(nodes=3), 2)
    [found] = scrape_configs({first.name: (first, LOOKED_UP), second.name: (second, REST)}, INTERVAL)
    assert found["dns_sd_configs"] == [
        {"names": ["pods.example"], "type": "A", "port": 5801, "refresh_interval": "15s"}
    ]
    # Only the label of the looked-up name identifies the service of a target.
    assert found["relabel_configs"] == [
        {
            "source_labels": ["__meta_dns_name"],
            "regex": r"pods\.example",
            "target_label": "service",
            "replacement": "seatunnel",
        }
    ]
    assert found["static_configs"] == [{"targets": ["10.0.0.2:5801"], "labels": {"service": "seatunnel-2"}}]


def test_the_number_of_processes_of_each_service_is_recorded() -> None:
    service = replace(seatunnel(SeaTunnelSettings()), replicas=2, most_replicas=6)
    twice = replace(standalone(), metrics=(Metrics("admin"), Metrics("admin", job="second")))
    silent = replace(standalone(), name="silent", metrics=())
    targets: Targets = {"seatunnel": (service, LOOKED_UP), "pulsar": (twice, ADMIN), "silent": (silent, ADMIN)}
    assert wanted(targets) == {
        "name": "processes",
        "rules": [
            {"record": WANTED, "expr": "vector(2)", "labels": {"service": "seatunnel"}},
            {"record": WANTED, "expr": "vector(2)", "labels": {"service": "pulsar"}},
        ],
    }
    assert '"name": "prod-processes"' in json.dumps(wanted(targets, "prod"))
    assert '"stack": "prod"' in json.dumps(wanted(targets, "prod"))


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
    assert set(service.files) == {"prometheus.yml", "rules-platform-x.yml", "rules-processes.yml"}
    assert {(need.service, need.port) for need in service.needs} == {("alertmanager", "http"), ("pulsar", "admin")}
