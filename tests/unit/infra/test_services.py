from pathlib import Path

import pytest

from apps.shared.placeholders import UnknownPlaceholder
from infra.configuration import load_settings
from infra.products.model import Api
from infra.services import ports
from infra.services.exporters import node_exporter, postgres_exporter
from infra.services.java import QUICK_COMPILER
from infra.services.model import Endpoint, Service, fill
from infra.services.prometheus import alertmanager, prometheus
from infra.services.pulsar import pulsar
from infra.services.seatunnel import seatunnel
from infra.services.starrocks import starrocks_emulator
from infra.services.web import Monitoring, frontend, platform_api, product_api
from infra.settings import (
    MonitoringSettings,
    PulsarSettings,
    SeaTunnelSettings,
    SettingsError,
    StarRocksSettings,
    WebSettings,
)
from infra.targets.host.description import Description
from infra.targets.host.paths import ServicePaths
from stacks.products.ciapol import PRODUCT

SERVICES = [
    pulsar(PulsarSettings(), authenticated=False),
    seatunnel(SeaTunnelSettings()),
    starrocks_emulator(StarRocksSettings()),
    platform_api(
        WebSettings(),
        starrocks=Endpoint("mysql", "db", 9030),
        zeta=Endpoint("http", "engine", 5801),
        monitoring=Monitoring(Endpoint("http", "prometheus", 9090), Endpoint("http", "alertmanager", 9093)),
    ),
    product_api(PRODUCT, Api(port=8000), WebSettings(), starrocks=Endpoint("mysql", "db", 9030)),
    frontend(
        WebSettings(),
        platform_api=Endpoint("http", "platform-api", 8090),
        products={"ciapol": Endpoint("http", "ciapol-api", 8000)},
    ),
    node_exporter(),
    postgres_exporter(postgres=Endpoint("postgresql", "db", 5432)),
    alertmanager(MonitoringSettings(), webhook=True),
    prometheus(MonitoringSettings()),
]


def description(service: Service, offset: int = 0) -> Description:
    return Description(
        stack="test",
        service=service.name,
        distribution=service.distribution.path.name,
        distributions={name: each.path.name for name, each in service.distributions.items()},
        command=list(service.command),
        environment=dict(service.environment),
        files=dict(service.files),
        ports={name: port.number + offset for name, port in service.ports.items()},
        volumes=sorted(service.volumes),
        secret_names=sorted(service.secrets),
        secrets=dict.fromkeys(service.secrets, "s3cret"),
        health=vars(service.health),
        directory=service.directory,
        stop_grace=service.stop_grace,
        stop_signal=service.stop_signal,
        keep_data=False,
    )


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "50% state"))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_placeholder_of_a_service_can_be_filled(service: Service) -> None:
    rendered = ServicePaths(description(service)).rendered_files()
    assert len(rendered) == len(service.files) + 2
    assert not any("@{" in text for text in rendered.values())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_secrets_are_only_in_secret_files(service: Service) -> None:
    assert not any("s3cret" in text for text in ServicePaths(description(service)).rendered_files().values())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_declares_what_its_container_needs(service: Service) -> None:
    assert service.health.port in service.ports
    assert service.memory >= 64
    assert service.stop_grace > 0
    assert all(volume.size.endswith("Gi") for volume in service.volumes.values())


def test_no_two_services_share_a_port() -> None:
    numbers = [port.number for service in SERVICES for port in service.ports.values()]
    assert len(numbers) == len(set(numbers))


def test_no_port_is_in_the_ephemeral_range() -> None:
    numbers = [number for name, number in vars(ports).items() if name.isupper()]
    highest_offset = 15_000
    assert max(numbers) + highest_offset < 32_768  # Linux: start of net.ipv4.ip_local_port_range
    with pytest.raises(SettingsError, match="portOffset"):
        load_settings({"kappastack:target": "host", "kappastack:portOffset": str(highest_offset + 1)}, {})


def test_the_port_offset_applies_to_all_files() -> None:
    rendered = ServicePaths(description(pulsar(PulsarSettings(), authenticated=False), offset=1000)).rendered_files()
    standalone = next(text for path, text in rendered.items() if path.name == "standalone.conf")
    assert "webServicePort=9080\n" in standalone
    assert "brokerServicePort=7650\n" in standalone


@pytest.mark.parametrize(("fsync", "line"), [(True, "journalSyncData=true"), (False, "journalSyncData=false")])
def test_fsync_is_a_setting_of_pulsar(fsync: bool, line: str) -> None:
    assert line in pulsar(PulsarSettings(fsync=fsync), authenticated=False).files["standalone.conf"]


@pytest.mark.parametrize(("cpu", "quick"), [("200m", True), ("999m", True), ("1", False), ("2", False)])
def test_pulsar_compiles_quickly_with_less_than_one_core(cpu: str, quick: bool) -> None:
    server = pulsar(PulsarSettings(cpu=cpu), authenticated=True)
    assert (QUICK_COMPILER in server.command) is quick


def test_percent_signs_are_doubled_for_the_supervisor() -> None:
    rendered = ServicePaths(description(SERVICES[0])).rendered_files()
    program = next(text for path, text in rendered.items() if path.suffix == ".conf" and path.parent.name == "programs")
    assert "50%% state" in program


def test_the_error_names_an_unknown_placeholder() -> None:
    with pytest.raises(UnknownPlaceholder, match=r"unknown placeholder @\{ports.x\}; known are dist"):
        fill("a @{ports.x} b", {"dist": "/d"})
