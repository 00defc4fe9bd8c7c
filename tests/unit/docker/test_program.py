"""The program of target `docker` under Pulumi's mocks: the inputs that it passes to pulumi-docker."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from infra.configuration import load_settings
from infra.settings import Settings, SettingsError
from tests.mocking import Recorder, planted, run

DIGEST = f"sha256:{'a' * 64}"
SERVICES = {
    *("ciapol-api", "platform-api", "frontend"),
    *("dolphinscheduler", "postgres", "pulsar", "seatunnel", "starrocks"),
    *("alertmanager", "grafana", "node-exporter", "postgres-exporter", "prometheus"),
}

PUBLISHED = {
    **dict.fromkeys(("alertmanager", "node-exporter", "postgres-exporter", "prometheus"), "65534:0"),
    "grafana": "472:0",
}


def settings(**more: object) -> Settings:
    document = {"target": "docker", "portOffset": 100, "products": {"ciapol": {}}, **more}
    return load_settings({f"kappastack:{key}": json.dumps(value) for key, value in document.items()}, {})


@pytest.fixture(scope="module")
def dev() -> Iterator[Recorder]:
    yield run(settings(docker={"publishAddress": "0.0.0.0"}))
    asyncio.set_event_loop(None)


def containers(recorder: Recorder) -> dict[str, dict[str, object]]:
    """Inputs of the services' containers."""
    found = recorder.of_type("Container")
    return {name: dict(args.inputs) for name, args in found.items() if not name.endswith("-configuration")}


def test_every_service_is_a_container_of_one_network(dev: Recorder) -> None:
    found = containers(dev)
    assert set(found) == SERVICES
    for service, inputs in found.items():
        assert inputs["name"] == f"kappastack-test-{service}"
        assert inputs["hostname"] == service
        assert inputs["networksAdvanced"] == [{"name": "kappastack-test", "aliases": [service]}]


def test_every_container_is_confined_and_limited(dev: Recorder) -> None:
    for service, inputs in containers(dev).items():
        assert inputs["readOnly"] is True, service
        # Images of other projects run as their own user, and with the group that reads the configuration.
        assert inputs["user"] == PUBLISHED.get(service, "10001:0")
        assert inputs["capabilities"] == {"drops": ["ALL"]}
        assert inputs["securityOpts"] == ["no-new-privileges:true"]
        assert inputs["memory"] == inputs["memorySwap"]
        assert inputs["restart"] == "unless-stopped"
        assert inputs["stopTimeout"] == inputs["destroyGraceSeconds"]
        assert inputs["logOpts"] == {"max-size": "20m", "max-file": "3"}


def test_containers_use_image_ids(dev: Recorder) -> None:
    found = containers(dev)
    assert found["pulsar"]["image"] == "sha256:pulsar"
    assert found["starrocks"]["image"] == "sha256:starrocks_emulator"
    references = {name: args.inputs["name"] for name, args in dev.of_type("RemoteImage").items()}
    assert references["starrocks_emulator"].startswith("localhost/kappastack/starrocks-emulator:")
    assert all(args.inputs["keepLocally"] is True for args in dev.of_type("RemoteImage").values())


