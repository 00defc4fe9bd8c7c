"""Every pod of `prod` is restricted, has limits and probes, is spread over nodes, and is replaced after a change of its
configuration."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from infra.distributions import pulsar
from infra.services.zookeeper import zookeeper
from infra.targets.kubernetes.layout import PodLayout, escaped
from tests.unit.kubernetes.rendered import CLUSTER, Object, Rendered, at, items, render, section, settings

WORKLOADS = {
    "alertmanager": 1,
    "ciapol-api": 2,
    "dolphinscheduler": 2,
    "dolphinscheduler-alert": 1,
    "dolphinscheduler-master": 2,
    "dolphinscheduler-worker-0": 1,
    "dolphinscheduler-worker-1": 1,
    "dolphinscheduler-worker-2": 1,
    "frontend": 2,
    "grafana": 1,
    "liontrack-api": 2,
    "node-exporter": 1,
    "platform-api": 2,
    "postgres": 1,
    "postgres-exporter": 1,
    "prometheus": 1,
    "pulsar": 2,
    "pulsar-bookkeeper": 1,
    "pulsar-bookkeeper-2": 1,
    "pulsar-bookkeeper-3": 1,
    "pulsar-broker": 1,
    "pulsar-broker-2": 1,
    "pulsar-zookeeper": 1,
    "pulsar-zookeeper-2": 1,
    "pulsar-zookeeper-3": 1,
    "seatunnel": 1,
    "seatunnel-2": 1,
    "seatunnel-3": 1,
}
"""Workloads of `prod` with their pods; StarRocks' operator creates the other workloads."""
AUTOSCALED = {"ciapol-api", "frontend", "liontrack-api", "platform-api"}
PUBLISHED = {"alertmanager", "grafana", "node-exporter", "postgres-exporter", "prometheus"}
"""Services that run images of other projects."""
ALONE = {"dolphinscheduler-alert", "postgres", *PUBLISHED}
"""Services with one pod, which need no spread over nodes and no disruption budget."""
IMAGE = re.compile(
    r"^registry\.example/kappastack/kappastack/[a-z-]+(:\d+\.\d+\.\d+-[0-9a-f]{12}|@sha256:[0-9a-f]{64})$"
)
PUBLISHED_IMAGE = re.compile(
    r"^registry\.example/kappastack/(prom|prometheuscommunity|grafana)/[a-z-]+:v?\d+\.\d+\.\d+$"
)


