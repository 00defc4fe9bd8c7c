"""Each rule has a case that violates the rule and a case that complies with it."""

from pathlib import Path

import pytest

from infra.configuration import load_settings
from infra.policies import on_resources, on_settings, on_stack
from infra.policies.facts import facts
from infra.policies.rules import Declared, StackFacts
from infra.settings import SECRET_KEYS
from infra.targets.kubernetes.names import GROUP_LABEL
from tests.tracked_stacks import TRACKED_STACKS
from tests.unit.kubernetes.rendered import prod, render
from tools.stack.configuration import stack_configuration

DOCKER, TARGETS = "docker:index", "kubernetes:apps/v1:StatefulSet"


def stack(name: str = "prod", **changed: str) -> StackFacts:
    """A tracked stack with some keys changed."""
    config = stack_configuration(name) | {f"kappastack:{key}": value for key, value in changed.items()}
    return StackFacts(name, load_settings(config, {}), frozenset())


def resource(kind: str, **properties: object) -> Declared:
    return Declared(kind, "example", properties)


def container(**properties: object) -> Declared:
    whole = {"memory": 512, "healthcheck": {"tests": ["CMD", "true"]}, **properties}
    return resource(f"{DOCKER}/container:Container", **whole)


def pod(**changed: object) -> Declared:
    each = {
        "name": "web",
        "image": "registry.example/web:1.2",
        "resources": {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}},
        "readinessProbe": {"httpGet": {}},
        "livenessProbe": {"httpGet": {}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        **changed,
    }
    context = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    return resource(TARGETS, spec={"template": {"spec": {"securityContext": context, "containers": [each]}}})


def prepared(kind: str, name: str, image: str = "registry.example/web:1.2") -> Declared:
    """A workload with a privileged init container."""
    spec = {"initContainers": [{"name": "set", "image": image, "securityContext": {"privileged": True}}]}
    return resource(f"kubernetes:apps/v1:{kind}", metadata={"name": name}, spec={"template": {"spec": spec}})


def topics(minutes: int, size: int = -1) -> Declared:
    namespaces = {"air": {"retention_minutes": minutes, "retention_size_mb": size}}
    return resource("x:PulsarTopics", topics={"events": {"namespace": "air"}}, namespaces=namespaces)


def published(internal: int, ip: str) -> Declared:
    return container(ports=[{"internal": internal, "external": internal, "ip": ip}])


def exposed(kind: str) -> Declared:
    return resource("kubernetes:core/v1:Service", spec={"type": kind, "ports": [{"port": 9030}]})


CASES = [
    (
        "pinned-images",
        resource(f"{DOCKER}/remoteImage:RemoteImage", name="web:latest"),
        "image web:latest is not pinned",
    ),
    ("pinned-images", resource(f"{DOCKER}/remoteImage:RemoteImage", name="r.example:5000/web"), "is not pinned"),
    ("pinned-images", pod(image="web"), "image web is not pinned"),
    ("no-plain-password", container(envs=["DB_PASSWORD=s3cret-1"]), "DB_PASSWORD has a password in plain text;"),
    ("no-plain-password", pod(env=[{"name": "API_TOKEN", "value": "admin"}]), "and it is a default password"),
    ("limits-and-probes", container(memory=None), "no memory limit"),
    ("limits-and-probes", container(healthcheck=None), "no health check"),
    ("limits-and-probes", pod(resources={"requests": {"memory": "1Gi"}}), "container web has no limits.memory"),
    ("limits-and-probes", pod(livenessProbe=None), "container web has no livenessProbe"),
    ("restricted-pods", pod(securityContext={"capabilities": {"drop": ["ALL"]}}), "container web may gain privileges"),
    ("restricted-pods", pod(securityContext={"allowPrivilegeEscalation": False}), "container web keeps capabilities"),
    ("restricted-pods", prepared("DaemonSet", "web"), "the pod of container set may run as root"),
    ("restricted-pods", prepared("Deployment", "node-settings"), "the pod of container set may run as root"),
    ("pinned-images", prepared("DaemonSet", "node-settings", "web"), "image web is not pinned"),
    ("private-ports", published(9030, "0.0.0.0"), "port 9030 (STARROCKS_QUERY) is published on 0.0.0.0"),
    ("private-ports", exposed("LoadBalancer"), "port 9030 (STARROCKS_QUERY) is published by a Service"),
    ("retained-topics", topics(0), "topic events: namespace air deletes messages as soon as"),
    ("retained-topics", topics(10, 0), "topic events: namespace air deletes messages as soon as"),
]
KEPT = [
    ("pinned-images", resource(f"{DOCKER}/remoteImage:RemoteImage", name="r.example:5000/web:1.2")),
    ("pinned-images", resource(f"{DOCKER}/remoteImage:RemoteImage", name=f"web@sha256:{'0' * 64}")),
    ("no-plain-password", container(envs=["DB_PASSWORD_FILE=/run/s", "TOKEN=/run/token", "MODE=admin"])),
    ("limits-and-probes", container()),
    ("limits-and-probes", container(mustRun=False, memory=None)),
    ("limits-and-probes", pod()),
    ("restricted-pods", pod()),
    ("restricted-pods", prepared("DaemonSet", "node-settings")),
    ("private-ports", published(9030, "127.0.0.1")),
    ("private-ports", published(3000, "0.0.0.0")),
    ("private-ports", exposed("ClusterIP")),
    ("retained-topics", topics(10)),
]


