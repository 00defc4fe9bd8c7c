"""The stack `rehearsal` on a real Kubernetes: smoke tests, a second `up`, status, metrics, network policies."""

import json
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from infra.services import ports
from infra.targets.kubernetes import names, node_settings
from tests.cluster.kubernetes_stack import KubernetesStack
from tests.cluster.probes import OPEN, connect, pod
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

OTHER = "tests-other"
"""A namespace beside the stack's."""
WEB = "ciapol-api"


def test_the_smoke_tests_pass(stack: KubernetesStack) -> None:
    outcome = stack.smoke()
    assert outcome.status == 0, outcome.output[-7000:]


def test_a_second_up_changes_nothing(stack: KubernetesStack) -> None:
    before = stack.pods()
    begin = time.monotonic()
    outcome = stack.up()
    print(f"a second up took {time.monotonic() - begin:.1f} s")
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-5000:]
    assert stack.pods() == before


def test_the_outputs_mark_the_stack_as_a_rehearsal(stack: KubernetesStack) -> None:
    outputs = json.loads(stack.pulumi("stack", "output", "--json").output)
    assert outputs["rehearsal"] == "the emulator replaces StarRocks: not for production"


def test_status_prints_every_service_as_ready(stack: KubernetesStack) -> None:
    outcome = stack.command("status")
    assert outcome.status == 0, outcome.output
    lines = outcome.output.splitlines()
    for service in {name.rsplit("-", 1)[0] for name in ("postgres-0", "pulsar-0", "seatunnel-0", "starrocks-0")} | {
        WEB
    }:
        assert any(line.startswith(f"{service} ") and " healthy " in line for line in lines), outcome.output


def test_prometheus_collects_from_each_pod(stack: KubernetesStack) -> None:
    pods = {service: len(found) for service, found in stack.pods_by_service().items() if len(found) > 1}
    assert WEB in pods
    url = f"http://127.0.0.1:{ports.PROMETHEUS}/api/v1/query?query={quote('count by (service) (up == 1)')}"

    def targets() -> dict[str, int]:
        text = stack.running.kubectl("exec", "-n", stack.namespace, "prometheus-0", "--", "wget", "-qO-", url)
        series = json.loads(text)["data"]["result"]
        return {each["metric"]["service"]: int(each["value"][1]) for each in series}

    wait_until(lambda: targets().items() >= pods.items(), lambda: f"{pods}; Prometheus has {targets()}", pause=1)


def test_a_new_pod_of_the_node_settings_sets_the_kernel_parameters(stack: KubernetesStack) -> None:
    node = stack.running.namespaces

    def value(parameter: str) -> int:
        return int(node.run("sysctl", "-n", parameter))

    # Default values of Linux. Stricter memory limits could end other programs on this machine.
    wrong = {"vm.swappiness": 60, "vm.overcommit_memory": 0, "vm.max_map_count": 65_530}
    node.run("sysctl", "-qw", *(f"{name}={number}" for name, number in wrong.items()))
    namespace = names.namespace_of(names.NODE_SETTINGS, stack.name, stack.settings.kubernetes)
    stack.running.kubectl("delete", "pod", "-n", namespace, "--all")
    right = {name: int(text) for name, text in node_settings.EXACT.items()}
    wait_until(lambda: {name: value(name) for name in right} == right, "the kernel parameters")
    stack.running.kubectl(
        "rollout", "status", f"daemonset/{names.NODE_SETTINGS}", "-n", namespace, f"--timeout={PATIENCE:.0f}s"
    )
    found = {name: value(name) for name in node_settings.AT_LEAST}
    assert all(found[name] >= least for name, least in node_settings.AT_LEAST.items()), found


@pytest.fixture(scope="module")
def probes(stack: KubernetesStack) -> Iterator[None]:
    """Pods in the stack's namespace and in another one: without a role, and with the labels of an API."""
    cluster = stack.running
    cluster.kubectl("create", "namespace", OTHER)
    labels = {**names.labels(stack.name, WEB), "app": "probe"}
    for namespace in (stack.namespace, OTHER):
        for text in (pod("stranger", "wait"), pod("client", "wait", labels=labels)):
            cluster.kubectl("apply", "-n", namespace, "-f", "-", text=text)
        cluster.kubectl(
            "wait", "-n", namespace, "--for=condition=Ready", "pod/stranger", "pod/client", "--timeout=300s"
        )
    yield
    cluster.kubectl("delete", "pod", "-n", stack.namespace, "stranger", "client")
    cluster.kubectl("delete", "namespace", OTHER)


@pytest.mark.usefixtures("probes")
def test_policies_permit_only_what_a_service_needs(stack: KubernetesStack) -> None:
    addresses = stack.service_addresses()
    databases = {f"{name}.{stack.namespace}:{port}" for name, port in (("postgres", 5432), ("starrocks", 9030))}
    assert databases < set(addresses)

    def reached(namespace: str, client: str) -> list[str]:
        answers = connect(stack.running, namespace, client, addresses)
        return sorted(address for address, answer in answers.items() if answer.startswith(OPEN))

    assert reached(stack.namespace, "stranger") == []
    assert reached(OTHER, "stranger") == []
    # The labels of a service count only in the stack's namespace.
    assert reached(OTHER, "client") == []
    assert reached(stack.namespace, "client") == [f"starrocks.{stack.namespace}:9030"]