def test_prod_has_exactly_these_workloads(rendered_prod: Rendered) -> None:
    found = {**rendered_prod.of_kind("StatefulSet"), **rendered_prod.of_kind("Deployment")}
    assert set(found) == set(WORKLOADS)
    counts = {name: section(each, "spec").get("replicas") for name, each in found.items()}
    minimum = {
        name: at(each, "spec", "minReplicas") for name, each in rendered_prod.of_kind("HorizontalPodAutoscaler").items()
    }
    assert set(minimum) == AUTOSCALED
    # Only the autoscaler sets the number of replicas, so that a deployment does not reset it.
    assert {name for name, count in counts.items() if count is None} == AUTOSCALED
    assert {**counts, **minimum} == WORKLOADS


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_pod_is_confined(rendered_prod: Rendered, workload: str) -> None:
    spec = section(rendered_prod.pods()[workload], "spec")
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == workload
    assert at(rendered_prod.of_kind("ServiceAccount")[workload], "automountServiceAccountToken") is False
    assert spec["enableServiceLinks"] is False
    context = section(spec, "securityContext")
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == 10001
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec)
    [container] = items(spec, "containers")
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }
    kinds = {key for volume in items(spec, "volumes") for key in volume if key != "name"}
    assert kinds <= {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_pod_is_limited_and_pinned(rendered_prod: Rendered, workload: str) -> None:
    [container] = items(rendered_prod.pods()[workload], "spec", "containers")
    resources = section(container, "resources")
    assert set(section(resources, "requests")) == set(section(resources, "limits")) == {"cpu", "memory"}
    assert at(resources, "requests", "memory") == at(resources, "limits", "memory")
    image = PUBLISHED_IMAGE if workload in PUBLISHED else IMAGE
    assert image.match(str(container["image"])), container["image"]
    assert container["imagePullPolicy"] == "IfNotPresent"


def test_only_published_images_have_their_own_working_directory(rendered_prod: Rendered) -> None:
    for name, pod in rendered_prod.pods().items():
        [container] = items(pod, "spec", "containers")
        assert ("workingDir" in container) == (name not in PUBLISHED), name


@pytest.mark.parametrize("workload", WORKLOADS)
def test_each_probe_has_a_time_limit_for_its_purpose(rendered_prod: Rendered, workload: str) -> None:
    [container] = items(rendered_prod.pods()[workload], "spec", "containers")
    startup, readiness, liveness = (section(container, f"{kind}Probe") for kind in ("startup", "readiness", "liveness"))

    def seconds(probe: Object) -> int:
        period, failures = probe["periodSeconds"], probe["failureThreshold"]
        assert isinstance(period, int)
        assert isinstance(failures, int)
        return period * failures

    # A start may take minutes. A pod that does not respond is removed from its Service within seconds, and restarted
    # only after a minute.
    assert seconds(startup) >= 240
    assert seconds(readiness) <= 15
    assert 60 <= seconds(liveness) < seconds(startup)
    timing = ("periodSeconds", "failureThreshold", "timeoutSeconds")
    assert {key: each for key, each in startup.items() if key not in timing} == {
        key: each for key, each in readiness.items() if key not in timing
    }
    if workload not in AUTOSCALED:
        assert "tcpSocket" in liveness, "a process that waits for another server is not killed"


REPLICAS = {*AUTOSCALED, "dolphinscheduler", "dolphinscheduler-master", "pulsar"}
"""Identical replicas; the other groups are members of a quorum or share work."""


@pytest.mark.parametrize("workload", WORKLOADS)
def test_pods_of_a_group_are_spread_and_stopped_one_at_a_time(rendered_prod: Rendered, workload: str) -> None:
    template = rendered_prod.pods()[workload]
    group = at(template, "metadata", "labels", "kappastack.io/group")
    budgets = {
        at(each, "spec", "selector", "matchLabels", "kappastack.io/group"): each["spec"]
        for each in rendered_prod.of_kind("PodDisruptionBudget").values()
    }
    if workload in ALONE:
        assert group not in budgets
        assert "affinity" not in section(template, "spec")
        return
    assert section(budgets[group])["maxUnavailable"] == 1
    rules = section(template, "spec", "affinity", "podAntiAffinity")
    if workload in REPLICAS:
        # There may be more replicas than nodes.
        [weighted] = items(rules, "preferredDuringSchedulingIgnoredDuringExecution")
        term = section(weighted, "podAffinityTerm")
        assert len(rules) == 1
    else:
        [term] = items(rules, "requiredDuringSchedulingIgnoredDuringExecution")
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert at(term, "labelSelector", "matchLabels") == {"kappastack.io/group": group}
    [zone] = items(template, "spec", "topologySpreadConstraints")
    assert zone["topologyKey"] == "topology.kubernetes.io/zone"
    assert at(zone, "labelSelector", "matchLabels") == {"kappastack.io/group": group}


def test_members_of_a_quorum_are_one_group(rendered_prod: Rendered) -> None:
    groups = Counter(
        str(at(each, "metadata", "labels", "kappastack.io/group")) for each in rendered_prod.pods().values()
    )
    assert {name: groups[name] for name in ("pulsar-zookeeper", "pulsar-bookkeeper", "pulsar-broker", "seatunnel")} == {
        "pulsar-zookeeper": 3,
        "pulsar-bookkeeper": 3,
        "pulsar-broker": 2,
        "seatunnel": 3,
    }


def test_members_of_a_quorum_change_one_after_the_other(rendered_prod: Rendered) -> None:
    needs = rendered_prod.recorder.needs
    for group in ("pulsar-zookeeper", "pulsar-bookkeeper", "seatunnel"):
        assert f"StatefulSet/{group}" in needs[f"StatefulSet/{group}-2"]
        assert f"StatefulSet/{group}-2" in needs[f"StatefulSet/{group}-3"]
        assert f"StatefulSet/{group}-2" not in needs[f"StatefulSet/{group}"]
    assert "StatefulSet/pulsar-zookeeper-3" in needs["StatefulSet/pulsar-bookkeeper"]
    assert "DolphinSchedulerDatabase/dolphinscheduler-database" in needs["StatefulSet/dolphinscheduler-master"]
    assert "SeaTunnelDrain/seatunnel-drain" in needs["StatefulSet/seatunnel"]


def test_page_and_monitoring_wait_for_no_pods_of_dolphinscheduler(rendered_prod: Rendered) -> None:
    for workload in ("Deployment/frontend", "Deployment/ciapol-api", "StatefulSet/prometheus"):
        found = rendered_prod.recorder.needs[workload]
        assert not [each for each in found if "dolphinscheduler" in each]


def test_clients_of_zeta_connect_to_any_node(rendered_prod: Rendered) -> None:
    service = rendered_prod.of_kind("Service")["seatunnel-any"]
    assert at(service, "spec", "selector") == {"kappastack.io/group": "seatunnel"}
    assert [(each["name"], each["port"]) for each in items(service, "spec", "ports")] == [("rest", 5801)]
    assert "clusterIP" not in section(service, "spec")
    files = [section(each, "data") for each in rendered_prod.of_kind("ConfigMap").values()]
    texts = [str(text) for each in files for text in each.values()]
    [url] = {found for text in texts for found in re.findall(r"http://seatunnel[^\"]*:5801", text)}
    assert url == "http://seatunnel-any:5801"
    api = rendered_prod.of_kind("Deployment")["platform-api"]
    [container] = items(api, "spec", "template", "spec", "containers")
    assert {"name": "ZETA_URL", "value": url} in items(container, "env")


def test_a_single_node_of_zeta_needs_no_further_name() -> None:
    assert "seatunnel-any" not in render(settings()).of_kind("Service")


def test_pods_stop_gracefully(rendered_prod: Rendered) -> None:
    postgres = section(rendered_prod.pods()["postgres"], "spec")
    assert postgres["terminationGracePeriodSeconds"] == 25
    [container] = items(postgres, "containers")
    # SIGTERM would make PostgreSQL wait for its clients, which keep their connections.
    command = at(container, "lifecycle", "preStop", "exec", "command")
    assert command == ["sh", "-c", "kill -INT 1; while kill -0 1; do sleep 0.2; done"]
    assert postgres["shareProcessNamespace"] is False, "process 1 must be PostgreSQL's"
    [api] = items(rendered_prod.pods()["ciapol-api"], "spec", "containers")
    assert at(api, "lifecycle", "preStop", "exec", "command") == ["sleep", "5"]


def test_a_changed_file_or_secret_replaces_the_pods(monkeypatch: pytest.MonkeyPatch) -> None:
    def annotations(found: Rendered) -> dict[str, str]:
        return {
            name: str(at(each, "metadata", "annotations", "kappastack.io/instance"))
            for name, each in found.pods().items()
        }

    before = render(settings())
    monkeypatch.setattr("infra.services.postgres._ACCESS", "host all all 10.0.0.0/8 scram-sha-256\n")
    after = render(settings())
    changed = {name for name, text in annotations(before).items() if text != annotations(after)[name]}
    assert changed == {"postgres"}
    assert set(before.of_kind("ConfigMap")) - set(after.of_kind("ConfigMap"))
    monkeypatch.setattr("tests.mocking.planted", lambda name: f"rotated-{name}".ljust(32, "."))
    rotated = render(settings())
    assert {name for name, text in annotations(after).items() if text != annotations(rotated)[name]} >= {
        "postgres",
        "ciapol-api",
        "seatunnel",
    }
    assert annotations(rotated)["frontend"] == annotations(after)["frontend"], "it has no secret"
    assert all(each["immutable"] is True for kind in ("ConfigMap", "Secret") for each in after.of_kind(kind).values())


def test_secrets_are_in_no_other_object(rendered_prod: Rendered) -> None:
    for each in rendered_prod.objects:
        assert ("planted-" in str(each)) == (each["kind"] == "Secret"), each["metadata"]


def test_replicas_advertise_their_own_address(rendered_prod: Rendered) -> None:
    [container] = items(rendered_prod.pods()["dolphinscheduler-master"], "spec", "containers")
    assert "advertise=$(POD_NAME).dolphinscheduler-master-members;" in str(container["command"])
    services = rendered_prod.of_kind("Service")
    assert at(services["dolphinscheduler-master-members"], "spec", "clusterIP") == "None"
    assert "clusterIP" not in section(services["dolphinscheduler-master"], "spec")
    assert at(rendered_prod.of_kind("StatefulSet")["dolphinscheduler-master"], "spec", "serviceName") == (
        "dolphinscheduler-master-members"
    )


def test_replicas_with_one_advertised_address_are_refused() -> None:
    member = zookeeper(["zookeeper"], distribution=pulsar(), class_path="lib", logging={"a.conf": "@{advertised}"})
    PodLayout(member, 0)
    with pytest.raises(ValueError, match=r"files of service zookeeper contain @\{advertised\}"):
        PodLayout(replace(member, replicas=3), 0)


def test_kubernetes_replaces_no_variables_of_a_command() -> None:
    assert escaped(["a$(b)", "$(POD_NAME).c", "${d}"]) == ["a$$(b)", "$(POD_NAME).c", "${d}"]


def test_volumes(rendered_prod: Rendered) -> None:
    claims = rendered_prod.of_kind("PersistentVolumeClaim")
    shared = section(claims["seatunnel-checkpoints"], "spec")
    assert shared["accessModes"] == ["ReadWriteMany"]
    assert shared["storageClassName"] == "shared"
    mounted = {
        name: at(volume, "persistentVolumeClaim", "claimName")
        for name in ("seatunnel", "seatunnel-2", "seatunnel-3")
        for volume in items(rendered_prod.pods()[name], "spec", "volumes")
        if "persistentVolumeClaim" in volume
    }
    assert set(mounted.values()) == {"seatunnel-checkpoints"}
    own = section(claims["pulsar-bookkeeper-2-data"], "spec")
    assert own == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "200Gi"}}}
    [template] = items(rendered_prod.of_kind("StatefulSet")["dolphinscheduler-master"], "spec", "volumeClaimTemplates")
    assert at(template, "spec", "resources", "requests", "storage") == "10Gi"