def messages(rule: str, declared: Declared) -> list[str]:
    [found] = [each for each in on_resources.RULES if each.name == rule]
    return list(found.check(declared, stack()))


@pytest.mark.parametrize(("rule", "declared", "message"), CASES)
def test_a_resource_that_breaks_a_rule_is_named(rule: str, declared: Declared, message: str) -> None:
    found = messages(rule, declared)
    assert any(message in each for each in found), found


@pytest.mark.parametrize(("rule", "declared"), KEPT)
def test_a_resource_that_follows_a_rule_is_not_named(rule: str, declared: Declared) -> None:
    assert messages(rule, declared) == []


def group(name: str, replicas: float = 1) -> Declared:
    labels = {GROUP_LABEL: "broker"}
    spec = {"replicas": replicas, "template": {"metadata": {"labels": labels}}}
    return Declared(TARGETS, name, {"metadata": {"namespace": "here"}, "spec": spec})


def budget(namespace: str, of: str) -> Declared:
    selector = {"matchLabels": {GROUP_LABEL: of}}
    properties = {"metadata": {"namespace": namespace}, "spec": {"selector": selector}}
    return Declared("kubernetes:policy/v1:PodDisruptionBudget", of, properties)


def starrocks(backends: float) -> Declared:
    nodes = {"replicas": backends, "podLabels": {GROUP_LABEL: "starrocks-be"}}
    properties = {"metadata": {"namespace": "here"}, "spec": {"starRocksBeSpec": nodes, "other": "text"}}
    return Declared("kubernetes:starrocks.com/v1:StarRocksCluster", "starrocks", properties)


@pytest.mark.parametrize(
    ("resources", "refused"),
    [
        ([group("broker"), group("broker-2")], ["the 2 pods of broker in namespace here"]),
        ([group("broker", 3.0)], ["the 3 pods of broker in namespace here"]),
        ([group("broker", 3.0), budget("elsewhere", "broker")], ["the 3 pods of broker in namespace here"]),
        ([group("broker", 3.0), budget("here", "bookie")], ["the 3 pods of broker in namespace here"]),
        ([starrocks(3.0)], ["the 3 pods of starrocks-be in namespace here"]),
        ([group("broker", 3.0), budget("here", "broker")], []),
        ([starrocks(3.0), budget("here", "starrocks-be")], []),
        ([group("broker"), starrocks(1.0)], []),
    ],
)
def test_several_pods_of_a_stateful_service_need_a_disruption_budget(
    resources: list[Declared], refused: list[str]
) -> None:
    [rule] = on_stack.RULES
    found = list(rule.check(resources, stack()))
    assert len(found) == len(refused)
    assert all(line.startswith(words) for line, words in zip(found, refused, strict=True))
    assert list(rule.check(resources, stack("rehearsal"))) == []


