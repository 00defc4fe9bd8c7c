"""Waits until objects are ready or gone, by the conditions of the provider."""

import time
from collections.abc import Iterator
from urllib.parse import quote

from tests.providers.docker_engine.rules import Plain
from tests.providers.kubernetes_cluster.api import Api, Object
from tests.providers.kubernetes_cluster.kinds import Kind, metadata

SECONDS = 600.0
"""The provider's time limit of a creation, change or deletion."""
_PAUSE = 0.5


def until_ready(api: Api, kind: Kind, path: str, within: float) -> tuple[Object, str]:
    """Wait until a workload's pods of the newest revision are ready.

    Args:
        api: the API server.
        kind: kind of the workload.
        path: path of the workload.
        within: time limit in seconds.

    Returns:
        The workload, and the reason why it is not ready; empty if it is.
    """
    deadline = time.monotonic() + within
    while True:
        live = api.get(path)
        if live is None:
            return {}, "the object was deleted while it started"
        reason, final = problem(kind, live)
        if not reason:
            return live, ""
        if final or time.monotonic() > deadline:
            return live, "; ".join([reason, *_pods(api, live)])
        time.sleep(_PAUSE)


def until_gone(api: Api, path: str, within: float) -> None:
    """Wait until an object is deleted.

    Raises:
        TimeoutError: the object still exists.
    """
    deadline = time.monotonic() + within
    while (live := api.get(path)) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} still exists; finalizers: {metadata(live).get('finalizers')}")
        time.sleep(_PAUSE)


def problem(kind: Kind, live: Object) -> tuple[str, bool]:
    """The reason why a workload is not ready, and whether waiting is useless."""
    status = _part(live, "status")
    if _count(status, "observedGeneration") < _count(metadata(live), "generation"):
        return "the newest revision is not yet processed", False
    for condition in _list(status, "conditions"):
        if condition.get("reason") == "ProgressDeadlineExceeded":
            return str(condition.get("message")), True
    if kind.name == "DaemonSet":
        # The condition of kstatus, which the provider uses for this kind.
        if "desiredNumberScheduled" not in status:
            return "the nodes are not yet counted", False
        wanted = total = _count(status, "desiredNumberScheduled")
        names = ("numberAvailable", "updatedNumberScheduled")
    else:
        wanted, total = _count(_part(live, "spec"), "replicas"), _count(status, "replicas")
        names = ("readyReplicas", "updatedReplicas")
    ready, updated = (_count(status, name) for name in names)
    if not (ready >= wanted and updated >= wanted and total == wanted):
        return f"{ready} of {wanted} pods are ready, {updated} of the newest revision", False
    if kind.name == "StatefulSet" and status.get("currentRevision") != status.get("updateRevision"):
        return "the newest revision is not yet the current one", False
    return "", False


def _pods(api: Api, live: Object) -> Iterator[str]:
    """The states of a workload's pods that are not ready."""
    labels = _part(_part(live, "spec"), "selector").get("matchLabels")
    assert isinstance(labels, dict)
    selector = quote(",".join(f"{name}={value}" for name, value in labels.items()))
    listed = api.get(f"/api/v1/namespaces/{metadata(live)['namespace']}/pods?labelSelector={selector}") or {}
    for pod in _list(listed, "items"):
        status = _part(pod, "status")
        for each in [*_list(status, "containerStatuses"), *_list(status, "conditions")]:
            if each.get("ready") is False or each.get("status") == "False":
                parts = [each.get(name) for name in ("state", "lastState", "message")]
                yield f"{metadata(pod)['name']}: {[text for text in parts if text]}"


def _part(value: Plain, name: str) -> Object:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Object, name: str) -> list[Object]:
    found = value.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _count(value: Object, name: str) -> int:
    found = value.get(name)
    return found if isinstance(found, int) else 0
