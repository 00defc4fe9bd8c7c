"""Compares the start of the pods of a Kubernetes stack by `pulumi up` with `kubectl apply` of the same objects.

Both start from a stack whose workloads are scaled to zero and whose volumes have data, and end when all pods are ready.
Run it on an idle machine, as root, after `make test-cluster`: `python -m tests.benchmarks.kubernetes_start [RUNS]`.
"""

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue

from infra.settings import ROOT
from infra.targets.kubernetes import names
from tests.cluster import engine as engines
from tests.cluster import kubernetes

sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from tests.cluster.kubernetes_stack import (
    KubernetesStack,
    deployed,
)  # It imports `machine` of the end-to-end tests.
from tests.waiting import wait_until

_KINDS = (
    *("configmaps", "secrets", "serviceaccounts", "services", "networkpolicies", "poddisruptionbudgets"),
    *("persistentvolumeclaims", "deployments", "statefulsets"),
)
_SET_BY_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")


class _Object(BaseModel):
    model_config = ConfigDict(extra="allow")

    metadata: dict[str, JsonValue]


class _Objects(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Object]


def main(runs: int) -> int:
    """Print the table. The exit status is 1 if no cluster can be started."""
    if reason := kubernetes.reason_to_skip() or engines.reason_to_skip():
        print(reason)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        kubernetes.cluster() as cluster,
        deployed(Path(folder) / "state", cluster) as stack,
    ):
        pods = stack.ready_pods()
        manifest = objects(stack)
        rows = [(by_kubectl(stack, pods, manifest), *by_pulumi(stack, pods)) for _ in range(runs)]
    print("`kubectl apply`  ready by `pulumi up`  ratio  whole `make up`")
    for plain, ready, whole in rows:
        print(f"{plain:13.1f} s  {ready:19.1f} s  {ready / plain:5.2f}  {whole:13.1f} s")
    return 0


def objects(stack: KubernetesStack) -> str:
    """The stack's objects, as a list in JSON, without the fields that the API server sets."""
    selector = f"{names.STACK_LABEL}={stack.name}"
    text = stack.running.kubectl("get", ",".join(_KINDS), "-n", stack.namespace, "-l", selector, "-o", "json")
    found = _Objects.model_validate_json(text)
    for each in found.items:
        for name in _SET_BY_SERVER:
            each.metadata.pop(name, None)
    items = [each.model_dump(exclude={"status"}) for each in found.items]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def by_kubectl(stack: KubernetesStack, pods: int, manifest: str) -> float:
    """Seconds from `kubectl apply` until all pods are ready.

    Args:
        stack: the stack.
        pods: their number.
        manifest: the objects.
    """
    stop(stack)
    begin = time.monotonic()
    stack.running.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=manifest)
    wait_until_ready(stack, pods)
    return time.monotonic() - begin


def by_pulumi(stack: KubernetesStack, pods: int) -> tuple[float, float]:
    """Seconds from the start of the command until all pods are ready, and until the command ended."""
    stop(stack)
    begin = time.monotonic()
    with ThreadPoolExecutor(max_workers=1) as pool:
        up = pool.submit(stack.up)
        wait_until_ready(stack, pods)
        ready = time.monotonic() - begin
        up.result()
    return ready, time.monotonic() - begin


def stop(stack: KubernetesStack) -> None:
    """Scale all workloads to zero, and wait until their pods have ended."""
    outcome = stack.command("down")
    assert outcome.status == 0, outcome.output
    wait_until(lambda: stack.pods() == {}, lambda: f"the end of {sorted(stack.pods())}")


def wait_until_ready(stack: KubernetesStack, pods: int) -> None:
    """Wait for this number of ready pods."""
    wait_until(lambda: stack.ready_pods() == pods, lambda: f"{pods} ready pods, {stack.ready_pods()} are", pause=0.5)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