@pytest.mark.parametrize(
    ("cluster", "mode", "chosen"),
    [
        ({"sharedStorageClass": "many", "storageClass": "fast"}, "ReadWriteMany", "many"),
        ({"storageClass": "fast"}, "ReadWriteOnce", "fast"),
        ({}, "ReadWriteOnce", None),
    ],
)
def test_the_number_of_zetas_nodes_does_not_change_their_claim(
    cluster: dict[str, str], mode: str, chosen: str | None
) -> None:
    one = render(settings(kubernetes={"registry": CLUSTER["registry"], **cluster}, seatunnel={"nodes": 1}))
    claim = one.of_kind("PersistentVolumeClaim")["seatunnel-checkpoints"]
    assert at(claim, "spec", "accessModes") == [mode]
    assert section(claim, "spec").get("storageClassName") == chosen
    assert at(claim, "metadata", "labels", "kappastack.io/shared") == "true"
    if "sharedStorageClass" in cluster:
        three = render(settings(kubernetes={"registry": CLUSTER["registry"], **cluster}, seatunnel={"nodes": 3}))
        assert three.of_kind("PersistentVolumeClaim")["seatunnel-checkpoints"] == claim


def test_kept_data_keep_their_claims_and_namespaces(rendered_prod: Rendered) -> None:
    claims = {f"PersistentVolumeClaim/{name}" for name in rendered_prod.of_kind("PersistentVolumeClaim")}
    # The deletion of a namespace would delete the claims.
    namespaces = {f"Namespace/{name}" for name in rendered_prod.of_kind("Namespace")}
    assert rendered_prod.recorder.retained == claims | namespaces
    assert len(namespaces) == 2
    assert render(settings(keepData=False)).recorder.retained == set()


