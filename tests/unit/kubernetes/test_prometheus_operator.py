"""The objects for a Prometheus operator: what it collects, the rules, and who may connect."""

import json
from pathlib import Path

import jsonschema
import pytest

from infra.monitoring.rules import alerts
from infra.settings import SettingsError
from tests.unit.kubernetes.rendered import CLUSTER, Rendered, at, items, render, section, settings
from tests.unit.kubernetes.scraped import files, targets, wanted

SCHEMA = Path(__file__).parent / "prometheusoperator.schema.json"
OPERATOR = {"enabled": True, "namespace": "observability", "labels": {"release": "metrics"}}


@pytest.fixture(scope="module")
def monitored() -> Rendered:
    return render(settings(kubernetes={**CLUSTER, "prometheusOperator": OPERATOR}))


def test_no_monitors_and_rules_are_declared_by_default(rendered_prod: Rendered) -> None:
    assert {each["apiVersion"] for each in rendered_prod.objects} & {"monitoring.coreos.com/v1"} == set()


def test_objects_have_the_fields_of_the_operator_and_the_labels_of_the_settings(monitored: Rendered) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    found = [each for each in monitored.objects if each["apiVersion"] == "monitoring.coreos.com/v1"]
    assert {each["kind"] for each in found} == {"ServiceMonitor", "PrometheusRule"}
    for each in found:
        assert list(validator.iter_errors(each)) == []
        assert at(each, "metadata", "labels", "release") == "metrics"
    wrong = json.loads(json.dumps(found[0]))
    wrong["spec"]["endpoint"] = []
    assert list(validator.iter_errors(wrong)) != []


def test_every_service_that_the_own_prometheus_collects_has_a_monitor(monitored: Rendered) -> None:
    monitors = monitored.of_kind("ServiceMonitor")
    assert len(monitors) > 8
    found: set[tuple[object, object]] = set()
    for name, monitor in monitors.items():
        for endpoint in items(monitor, "spec", "endpoints"):
            labels = {
                str(each["targetLabel"]): each["replacement"]
                for each in items(endpoint, "relabelings")
                if each["action"] == "replace"
            }
            assert (labels["service"], labels["stack"]) == (name, "test")
            found.add((labels["job"], name))
    assert found == {(each.job, each.service) for each in targets(monitored)}


def test_the_number_of_processes_of_each_service_is_recorded(monitored: Rendered) -> None:
    [group] = items(monitored.of_kind("PrometheusRule")["processes"], "spec", "groups")
    found = {str(at(rule, "labels", "service")): rule for rule in items(group, "rules")}
    assert set(found) == set(monitored.of_kind("ServiceMonitor"))
    assert {at(rule, "labels", "stack") for rule in found.values()} == {"test"}
    assert found["starrocks"]["expr"] == wanted(monitored)["starrocks"]


def test_services_of_starrocks_operator_are_found_by_their_names(monitored: Rendered) -> None:
    spec = section(monitored.of_kind("ServiceMonitor")["starrocks"], "spec")
    assert spec["selector"] == {}
    assert at(spec, "namespaceSelector") == {"matchNames": ["kappastack-test-starrocks"]}
    kept = [
        (endpoint["targetPort"], each["regex"])
        for endpoint in items(spec, "endpoints")
        for each in items(endpoint, "relabelings")
        if each["action"] == "keep"
    ]
    assert kept == [(8030, r"starrocks\-fe\-service"), (8040, r"starrocks\-be\-service")]


def test_rules_select_the_series_of_the_stack_only(monitored: Rendered) -> None:
    found = {
        str(rule["alert"]): rule
        for each in monitored.of_kind("PrometheusRule").values()
        for group in items(each, "spec", "groups")
        for rule in items(group, "rules")
        if "alert" in rule
    }
    assert set(found) == set(alerts(["ciapol"]))
    assert found["ServiceDown"]["expr"] == 'up{stack="test"} == 0'
    rules = alerts(["ciapol"])
    own = {name for name, rule in rules.items() if rule.series == "stack"}
    assert {name for name, rule in found.items() if 'stack="test"' in str(rule["expr"])} == own
    assert {at(rule, "labels", "stack") for rule in found.values()} == {"test"}


def test_rules_about_volumes_select_the_namespaces_of_the_stack(monitored: Rendered) -> None:
    [group] = items(monitored.of_kind("PrometheusRule")["platform-kubernetes"], "spec", "groups")
    found = {str(rule["alert"]): str(rule["expr"]) for rule in items(group, "rules")}
    assert set(found) == {"VolumeAlmostFull", "VolumeFullInADay"}
    namespaces = {
        str(at(each, "metadata", "namespace"))
        for each in monitored.objects
        if each["kind"] in {"StatefulSet", "StarRocksCluster"}
    }
    selected = 'namespace=~"kappastack-test|kappastack-test-starrocks"'
    assert namespaces == {"kappastack-test", "kappastack-test-starrocks"}
    assert all(selected in expression and "@{" not in expression for expression in found.values())
    # The stack's own Prometheus has no metrics of kubelets.
    assert not any("kubelet" in text for text in files(monitored).values())


def test_the_operators_prometheus_may_connect_to_the_ports_with_metrics(monitored: Rendered) -> None:
    for name, port in (("pulsar", 8080), ("postgres-exporter", 9187)):
        [rule] = [
            each
            for each in items(monitored.of_kind("NetworkPolicy")[name], "spec", "ingress")
            if at(next(iter(items(each, "from"))), "namespaceSelector", "matchLabels")
            == {"kubernetes.io/metadata.name": "observability"}
        ]
        assert [each["port"] for each in items(rule, "ports")] == [port]
    postgres = items(monitored.of_kind("NetworkPolicy")["postgres"], "spec", "ingress")
    assert "observability" not in json.dumps(list(postgres))


def test_an_operator_without_the_exporters_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"kubernetes\.prometheusOperator\.enabled true needs the exporters"):
        settings(kubernetes={**CLUSTER, "prometheusOperator": OPERATOR}, monitoring={"enabled": False})


@pytest.mark.parametrize("target", ["host", "docker"])
def test_another_target_refuses_the_setting(target: str) -> None:
    with pytest.raises(SettingsError, match=r"kubernetes\.prometheusOperator\.enabled: is a setting of target kuber"):
        settings(target=target, kubernetes={"prometheusOperator": OPERATOR}, starrocks={"edition": "emulator"})
