"""Objects for an operator of Prometheus (API monitoring.coreos.com/v1): what it collects, and the alert rules."""

import json
import re
from collections.abc import Mapping, Sequence

from pulumi_kubernetes.apiextensions import CustomResource
from pydantic import JsonValue

from infra.services.model import Collection, Metrics, fill
from infra.settings_of_targets import PrometheusOperatorSettings
from infra.targets.kubernetes import names
from infra.targets.kubernetes.objects import Place
from infra.targets.kubernetes.policies import Located

_API = "monitoring.coreos.com/v1"
_OWN_LABELS = "namespace|pod|container|endpoint"
"""Labels that the operator adds to targets. Pulsar's metrics have a label `namespace` of their own."""


def declare(
    collection: Collection,
    located: Sequence[Located],
    hosts: Mapping[str, Mapping[str, str]],
    place: Place,
    settings: PrometheusOperatorSettings,
) -> None:
    """Declare a ServiceMonitor for each service with metrics, and a PrometheusRule for each rule file.

    Args:
        collection: what the stack's own Prometheus collects.
        located: the stack's services.
        hosts: names of the Services of each port of a service that an operator runs.
        place: namespace and options of the objects.
        settings: settings of the operator.
    """
    for each in located:
        if each.service.metrics:
            _declare("ServiceMonitor", each.service.name, _monitor(each, hosts, collection, place), place, settings)
    namespaces = "|".join(sorted({each.namespace for each in located}))
    for name, groups in collection.rules.items():
        filled: JsonValue = json.loads(fill(json.dumps(list(groups)), {"namespaces": namespaces}))
        _declare("PrometheusRule", name, {"groups": filled}, place, settings)


def _declare(
    kind: str, name: str, spec: Mapping[str, JsonValue], place: Place, settings: PrometheusOperatorSettings
) -> None:
    metadata = {
        "name": name,
        "namespace": place.namespace,
        "labels": {**names.labels(place.stack, name), **settings.labels},
    }
    CustomResource(f"{kind}-{name}", api_version=_API, kind=kind, metadata=metadata, spec=spec, opts=place.opts)


def _monitor(
    located: Located, hosts: Mapping[str, Mapping[str, str]], collection: Collection, place: Place
) -> dict[str, JsonValue]:
    service = located.service
    # The labels of Services that another operator creates are unknown. These Services are found by their names.
    selector: JsonValue = {} if service.name in hosts else {"matchLabels": {**names.selector(service.name)}}
    return {
        "selector": selector,
        "namespaceSelector": {"matchNames": [located.namespace]},
        "endpoints": [
            _endpoint(each, located, hosts.get(service.name, {}).get(each.port, service.name), collection, place)
            for each in service.metrics
        ],
    }


def _endpoint(
    metrics: Metrics, located: Located, host: str, collection: Collection, place: Place
) -> dict[str, JsonValue]:
    service = located.service
    labels = {"job": metrics.job or service.name, "service": service.name, names.STACK_METRIC_LABEL: place.stack}
    relabelings: list[JsonValue] = [
        # A service with several pods has a second Service, for its members.
        {"action": "keep", "sourceLabels": ["__meta_kubernetes_service_name"], "regex": re.escape(host)},
        {"action": "labeldrop", "regex": _OWN_LABELS},
    ]
    for label, value in labels.items():
        relabelings.append({"action": "replace", "targetLabel": label, "replacement": value})
    dropped: list[JsonValue] = [{"action": "drop", "sourceLabels": ["__name__"], "regex": "|".join(metrics.dropped)}]
    return {
        "targetPort": service.ports[metrics.port].number,
        "path": metrics.path,
        "interval": f"{collection.interval}s",
        "scrapeTimeout": f"{collection.timeout}s",
        "relabelings": relabelings,
        **({"metricRelabelings": dropped} if metrics.dropped else {}),
    }
