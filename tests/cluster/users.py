"""Users of a stack on Kubernetes: a pod in the namespace of the Ingress controller that requests pages continuously."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.cluster.kubernetes import Cluster
from tests.cluster.probes import pod

NAMESPACE = "tests-users"
"""Namespace of the pod; the stack's settings name it as that of the Ingress controller."""
_NAME = "users"
_PROGRAM = Path(__file__).with_name("asking.py")
_PAUSE = 0.1


@dataclass(frozen=True)
class Gap:
    """The longest times without a response, in seconds.

    Args:
        answer: longest time without a response of any HTTP status.
        success: longest time without a response of status 200.
    """

    answer: float
    success: float


@dataclass(frozen=True)
class Users:
    """The requests of the pod.

    Args:
        cluster: where it runs.
        urls: URL by name.
    """

    cluster: Cluster
    urls: Mapping[str, str]

    def gaps(self, begin: float, end: float) -> dict[str, Gap]:
        """The longest times without a response between two Unix times, by the name of the URL."""
        lines = [line.split() for line in self.cluster.kubectl("logs", "-n", NAMESPACE, _NAME).splitlines()]
        answers = [(float(at), url, int(status)) for at, url, status in lines]
        return {
            name: Gap(
                longest([at for at, asked, status in answers if asked == url and status], begin, end),
                longest([at for at, asked, status in answers if asked == url and status == 200], begin, end),
            )
            for name, url in self.urls.items()
        }


def longest(times: Sequence[float], begin: float, end: float) -> float:
    """The longest interval of a period that contains none of these times, in seconds."""
    marks = [begin, *sorted(each for each in times if begin <= each <= end), end]
    return max(later - earlier for earlier, later in pairwise(marks))


@contextmanager
def users(cluster: Cluster, image: str, urls: Mapping[str, str]) -> Iterator[Users]:
    """Request URLs until the end of the context.

    Args:
        cluster: where the pod runs.
        image: an image with Python.
        urls: URL by name.
    """
    cluster.kubectl("create", "namespace", NAMESPACE)
    try:
        cluster.kubectl("label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce=restricted")
        document = json.loads(pod(_NAME, _PROGRAM.read_text(), str(_PAUSE), *urls.values()))
        [container] = document["spec"]["containers"]
        container |= {"image": image, "command": ["python3", "-c"]}
        cluster.kubectl("apply", "-n", NAMESPACE, "-f", "-", text=json.dumps(document))
        cluster.kubectl("wait", "-n", NAMESPACE, "--for=condition=Ready", f"pod/{_NAME}", "--timeout=300s")
        yield Users(cluster, urls)
    finally:
        cluster.kubectl("delete", "namespace", NAMESPACE)
