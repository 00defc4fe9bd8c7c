"""The objects that a stack declares in a cluster, in the form of Kubernetes' API."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unittest.mock import patch

from pydantic import JsonValue, TypeAdapter

from infra.configuration import load_settings
from infra.resources.provider import whole_numbers
from infra.settings import Settings
from tests.mocking import Recorder, run
from tools.stack.configuration import stack_configuration

Object = dict[str, JsonValue]
_OBJECT = TypeAdapter(Object)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key of a secret value in Pulumi's protocol."""
CLUSTER = {"registry": "registry.example/kappastack", "sharedStorageClass": "shared"}


def settings(**more: object) -> Settings:
    """Settings of a small stack on Kubernetes."""
    document: dict[str, object] = {
        "target": "kubernetes",
        "kubernetes": CLUSTER,
        "starrocks": {"edition": "cluster"},
        "products": {"ciapol": {}},
        **more,
    }
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in document.items()}
    return load_settings({f"kappastack:{key}": text for key, text in texts.items()}, {})


def prod() -> Settings:
    """Settings of the stack `prod`."""
    return load_settings(stack_configuration("prod"), {})


@dataclass(frozen=True)
class Rendered:
    """The declarations of a program.

    Args:
        recorder: all resources.
        objects: objects of the cluster.
        exports: outputs of the stack that are known before the deployment.
    """

    recorder: Recorder
    objects: Sequence[Object]
    exports: Mapping[str, object]

    def of_kind(self, kind: str) -> dict[str, Object]:
        """Objects of a kind by name."""
        return {str(at(each, "metadata", "name")): each for each in self.objects if each["kind"] == kind}

    def pods(self) -> dict[str, Object]:
        """The template of each workload's pods, by the workload's name."""
        workloads = {**self.of_kind("StatefulSet"), **self.of_kind("Deployment")}
        return {name: section(each, "spec", "template") for name, each in workloads.items()}


def render(used: Settings, stack: str = "test") -> Rendered:
    """Run the program of a stack."""
    exports: dict[str, object] = {}
    try:
        with patch("pulumi.export", exports.__setitem__):
            recorder = run(used, stack)
    finally:
        asyncio.set_event_loop(None)
    objects = [
        _OBJECT.validate_python(_plain(dict(each.inputs)))
        for each in recorder.resources
        if each.typ.startswith("kubernetes:") and "kind" in each.inputs
    ]
    return Rendered(recorder, objects, exports)


def _plain(value: object) -> object:
    """A value without Pulumi's secret markers, and with whole numbers as int."""
    if isinstance(value, dict):
        return _plain(value["value"]) if _SIGNATURE in value else {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return whole_numbers(value)


def at(value: JsonValue, *path: str | int) -> JsonValue:
    """The value at a path of keys and indices."""
    for step in path:
        if isinstance(step, int):
            assert isinstance(value, list), path
            value = value[step]
        else:
            assert isinstance(value, dict), path
            value = value[step]
    return value


def section(value: JsonValue, *path: str | int) -> Object:
    """The object at a path."""
    found = at(value, *path)
    assert isinstance(found, dict), path
    return found


def items(value: JsonValue, *path: str | int) -> Iterator[Object]:
    """The objects in the list at a path."""
    found = at(value, *path)
    assert isinstance(found, list), path
    for each in found:
        assert isinstance(each, dict), path
        yield each
