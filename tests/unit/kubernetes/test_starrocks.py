"""The custom resource from which StarRocks' operator creates the cluster of `prod`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from infra.resources.starrocks import members as module
from infra.resources.starrocks.members import MembersInputs, MembersProvider, problems
from infra.versions import STARROCKS
from tests.unit.kubernetes.rendered import CLUSTER, Rendered, at, items, render, section, settings

NAMESPACE = "kappastack-prod-starrocks"
INPUTS = MembersInputs(stack="prod", service="starrocks", frontends=3, backends=3, instance="1")


def test_there_are_three_nodes_of_each_kind(rendered_prod: Rendered) -> None:
    [cluster] = rendered_prod.of_kind("StarRocksCluster").values()
    assert cluster["apiVersion"] == "starrocks.com/v1"
    assert at(cluster, "metadata", "namespace") == NAMESPACE
    assert at(cluster, "spec", "waitForFullRollout") is True
    for kind in ("Fe", "Be"):
        spec = section(cluster, "spec", f"starRocks{kind}Spec")
        assert spec["replicas"] == 3
        assert spec["image"] == f"registry.example/kappastack/starrocks/{kind.lower()}-ubuntu:{STARROCKS}"
        assert spec["runAsNonRoot"] is True
        assert spec["capabilities"] == {"drop": ["ALL"]}
        [term] = items(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
        assert at(term, "labelSelector", "matchLabels") == {"kappastack.io/group": f"starrocks-{kind.lower()}"}
        assert at(spec, "podLabels", "kappastack.io/group") == f"starrocks-{kind.lower()}"
        assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain"}


def test_the_pods_log_in_to_the_registry_with_the_pull_secret(rendered_prod: Rendered) -> None:
    made = render(settings(kubernetes={**CLUSTER, "pullSecret": "login"}))
    for cluster, expected in (
        (made.of_kind("StarRocksCluster"), [{"name": "login"}]),
        (rendered_prod.of_kind("StarRocksCluster"), None),
    ):
        [found] = cluster.values()
        for kind in ("Fe", "Be"):
            assert section(found, "spec", f"starRocks{kind}Spec").get("imagePullSecrets") == expected


def test_metadata_logs_and_data_are_on_volumes(rendered_prod: Rendered) -> None:
    [cluster] = rendered_prod.of_kind("StarRocksCluster").values()

    def volumes(kind: str) -> dict[object, object]:
        found = items(cluster, "spec", f"starRocks{kind}Spec", "storageVolumes")
        return {each["name"]: (each["mountPath"], each["storageSize"]) for each in found}

    assert volumes("Fe") == {
        "fe-meta": ("/opt/starrocks/fe/meta", "20Gi"),
        "fe-log": ("/opt/starrocks/fe/log", "5Gi"),
    }
    assert volumes("Be") == {
        "be-data": ("/opt/starrocks/be/storage", "500Gi"),
        "be-log": ("/opt/starrocks/be/log", "5Gi"),
    }


def test_nodes_join_with_the_password_of_root(rendered_prod: Rendered) -> None:
    [cluster] = rendered_prod.of_kind("StarRocksCluster").values()
    [secret] = [
        each for each in rendered_prod.of_kind("Secret").values() if at(each, "metadata", "namespace") == NAMESPACE
    ]
    assert at(secret, "stringData", "root-password") == "planted-starrocks-root".ljust(32, ".")
    for kind in ("Fe", "Be"):
        variables = list(items(cluster, "spec", f"starRocks{kind}Spec", f"{kind.lower()}EnvVars"))
        assert {"name": "LOG_CONSOLE", "value": "1"} in variables, "kubectl logs shows the log"
        [password] = [each for each in variables if each["name"] == "MYSQL_PWD"]
        reference = {"name": at(secret, "metadata", "name"), "key": "root-password"}
        assert password["valueFrom"] == {"secretKeyRef": reference}


def test_nodes_read_their_configuration(rendered_prod: Rendered) -> None:
    [cluster] = rendered_prod.of_kind("StarRocksCluster").values()
    maps = rendered_prod.of_kind("ConfigMap")
    for kind in ("fe", "be"):
        spec = section(cluster, "spec", f"starRocks{kind.title()}Spec")
        text = str(at(maps[str(at(spec, "configMapInfo", "configMapName"))], "data", f"{kind}.conf"))
        assert at(spec, "configMapInfo", "resolveKey") == f"{kind}.conf"
        assert "@{" not in text
    assert "default_replication_num=3" in str(maps)
    assert "mem_limit=85%" in str(maps)


def test_clients_connect_to_the_services_of_the_operator(rendered_prod: Rendered) -> None:
    [api] = items(rendered_prod.pods()["ciapol-api"], "spec", "containers")
    variables = {each["name"]: each.get("value") for each in items(api, "env")}
    assert variables["STARROCKS_HOST"] == f"starrocks-fe-service.{NAMESPACE}.svc"


def test_the_exception_from_the_restricted_standard_has_its_own_namespace(rendered_prod: Rendered) -> None:
    enforced = {
        name: at(each, "metadata", "labels", "pod-security.kubernetes.io/enforce")
        for name, each in rendered_prod.of_kind("Namespace").items()
    }
    assert enforced == {"kappastack-prod": "restricted", NAMESPACE: "baseline"}
    pods = {**rendered_prod.of_kind("StatefulSet"), **rendered_prod.of_kind("Deployment")}
    assert {at(each, "metadata", "namespace") for each in pods.values()} == {"kappastack-prod"}


def test_each_kind_of_nodes_has_a_disruption_budget(rendered_prod: Rendered) -> None:
    budgets = rendered_prod.of_kind("PodDisruptionBudget")
    for kind in ("fe", "be"):
        assert at(budgets[f"starrocks-{kind}"], "metadata", "namespace") == NAMESPACE
        assert at(budgets[f"starrocks-{kind}"], "spec", "maxUnavailable") == 1


def test_the_deployment_waits_for_all_nodes_and_copies(rendered_prod: Rendered) -> None:
    [checked] = rendered_prod.recorder.of_type("StarRocksMembers").values()
    assert (checked.inputs["frontends"], checked.inputs["backends"]) == (3, 3)
    assert "StarRocksMembers/starrocks-members" in rendered_prod.recorder.needs["StarRocksSchema/platform-schema"]


class FakeRoot:
    """A session of user root: numbers of nodes that are alive, and of tablets without a replica by database."""

    def __init__(self, frontends: int, backends: int, unhealthy: Mapping[str, int]) -> None:
        self.frontends, self.backends, self.unhealthy = frontends, backends, unhealthy
        self.compute_nodes: list[str] = []

    def query(self, statement: str) -> Sequence[Mapping[str, object]]:
        match statement:
            case "SHOW FRONTENDS":
                return [
                    {"IP": f"fe-{number}", "EditLogPort": 9010, "Alive": str(number < self.frontends).lower()}
                    for number in range(3)
                ]
            case "SHOW BACKENDS":
                return [
                    {"IP": f"be-{number}", "HeartbeatPort": 9050, "Alive": str(number < self.backends).lower()}
                    | {"SystemDecommissioned": "false", "TabletNum": "10"}
                    for number in range(3)
                ]
            case "SHOW PROC '/statistic'":
                return [{"DbName": name, "UnhealthyTabletNum": count} for name, count in self.unhealthy.items()]
            case "SHOW COMPUTE NODES":
                return [{"IP": host, "HeartbeatPort": 9050} for host in self.compute_nodes]
            case "SHOW BROKER":
                return []
        raise AssertionError(statement)


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (FakeRoot(3, 3, {"ciapol_analytics": 0}), []),
        (FakeRoot(3, 2, {"ciapol_analytics": 0}), ["2 of 3 backends are alive"]),
        (FakeRoot(1, 3, {}), ["1 of 3 frontends are alive"]),
        (FakeRoot(3, 3, {"ciapol_analytics": 4}), ["4 tablets of database ciapol_analytics lack a replica"]),
    ],
)
def test_missing_nodes_and_copies_are_named(root: FakeRoot, found: list[str]) -> None:
    assert list(problems(root, frontends=3, backends=3)) == found


def test_the_check_waits_until_the_last_node_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    root = FakeRoot(1, 0, {})

    @contextmanager
    def session(stack: str, service: str, user: str) -> Iterator[FakeRoot]:
        assert (stack, service, user) == ("prod", "starrocks", "root")
        yield root
        root.frontends, root.backends = 3, root.backends + 1

    monkeypatch.setattr(module, "session", session)
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.01)
    MembersProvider().apply(INPUTS, None)
    assert (root.frontends, root.backends) == (3, 4)
    root.backends = 2
    assert MembersProvider().find_drift(INPUTS) == ["2 of 3 backends are alive"]


def test_drift_names_members_that_a_person_added_and_the_next_up_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    root = FakeRoot(3, 2, {})
    root.compute_nodes.append("cn-0")

    @contextmanager
    def session(_stack: str, _service: str, _user: str) -> Iterator[FakeRoot]:
        yield root

    monkeypatch.setattr(module, "session", session)
    # The third backend is not alive.
    declared = INPUTS.model_copy(update={"backends": 2})
    MembersProvider().apply(declared, None)
    assert MembersProvider().find_drift(declared) == [
        "the cluster has 3 backends instead of 2: be-0:9050, be-1:9050, be-2:9050",
        "compute node cn-0:9050 is a member, but not declared",
    ]
