"""Queries of the cluster, by the program `kubectl`."""

import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from infra.targets.kubernetes.workloads import Workload, Workloads
from infra.targets.operations import OperationsError

LOOPBACK = "127.0.0.1"
WORKLOAD = "kubernetes://"
"""Scheme of workload URLs: `kubernetes://CONTEXT/NAMESPACE/KIND/NAME`; an empty context is the current one."""
RENDERED = "KAPPASTACK_RENDERED"
"""Environment variable that names a folder. If it is set, objects are written there as YAML without a cluster."""
_COMMAND_SECONDS = 60


class ClusterError(OperationsError):
    """The cluster refused a command or does not respond; the message contains its error text."""


def workload_url(context: str, namespace: str, kind: str, name: str) -> str:
    """The URL of a workload, for health checks."""
    return f"{WORKLOAD}{context}/{namespace}/{kind}/{name}"


def workload_problem(url: str) -> str:
    """The error message for the workload at a URL; empty if all its pods are ready and of the newest revision."""
    context, namespace, kind, name = url.removeprefix(WORKLOAD).split("/")
    try:
        found = Workload.model_validate_json(kubectl(context, "get", kind, name, "-n", namespace, "-o", "json"))
    except ClusterError as error:
        return str(error)
    wanted, status = found.spec.replicas, found.status
    if not wanted:
        return f"{kind} {name} is scaled to zero pods; `make up` starts it again"
    if status.observed < found.metadata.generation:
        return f"{kind} {name}: the cluster has not yet processed its newest revision"
    if status.updated < wanted or status.replicas > max(wanted, status.updated):
        return f"{kind} {name}: {status.updated} of {wanted} pods are of the newest revision"
    return "" if status.ready >= wanted else f"{kind} {name}: {status.ready} of {wanted} pods are ready"


def is_stopped(context: str, namespace: str, name: str) -> bool:
    """Whether a workload exists and is scaled to zero pods, as after `make down`.

    Raises:
        ClusterError: the cluster does not respond.
    """
    selected = ("-n", namespace, "--field-selector", f"metadata.name={name}")
    text = kubectl(context, "get", "deployments,statefulsets", *selected, "-o", "json")
    found = Workloads.model_validate_json(text).items
    return bool(found) and all(each.spec.replicas == 0 for each in found)


def answers(context: str) -> bool:
    """Whether the cluster of a context responds."""
    try:
        kubectl(context, "version", "--output", "json", "--request-timeout", "10s")
    except ClusterError:
        return False
    return True


def kubectl(context: str, *arguments: str, timeout: float = _COMMAND_SECONDS) -> str:
    """The output of a command.

    Args:
        context: context of the kubeconfig; empty for the current one.
        arguments: arguments of kubectl.
        timeout: time limit in seconds.

    Raises:
        ClusterError: the command failed; the message contains its error text.
    """
    try:
        done = subprocess.run(
            command(context, *arguments), capture_output=True, text=True, check=False, timeout=timeout
        )
    except FileNotFoundError:
        raise ClusterError(
            "kubectl is not on the PATH: install it as https://kubernetes.io/docs/tasks/tools/ describes"
        ) from None
    except subprocess.TimeoutExpired:
        raise ClusterError(f"kubectl {arguments[0]} did not end within {timeout:.0f} s") from None
    if done.returncode != 0:
        raise ClusterError(f"kubectl {' '.join(arguments[:3])}: {done.stderr.strip()}")
    return done.stdout


def kubectl_all(context: str, commands: Iterable[Sequence[str]]) -> list[str]:
    """The outputs of several commands, which run at the same time.

    Args:
        context: context of the kubeconfig; empty for the current one.
        commands: arguments of kubectl.

    Raises:
        ClusterError: a command failed; the message contains its error text.
    """
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda arguments: kubectl(context, *arguments), commands))


def command(context: str, *arguments: str) -> Sequence[str]:
    """A command line of kubectl."""
    return ["kubectl", *(["--context", context] if context else []), *arguments]
