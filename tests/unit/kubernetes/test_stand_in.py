"""The replacement for the plugin of pulumi-kubernetes follows the rules of the original."""

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import CheckRequest, ConfigureRequest, CreateRequest, DiffRequest

from tests.providers.docker_engine.rules import Plain
from tests.providers.docker_engine.values import plain, unknown, wrapped
from tests.providers.kubernetes_cluster import fields
from tests.providers.kubernetes_cluster.api import Api, ApiError, Object
from tests.providers.kubernetes_cluster.install import VERSION, install
from tests.providers.kubernetes_cluster.kinds import KINDS, SKIP, Kind
from tests.providers.kubernetes_cluster.plugin import KubernetesPlugin
from tests.providers.kubernetes_cluster.waiting import problem
from tests.unit.kubernetes.rendered import prod, render

STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
SET: dict[str, Plain] = {
    "metadata": {"name": "postgres", "namespace": "stack"},
    "spec": {
        "replicas": 1,
        "serviceName": "postgres",
        "template": {"spec": {"containers": [{"image": "one", "resources": {"limits": {"cpu": "1000m"}}}]}},
    },
}


def urn(kind: str) -> str:
    return f"urn:pulumi:test::kappastack::kappastack:services:PostgreSQL${kind}::postgres"


def members(value: PropertyValue) -> dict[str, PropertyValue]:
    assert isinstance(value.value, Mapping)
    return dict(value.value)


def check(kind: str, properties: Plain) -> list[str]:
    answer = asyncio.run(KubernetesPlugin().check(CheckRequest(urn(kind), {}, members(wrapped(properties)), b"")))
    return [f"{each.property}: {each.reason}" for each in answer.failures or []]


def diff(kind: str, old: PropertyValue, new: PropertyValue) -> tuple[list[str], list[str], bool]:
    """Changed fields, those of them that replace the object, and whether it is deleted first."""
    request = DiffRequest(urn(kind), "stack/postgres", {"__inputs": old}, members(new), [])
    answer = asyncio.run(KubernetesPlugin().diff(request))
    assert answer.changes == bool(answer.diffs)
    return answer.diffs, answer.replaces, answer.delete_before_replace


def changed(path: list[str | int], value: Plain) -> PropertyValue:
    """The StatefulSet with another value at a path."""
    document = plain(wrapped(SET))
    part = document
    for step in path[:-1]:
        part = part[step]  # type: ignore[index] # the path exists
    part[path[-1]] = value  # type: ignore[index]
    assert isinstance(document, dict)
    return wrapped(document)


def test_every_kind_of_the_project_but_the_operators_is_implemented() -> None:
    used = {each.typ for each in render(prod(), "prod").recorder.resources if each.typ.startswith("kubernetes:")}
    assert used - set(KINDS) == {"kubernetes:starrocks.com/v1:StarRocksCluster"}


def test_an_unknown_kind_is_rejected() -> None:
    assert check("kubernetes:batch/v1:CronJob", SET) == [
        ": this replacement plugin does not implement kubernetes:batch/v1:CronJob"
    ]


def test_a_name_is_required() -> None:
    assert [each.split(":")[0] for each in check(STATEFUL_SET, {"metadata": {}})] == [
        "metadata.name",
        "metadata.namespace",
    ]


def test_kinds_whose_readiness_is_not_implemented_require_the_annotation() -> None:
    named: dict[str, Plain] = {"name": "postgres", "namespace": "stack"}
    [failure] = check("kubernetes:core/v1:Service", {"metadata": named})
    assert "cannot wait for a Service" in failure
    assert check("kubernetes:core/v1:Service", {"metadata": {**named, "annotations": {SKIP: "true"}}}) == []


@pytest.mark.parametrize(
    ("path", "replaces", "deleted_first"),
    [
        (["spec", "replicas"], False, False),
        (["spec", "template", "spec", "containers", 0, "image"], False, False),
        (["spec", "serviceName"], True, True),
        (["metadata", "name"], True, False),
    ],
)
def test_only_fields_that_cannot_change_replace_the_object(
    path: list[str | int], replaces: bool, deleted_first: bool
) -> None:
    written = ".".join(str(step) for step in path).replace(".0.", "[0].")
    wanted: Plain = 3 if path[-1] == "replicas" else "other"
    assert diff(STATEFUL_SET, wrapped(SET), changed(path, wanted)) == (
        [written],
        [written] if replaces else [],
        deleted_first,
    )


def test_an_equal_quantity_in_another_form_is_no_change() -> None:
    path: list[str | int] = ["spec", "template", "spec", "containers", 0, "resources", "limits", "cpu"]
    assert diff(STATEFUL_SET, wrapped(SET), changed(path, "1")) == ([], [], False)
    assert diff(STATEFUL_SET, wrapped(SET), changed(path, "1001m"))[0] == [
        "spec.template.spec.containers[0].resources.limits.cpu"
    ]


def test_an_empty_value_equals_a_missing_one() -> None:
    nothing: list[Plain] = [{}, [], "", False, 0]
    for empty in nothing:
        assert list(fields.changes(PropertyValue({}), wrapped({"field": empty}))) == []
    assert list(fields.changes(PropertyValue({}), wrapped({"field": {"a": "b"}}))) == ["field"]
    assert list(fields.changes(wrapped({"field": 1}), wrapped({"field": 0}))) == ["field"]