def test_a_cluster_with_few_nodes_prefers_to_spread() -> None:
    few = render(settings(kubernetes={**CLUSTER, "spread": "preferred"}, seatunnel={"nodes": 3}))
    affinity = section(few.pods()["seatunnel"], "spec", "affinity", "podAntiAffinity")
    assert list(affinity) == ["preferredDuringSchedulingIgnoredDuringExecution"]


def test_the_provider_adopts_existing_objects_and_keeps_them_when_the_kubeconfig_moves(rendered_prod: Rendered) -> None:
    [provider] = [each for each in rendered_prod.recorder.resources if each.typ == "pulumi:providers:kubernetes"]
    assert {key: provider.inputs[key] for key in ("upsertExistingObjects", "clusterIdentifier")} == {
        "upsertExistingObjects": "true",
        "clusterIdentifier": "kappastack-prod",
    }


@pytest.mark.parametrize(
    ("sizes", "bookie", "broker"),
    [
        (
            {"directMemory": "256Mi", "cpu": "250m"},
            ["dbStorage_writeCacheMaxSizeMb=32", "dbStorage_readAheadCacheMaxSizeMb=16"],
            ["managedLedgerCacheSizeMB=32", "numIOThreads=2"],
        ),
        (
            {"directMemory": "8Gi", "cpu": "4"},
            [
                "dbStorage_writeCacheMaxSizeMb=1024",
                "dbStorage_readAheadCacheMaxSizeMb=512",
                "dbStorage_rocksDB_blockCacheSize=268435456",
            ],
            ["managedLedgerCacheSizeMB=1024", "numIOThreads=4"],
        ),
    ],
)
def test_caches_and_threads_of_pulsar_grow_with_its_memory_and_cores(
    sizes: dict[str, str], bookie: list[str], broker: list[str]
) -> None:
    rendered = render(settings(size="medium", pulsar=sizes))
    texts = {
        name: str(at(each, "data", f"{file}.conf")).splitlines()
        for name, each in rendered.of_kind("ConfigMap").items()
        for file in ("bookkeeper", "broker")
        if f"{file}.conf" in section(each, "data")
    }
    assert [
        (len([name for name in texts if name.startswith(f"pulsar-{kind}")]) > 1) for kind in ("bookkeeper", "broker")
    ] == [True, True]
    for name, lines in texts.items():
        expected = bookie if name.startswith("pulsar-bookkeeper") else broker
        assert set(expected) <= set(lines), name


def test_an_existing_claim_is_never_replaced(rendered_prod: Rendered) -> None:
    ignored = {
        name: rendered_prod.recorder.ignored[f"PersistentVolumeClaim/{name}"]
        for name in rendered_prod.of_kind("PersistentVolumeClaim")
    }
    assert ignored
    assert set(map(tuple, ignored.values())) == {("spec.accessModes", "spec.storageClassName")}