def test_the_stack_prod_has_all_disruption_budgets() -> None:
    [rule] = on_stack.RULES
    declared = [Declared(each.typ, each.name, each.inputs) for each in render(prod(), "prod").recorder.resources]
    assert list(rule.check(declared, stack())) == []
    without = [each for each in declared if each.kind != "PodDisruptionBudget"]
    names = [line.split(" in namespace")[0].split(" of ")[1] for line in rule.check(without, stack())]
    assert {"pulsar-bookkeeper", "seatunnel", "dolphinscheduler-worker"} <= set(names)


def test_a_migration_that_loses_data_without_a_reason_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.policies.on_resources.ROOT", tmp_path)
    schema = resource("x:StarRocksSchema", folder="sql", replication_num=1)
    path = tmp_path / "sql" / "V001__gone.sql"
    path.parent.mkdir()
    path.write_text("DROP TABLE readings;\n")
    [found] = messages("no-unmarked-loss", schema)
    assert "V001__gone.sql:1: `DROP TABLE readings`" in found
    path.write_text("-- destructive: nobody reads it\nDROP TABLE readings;\n")
    assert messages("no-unmarked-loss", schema) == []


@pytest.mark.parametrize(
    ("rule", "name", "changed", "message"),
    [
        ("kept-data", "prod", {"keepData": "false"}, "kappastack:keepData is false"),
        ("private-data-ports", "dev", {"docker": '{"operatorAddress": "10.0.0.5"}'}, "operatorAddress 10.0.0.5"),
        ("quorums", "prod", {"pulsar": '{"topology": "cluster", "zookeepers": 1}'}, "pulsar.zookeepers is 1"),
    ],
)
def test_settings_that_break_a_rule_are_named(rule: str, name: str, changed: dict[str, str], message: str) -> None:
    [found] = [each for each in on_settings.RULES if each.name == rule]
    assert any(message in line for line in found.check(stack(name, **changed)))
    assert list(found.check(stack(name))) == []


def test_the_emulator_in_production_is_refused_and_a_rehearsal_may_have_it() -> None:
    [rule] = [each for each in on_settings.RULES if each.name == "no-emulator"]
    good = stack()
    emulator = good.settings.starrocks.model_copy(update={"edition": "emulator"})
    bad = StackFacts("prod", good.settings.model_copy(update={"starrocks": emulator}), frozenset())
    assert "starrocks.edition is emulator" in next(rule.check(bad))
    rehearsal = bad.settings.model_copy(update={"rehearsal": True})
    assert list(rule.check(StackFacts("rehearsal", rehearsal, frozenset()))) == []
    assert list(rule.check(good)) == []


def test_a_secret_in_plain_text_is_refused() -> None:
    [rule] = [each for each in on_settings.RULES if each.name == "encrypted-secrets"]
    for key in SECRET_KEYS:
        plain = StackFacts("dev", stack("dev").settings, frozenset({f"kappastack:{key}"}))
        assert f"pulumi config set --secret {key} VALUE -s dev" in next(rule.check(plain))
    assert list(rule.check(stack("dev"))) == []


def test_violations_stop_deployments_of_all_stacks_that_other_machines_reach() -> None:
    assert {name: facts(name).is_mandatory for name in ("local", "dev", "prod")} == {
        "local": False,
        "dev": True,
        "prod": True,
    }


@pytest.mark.parametrize("name", TRACKED_STACKS)
def test_the_tracked_stacks_follow_all_rules_about_settings(name: str) -> None:
    assert [line for rule in on_settings.RULES for line in rule.check(facts(name))] == []


def test_every_rule_has_both_cases() -> None:
    elsewhere = {"no-unmarked-loss"}
    names = {rule.name for rule in on_resources.RULES} - elsewhere
    assert names == {rule for rule, *_ in CASES} == {rule for rule, _ in KEPT}