def test_an_unknown_value_is_a_change() -> None:
    assert list(fields.changes(PropertyValue("a"), unknown(), "data.x")) == ["data.x"]


def test_a_refresh_reads_only_fields_of_the_program() -> None:
    live: dict[str, Plain] = {
        "metadata": {"name": "postgres", "namespace": "stack", "uid": "1"},
        "spec": {
            "replicas": 0,
            "serviceName": "postgres",
            "template": {
                "spec": {
                    "containers": [{"image": "one", "tty": False, "resources": {"limits": {"cpu": "1"}}}],
                    "dnsPolicy": "ClusterFirst",
                }
            },
        },
    }
    found = fields.found(wrapped(SET), live)
    assert plain(found) == plain(changed(["spec", "replicas"], 0))


def test_a_refresh_compares_the_data_of_a_secret_and_keeps_it_secret() -> None:
    inputs = PropertyValue({"stringData": PropertyValue({"password": PropertyValue("a", is_secret=True)})})
    for stored, changes in (("a", []), ("b", ["stringData.password"])):
        live: Object = {"kind": "Secret", "data": {"password": base64.b64encode(stored.encode()).decode()}}
        found = fields.found(inputs, fields.readable(live))
        assert list(fields.changes(found, inputs)) == changes
        assert found.contains_secret()


READY: dict[str, Plain] = {
    "observedGeneration": 2,
    "replicas": 1,
    "readyReplicas": 1,
    "updatedReplicas": 1,
    "currentRevision": "b",
    "updateRevision": "b",
}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({}, ""),
        ({"observedGeneration": 1}, "the newest revision is not yet processed"),
        ({"readyReplicas": 0}, "0 of 1 pods are ready, 1 of the newest revision"),
        ({"replicas": 2}, "1 of 1 pods are ready, 1 of the newest revision"),
        ({"currentRevision": "a"}, "the newest revision is not yet the current one"),
    ],
)
def test_a_workload_is_ready_if_its_pods_of_the_newest_revision_are(status: dict[str, Plain], reason: str) -> None:
    live: Object = {"metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": {**READY, **status}}
    assert problem(KINDS[STATEFUL_SET], live) == (reason, False)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({}, "the nodes are not yet counted"),
        ({"desiredNumberScheduled": 0}, ""),
        ({"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}, ""),
        (
            {"desiredNumberScheduled": 2, "updatedNumberScheduled": 1, "numberAvailable": 2},
            "2 of 2 pods are ready, 1 of the newest revision",
        ),
    ],
)
def test_a_daemon_set_is_ready_with_a_new_available_pod_on_each_node(status: Plain, reason: str) -> None:
    live: Object = {"metadata": {}, "spec": {}, "status": status}
    assert problem(KINDS["kubernetes:apps/v1:DaemonSet"], live) == (reason, False)


def test_a_deployment_whose_pods_do_not_start_in_time_fails_at_once() -> None:
    condition: Plain = {"reason": "ProgressDeadlineExceeded", "message": "it has timed out progressing"}
    live: Object = {"spec": {"replicas": 1}, "status": {"conditions": [condition]}}
    assert problem(KINDS["kubernetes:apps/v1:Deployment"], live) == ("it has timed out progressing", True)


def test_urls_of_objects() -> None:
    assert Kind("v1", "Namespace", "namespaces", namespaced=False).url("", "a") == "/api/v1/namespaces/a"
    assert KINDS[STATEFUL_SET].url("stack", "a") == "/apis/apps/v1/namespaces/stack/statefulsets/a"


def test_the_plugin_is_installed_where_the_cli_looks_for_it(tmp_path: Path) -> None:
    install(tmp_path)
    program = tmp_path / "plugins" / f"resource-kubernetes-v{VERSION}" / "pulumi-resource-kubernetes"
    assert program.stat().st_mode & 0o111
    assert "tests.providers.kubernetes_cluster" in program.read_text()


class FakeApi(Api):
    """An API server in which every object exists."""

    def __init__(self) -> None:
        self.applied: list[str] = []

    def get(self, path: str) -> Object | None:
        return {"metadata": {"name": path}}

    def apply(self, path: str, wanted: Mapping[str, Plain], manager: str, *, force: bool) -> Object:
        del wanted, manager, force
        self.applied.append(path)
        return {"metadata": {"name": "stack"}}


@pytest.mark.parametrize("adopts", [True, False])
def test_an_existing_object_is_adopted_only_with_the_setting_for_it(
    adopts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = FakeApi()
    monkeypatch.setattr(KubernetesPlugin, "_api", api)
    plugin = KubernetesPlugin()
    settings: dict[str, Plain] = {"kubeconfig": "config"}
    if adopts:
        settings["upsertExistingObjects"] = "true"
    asyncio.run(plugin.configure(ConfigureRequest({}, members(wrapped(settings)), False, False)))
    request = CreateRequest(
        urn("kubernetes:core/v1:Namespace"), members(wrapped({"metadata": {"name": "stack"}})), 60, False
    )
    if adopts:
        asyncio.run(plugin.create(request))
    else:
        with pytest.raises(ApiError, match="already exists; the setting upsertExistingObjects adopts it"):
            asyncio.run(plugin.create(request))
    assert bool(api.applied) == adopts
