"""Presets of sizes for target `kubernetes`. A stack's own settings override its preset.

`tools/size/presets.py` contains the load for which each preset is sized, according to the model of `make size`.
"""

from collections.abc import Mapping

_ONE: Mapping[str, object] = {
    "pulsar": {"heap": "320Mi", "directMemory": "256Mi", "storage": "5Gi", "cpu": "200m"},
    "seatunnel": {"heap": "384Mi", "storage": "2Gi", "cpu": "200m"},
    "starrocks": {"storage": "5Gi", "cpu": "200m"},
    "postgres": {"storage": "2Gi", "cpu": "100m"},
    "dolphinScheduler": {"storage": "2Gi", "cpu": "200m"},
    "platformApi": {"cpu": "50m"},
    "frontend": {"cpu": "50m"},
}
_REPLICATED: Mapping[str, object] = {
    "pulsar": {
        "topology": "cluster",
        "zookeepers": 3,
        "bookies": 3,
        "brokers": 2,
        "proxies": 2,
        "ensemble": 3,
        "writeQuorum": 3,
        "ackQuorum": 2,
    },
    "seatunnel": {"nodes": 3},
    "starrocks": {"edition": "cluster", "frontends": 3, "backends": 3, "replicationNum": 3},
    "dolphinScheduler": {"topology": "cluster", "apis": 2, "masters": 2, "workers": 3, "registry": "pulsar"},
    "platformApi": {"replicas": 2, "maxReplicas": 6},
    "frontend": {"replicas": 2, "maxReplicas": 6},
}
_MEDIUM: Mapping[str, object] = {
    "pulsar": {"heap": "2Gi", "directMemory": "2Gi", "storage": "200Gi", "cpu": "2"},
    "seatunnel": {"heap": "2Gi", "storage": "20Gi", "cpu": "2"},
    "starrocks": {"memory": "64Gi", "storage": "500Gi", "cpu": "16", "frontendMemory": "16Gi", "frontendCpu": "8"},
    "postgres": {"memory": "1Gi", "storage": "20Gi", "cpu": "500m"},
    "dolphinScheduler": {"heap": "1Gi", "storage": "10Gi", "cpu": "500m"},
}
_LARGE: Mapping[str, object] = {
    "pulsar": {"bookies": 6, "brokers": 4, "heap": "4Gi", "directMemory": "8Gi", "storage": "1000Gi", "cpu": "4"},
    "seatunnel": {"heap": "6Gi", "storage": "50Gi", "cpu": "4"},
    "starrocks": {"memory": "128Gi", "storage": "2000Gi", "cpu": "32", "frontendMemory": "32Gi", "frontendCpu": "8"},
    "postgres": {"memory": "2Gi", "storage": "50Gi", "cpu": "1"},
    "dolphinScheduler": {"heap": "2Gi", "storage": "20Gi", "cpu": "1"},
}


def merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """Merge two documents recursively; where both have a value, that of `above` is used."""
    found = {**below}
    for key, value in above.items():
        there = below.get(key)
        found[key] = merged(there, value) if isinstance(there, Mapping) and isinstance(value, Mapping) else value
    return found


PRESETS: Mapping[str, Mapping[str, object]] = {
    "small": _ONE,
    "medium": merged(_REPLICATED, _MEDIUM),
    "large": merged(_REPLICATED, merged(_MEDIUM, _LARGE)),
}
"""Settings by the value of `kappastack:size`. `small` has one instance of each service, without replication."""
_PRODUCT: Mapping[str, Mapping[str, object]] = {
    "small": {"api": {"cpu": "50m"}},
    "medium": {"api": {"replicas": 2, "maxReplicas": 6}},
    "large": {"api": {"replicas": 3, "maxReplicas": 12}},
}
"""Settings of each product by the value of `kappastack:size`."""


def with_preset(document: Mapping[str, object]) -> dict[str, object]:
    """Merge a stack's configuration into the preset that its `size` names; without such a preset, copy it unchanged."""
    size = document.get("size")
    if not isinstance(size, str) or size not in PRESETS:
        return dict(document)
    found = merged(PRESETS[size], document)
    products = document.get("products")
    if isinstance(products, Mapping):
        found["products"] = {
            name: merged(_PRODUCT[size], {} if own is None else own) if isinstance(own, Mapping | None) else own
            for name, own in products.items()
        }
    return found
