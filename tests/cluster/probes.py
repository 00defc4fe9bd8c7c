"""Pods that test the network of the tests' Kubernetes."""

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from tests.cluster import node
from tests.cluster.kubernetes import Cluster

OPEN = "open"
_FAILURES = ("timeout", "refused", "no route to host")


def pod(name: str, *arguments: str, labels: Mapping[str, str] | None = None, **volumes: JsonValue) -> str:
    """A pod that conforms to the restricted Pod Security Standard, as JSON.

    Args:
        name: name of the pod, and its label `app`.
        arguments: arguments of the probe program.
        labels: further labels.
        volumes: source of each volume by the name of its folder.
    """
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": name, **(labels or {})}},
            "spec": {
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 0,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 10001,
                    "fsGroup": 10001,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": name,
                        "image": node.PROBE,
                        "imagePullPolicy": "Never",
                        "args": list(arguments),
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                        "volumeMounts": [{"name": each, "mountPath": f"/{each}"} for each in volumes],
                    }
                ],
                "volumes": [{"name": name, **source} for name, source in volumes.items() if isinstance(source, dict)],
            },
        }
    )


def connect(cluster: Cluster, namespace: str, client: str, addresses: Sequence[str]) -> dict[str, str]:
    """Connect from a pod to addresses; the result begins with `open`, or is the reason of the failure, by address.

    Args:
        cluster: the cluster.
        namespace: namespace of the pod.
        client: name of the pod.
        addresses: names and ports.
    """
    lines = cluster.kubectl("exec", "-n", namespace, client, "--", "/probe", "connect", *addresses).splitlines()
    found = dict(line.split(" ", 1) for line in lines if line)
    assert set(found) == set(addresses), lines
    wrong = {
        address: answer
        for address, answer in found.items()
        if not answer.startswith(OPEN) and not any(reason in answer for reason in _FAILURES)
    }
    assert wrong == {}
    return found