@pytest.mark.parametrize(
    ("docker", "expected"),
    [
        ({"registry": "r.example", "digests": {"platform-api": DIGEST}}, "the stack has no image platform-api; it has"),
        (
            {"registry": "r.example", "digests": {"pulsar": f"4.0-old@{DIGEST}", "node_exporter": DIGEST}},
            r"older images: pulsar 4.0-old \(now [^,]+\); run make push",
        ),
        ({"digests": {"pulsar": DIGEST}}, "without kappastack:docker.registry, the engine's own images of pulsar run"),
    ],
)
def test_a_digest_that_no_image_would_use_is_refused(docker: dict[str, object], expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        run(settings(docker=docker))


def test_a_registry_and_digests_of_the_settings_are_used() -> None:
    digest = f"sha256:{'a' * 64}"
    recorder = run(settings(docker={"registry": "registry.example:5000/team", "digests": {"pulsar": digest}}))
    references = {name: args.inputs["name"] for name, args in recorder.of_type("RemoteImage").items()}
    assert references["pulsar"] == f"registry.example:5000/team/kappastack/pulsar@{digest}"
    assert references["ciapol-api"].startswith("registry.example:5000/team/kappastack/ciapol-api:")


def test_only_page_and_api_ports_are_public_and_operator_ports_are_on_loopback(dev: Recorder) -> None:
    published = {
        service: [(port["internal"], port["external"], port["ip"]) for port in inputs.get("ports") or []]  # type: ignore[attr-defined]
        for service, inputs in containers(dev).items()
    }
    assert published["frontend"] == [(3000, 3100, "0.0.0.0")]
    assert published["ciapol-api"] == [(8000, 8100, "0.0.0.0")]
    assert published["pulsar"] == [(6651, 6751, "127.0.0.1"), (8080, 8180, "127.0.0.1")]
    others = [each for service in SERVICES - {"frontend", "ciapol-api"} for each in published[service]]
    assert {address for _, _, address in others} == {"127.0.0.1"}


def test_the_operator_connects_to_the_brokers_external_listener(dev: Recorder) -> None:
    endpoints = dev.of_type("Connections")["connections"].inputs["endpoints"]
    assert endpoints["pulsar"]["broker"] == {"scheme": "pulsar", "host": "127.0.0.1", "port": 6751}
    assert "bookkeeper" not in endpoints["pulsar"]
    text = dev.files("pulsar")["standalone.conf"]
    assert "advertisedListeners=inside:pulsar://pulsar:6650,outside:pulsar://127.0.0.1:6751\n" in text
    assert "bindAddresses=outside:pulsar://0.0.0.0:6651\n" in text


def test_secrets_are_uploaded_only_to_services_that_declare_them(dev: Recorder) -> None:
    holders = {args.name for args in dev.resources if "planted" in json.dumps(args.inputs, default=str)}
    rereading = ("ciapol-api", "platform-api", "dolphinscheduler", "postgres", "seatunnel")
    carriers = {f"{service}-secrets-configuration" for service in rereading}
    carriers |= {f"{name}-configuration" for name in ("dolphinscheduler", "pulsar", "postgres-exporter", "grafana")}
    assert holders == carriers | {"secrets"}
    uploads = dev.of_type("Container")["ciapol-api-secrets-configuration"].inputs["uploads"]
    # Pulumi wraps the value because it is secret.
    assert uploads["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert uploads["value"] == [
        {
            "file": "/run/kappastack/secrets/starrocks-ciapol_api",
            "content": planted("starrocks-ciapol_api"),
            "permissions": "0440",
        }
    ]


def test_a_secret_that_a_service_reads_again_does_not_replace_its_container(
    dev: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.mocking.former", lambda name: f"former-{name}")
    rotated = run(settings(docker={"publishAddress": "0.0.0.0"}))
    asyncio.set_event_loop(None)
    before, after = dev.of_type("Container"), rotated.of_type("Container")
    assert before.keys() == after.keys()
    rereading = ("ciapol-api", "platform-api", "dolphinscheduler", "seatunnel")
    changed = {name for name in before if before[name].inputs != after[name].inputs}
    assert changed == {"pulsar", "pulsar-configuration", *(f"{name}-secrets-configuration" for name in rereading)}
    # The new container is created before the old one with the same volume is deleted.
    carriers = [each["ciapol-api-secrets-configuration"].inputs for each in (before, after)]
    assert carriers[0]["name"] != carriers[1]["name"]
    assert carriers[0]["volumes"] == carriers[1]["volumes"]


def test_configuration_containers_never_start_and_have_no_network(dev: Recorder) -> None:
    carriers = [args.inputs for name, args in dev.of_type("Container").items() if name.endswith("-configuration")]
    assert len(carriers) == 13
    for inputs in carriers:
        assert (inputs["start"], inputs["mustRun"], inputs["networkMode"]) == (False, False, "none")
        assert "readOnly" not in inputs


def test_configuration_is_mounted_read_only_and_data_writable(dev: Recorder) -> None:
    volumes = containers(dev)["seatunnel"]["volumes"]
    assert isinstance(volumes, list)
    assert volumes[0] == {
        "containerPath": "/var/lib/kappastack/checkpoints",
        "volumeName": "kappastack-test-seatunnel-checkpoints",
    }
    assert volumes[1]["containerPath"] == "/run/kappastack"
    assert volumes[1]["readOnly"] is True
    assert volumes[1]["volumeName"].startswith("kappastack-test-seatunnel-configuration-")


def test_only_a_changed_file_or_image_changes_the_instance(dev: Recorder) -> None:
    def instances(recorder: Recorder) -> dict[str, object]:
        return {name: args.inputs["instance"] for name, args in recorder.of_type("SeaTunnelDrain").items()}

    before = instances(dev)
    assert set(before) == {"pulsar-drain", "seatunnel-drain", "starrocks-drain"}
    same = instances(run(settings(docker={"publishAddress": "0.0.0.0"})))
    assert same == before
    other = instances(run(settings(docker={"publishAddress": "0.0.0.0"}, seatunnel={"heap": "512Mi"})))
    assert {name for name in before if before[name] != other[name]} == {"seatunnel-drain"}


def test_a_replaced_container_is_recorded_as_a_planned_restart() -> None:
    def instances(recorder: Recorder) -> dict[str, str]:
        [record] = recorder.of_type("PlannedRestarts").values()
        found = record.inputs["instances"]
        assert isinstance(found, dict)
        return found

    recorder = run(settings())
    before = instances(recorder)
    assert before.keys() == containers(recorder).keys()
    other = instances(run(settings(seatunnel={"heap": "512Mi"})))
    assert {name for name in before if before[name] != other[name]} == {"seatunnel"}


def test_the_job_is_restarted_when_a_service_that_it_needs_was_replaced(dev: Recorder) -> None:
    drains = {args.inputs["service"]: args.inputs["instance"] for args in dev.of_type("SeaTunnelDrain").values()}
    assert dev.of_type("SeaTunnelJob")["ciapol-ingest"].inputs["instances"] == drains


def test_no_secret_is_in_an_environment_a_command_or_a_label(dev: Recorder) -> None:
    for inputs in containers(dev).values():
        assert "planted" not in json.dumps([inputs["command"], inputs.get("envs"), inputs["labels"]])
