"""The whole platform on a real Docker Engine: smoke tests, a second `up`, and the results of an inspection."""

import json
import re
import subprocess
import time

import pytest

from tests.cluster.docker_stack import DockerStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

SERVICES = {
    *("ciapol-api", "platform-api", "frontend"),
    *("dolphinscheduler", "postgres", "pulsar", "seatunnel", "starrocks"),
    *("alertmanager", "node-exporter", "postgres-exporter", "prometheus"),
}
PUBLISHED = dict.fromkeys(("alertmanager", "node-exporter", "postgres-exporter", "prometheus"), "65534:0")
"""User of the services that run published images."""
PUBLIC = {"8000/tcp", "3000/tcp"}


def test_the_smoke_tests_pass(stack: DockerStack) -> None:
    outcome = stack.smoke()
    assert outcome.status == 0, outcome.output[-7000:]


def test_a_second_up_changes_and_replaces_nothing(stack: DockerStack) -> None:
    before = {service: each.id for service, each in stack.containers().items()}
    begin = time.monotonic()
    outcome = stack.up()
    print(f"a second up took {time.monotonic() - begin:.1f} s")
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-5000:]
    assert {service: each.id for service, each in stack.containers().items()} == before


def test_a_preview_names_what_the_next_up_would_change(stack: DockerStack) -> None:
    assert set(stack.preview().resources) == {"unchanged"}
    # This setting changes a configuration file of Pulsar, and nothing else.
    stack.configure(pulsar={"fsync": False})
    changed = stack.preview()
    stack.configure(pulsar={})
    replaced = re.findall(r"\+- docker:index:(\w+) (\S+) replace", changed.output)
    assert replaced == [
        ("Volume", "pulsar-configuration"),
        ("Container", "pulsar-configuration"),
        ("Container", "pulsar"),
    ], changed.output
    assert changed.resources["to replace"] == 3


def test_status_prints_health_memory_and_uptime(stack: DockerStack) -> None:
    outcome = stack.command("status")
    assert outcome.status == 0, outcome.output
    for service in SERVICES:
        line = next(line for line in outcome.output.splitlines() if line.startswith(f"{service} "))
        assert "healthy" in line
        assert "MiB" in line


def test_every_container_is_confined(stack: DockerStack) -> None:
    found = stack.containers()
    assert set(found) == SERVICES
    for service, container in found.items():
        host, config = container.attrs["HostConfig"], container.attrs["Config"]
        assert host["ReadonlyRootfs"], service
        assert config["User"] == PUBLISHED.get(service, "10001:0"), service
        assert host["CapDrop"] == ["ALL"], service
        assert host["CapAdd"] in (None, []), service
        assert host["SecurityOpt"] == ["no-new-privileges:true"], service
        assert not host["Privileged"], service
        assert host["Memory"] == host["MemorySwap"] > 0, service
        assert host["RestartPolicy"]["Name"] == "unless-stopped", service
        assert host["LogConfig"]["Config"].items() >= {"max-file": "3", "max-size": "20m"}.items(), service
        assert config["StopTimeout"] >= 10, service


def test_every_health_check_passes(stack: DockerStack) -> None:
    stack.wait_until_healthy()


def test_only_the_required_ports_are_published_and_only_on_loopback(stack: DockerStack) -> None:
    published = {
        (service, internal, binding["HostIp"])
        for service, container in stack.containers().items()
        for internal, bindings in (container.attrs["NetworkSettings"]["Ports"] or {}).items()
        for binding in bindings or []
    }
    assert {address for _, _, address in published} == {"127.0.0.1"}
    internal = {(service, port) for service, port, _ in published}
    assert {port for service, port in internal if service in ("ciapol-api", "frontend")} == PUBLIC
    # Only the broker connects to the bookie. Clients outside connect to the broker's external listener.
    assert {port for service, port in internal if service == "pulsar"} == {"6651/tcp", "8080/tcp"}


def test_no_secret_is_in_state_inspection_logs_images_or_process_lists(stack: DockerStack) -> None:
    texts = {str(path): path.read_text() for path in (stack.folder / "pulumi").rglob("*.json")}
    for each in stack.client.containers.list(all=True, filters={"name": stack.name}, ignore_removed=True):
        texts[f"inspection of {each.name}"] = json.dumps(each.attrs)
        texts[f"log of {each.name}"] = each.logs().decode(errors="replace")
        image = stack.client.images.get(each.attrs["Image"])
        texts[f"image {image.id}"] = json.dumps([image.attrs, image.history()])
    texts["processes"] = subprocess.run(["ps", "axww"], capture_output=True, text=True, check=True).stdout
    found = [
        f"{name} in {where}"
        for name, secret in stack.connections.secrets.items()
        for where, text in texts.items()
        if secret in text
    ]
    assert not found


def test_a_secret_is_mounted_only_into_its_service(stack: DockerStack) -> None:
    assert stack.run_in("ciapol-api", "ls", "/run/kappastack/secrets") == (0, "starrocks-ciapol_api")
    assert stack.run_in("frontend", "ls", "/run/kappastack")[0] != 0
    file = "/run/kappastack/secrets/starrocks-ciapol_api"
    assert stack.run_in("ciapol-api", "stat", "--format=%a %u:%g", file) == (0, "440 0:0")
