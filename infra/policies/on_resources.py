"""Rules about single resources, of every target."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from infra.policies.rules import Declared, ResourceRule, StackFacts, entries, items, part
from infra.resources.starrocks.migration_review import review
from infra.resources.starrocks.migrations import read_migrations
from infra.services import ports
from infra.settings import ROOT
from infra.targets.kubernetes.names import NODE_SETTINGS

_OPEN_PORTS = {"FRONTEND", "PLATFORM_API", "PULSAR_BROKER", "PULSAR_OUTSIDE"}
"""Ports that users connect to. Every other one belongs to a database, an engine or an operator's page."""
_DATA_PORTS = {value: name for name, value in vars(ports).items() if name.isupper() and name not in _OPEN_PORTS}
_SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL", re.IGNORECASE)
_NAMES_A_FILE = re.compile(r"_(FILE|PATH|DIR|FOLDER)$|^/|^file:|@\{", re.IGNORECASE)
_DEFAULTS = frozenset({"dolphinscheduler123", "changeme", "password", "admin", "root", "postgres", "pulsar", "guest"})
_ALL = ("containers", "initContainers")
_WORKLOADS = ("StatefulSet", "Deployment", "DaemonSet")


def _pod(resource: Declared) -> object:
    """The specification in the pod template of a workload on Kubernetes; None for any other resource."""
    if not resource.type.startswith("kubernetes:") or resource.kind not in _WORKLOADS:
        return None
    return resource.get("spec", "template", "spec")


def _containers(resource: Declared, *lists: str) -> list[tuple[str, object]]:
    """The containers of a pod, by name; `lists` names fields of its specification, by default `containers`."""
    pod = _pod(resource)
    return [(str(part(each, "name")), each) for name in lists or ("containers",) for each in items(part(pod, name))]


def _whole(value: object) -> int:
    """A whole number, which the engine passes as floating point; 0 for anything else."""
    return int(value) if isinstance(value, int | float) else 0


def _is_service(resource: Declared) -> bool:
    """Whether the resource is a container that is started; containers that only carry configuration are not."""
    return resource.type.startswith("docker:") and resource.kind == "Container" and resource.get("mustRun") is not False


def _pinned(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    references = [part(container, "image") for _, container in _containers(resource, *_ALL)]
    if resource.type.startswith("docker:") and resource.kind == "RemoteImage":
        references.append(resource.get("name"))
    for reference in references:
        last = str(reference).rpartition("/")[2]
        if "@sha256:" not in last and (":" not in last or last.endswith(":latest")):
            yield f"image {reference} is not pinned; name a version or a digest"


def _environment(resource: Declared) -> Iterator[tuple[str, str]]:
    """Name and value of each environment variable."""
    for line in items(resource.get("envs")):
        name, _, value = str(line).partition("=")
        yield name, value
    for variable, text in entries(resource.get("environment")):
        yield variable, str(text)
    for _, container in _containers(resource, *_ALL):
        for each in items(part(container, "env")):
            yield str(part(each, "name")), str(part(each, "value") or "")


def _no_plain_password(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    for name, value in _environment(resource):
        if value and _SECRET_NAME.search(name) and not _NAMES_A_FILE.search(name) and not _NAMES_A_FILE.search(value):
            default = ", and it is a default password" if value.lower() in _DEFAULTS else ""
            yield (
                f"variable {name} has a password in plain text{default}; name the secret in the service's `secrets` "
                "and read its file"
            )


def _limited(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    if _is_service(resource):
        if not resource.get("memory"):
            yield "the container has no memory limit; set `memory` of the service"
        if not items(resource.get("healthcheck", "tests")):
            yield "the container has no health check; set `health` of the service"
    for name, container in _containers(resource):
        for key in ("limits", "requests"):
            if not part(container, "resources", key, "memory"):
                yield f"container {name} has no {key}.memory; set `memory` of the service"
        for probe in ("readinessProbe", "livenessProbe"):
            if not part(container, probe):
                yield f"container {name} has no {probe}; set `health` of the service"


def _restricted(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    pod = _pod(resource)
    # Kernel parameters are set by a privileged container, which `kubernetes.nodeSettings` enables explicitly.
    prepares_nodes = resource.kind == "DaemonSet" and resource.get("metadata", "name") == NODE_SETTINGS
    for name, container in _containers(resource, *(("containers",) if prepares_nodes else _ALL)):
        if part(pod, "securityContext", "runAsNonRoot") is not True:
            yield f"the pod of container {name} may run as root; set securityContext.runAsNonRoot"
        if part(pod, "securityContext", "seccompProfile", "type") != "RuntimeDefault":
            yield f"the pod of container {name} has no seccomp profile; set seccompProfile.type to RuntimeDefault"
        if part(container, "securityContext", "allowPrivilegeEscalation") is not False:
            yield f"container {name} may gain privileges; set allowPrivilegeEscalation to false"
        if "ALL" not in items(part(container, "securityContext", "capabilities", "drop")):
            yield f"container {name} keeps capabilities; drop ALL"


def _private(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    for port in items(resource.get("ports")) if _is_service(resource) else []:
        # Without an address, Docker publishes on all.
        number, address = _whole(part(port, "internal")), str(part(port, "ip") or "0.0.0.0")
        name = _DATA_PORTS.get(number)
        if name and not ip_address(address).is_loopback:
            yield f"port {number} ({name}) is published on {address}; publish it on 127.0.0.1 or mark it internal"
    if resource.type.startswith("kubernetes:") and resource.kind == "Service":
        kind = resource.get("spec", "type")
        for port in items(resource.get("spec", "ports")) if kind in ("NodePort", "LoadBalancer") else []:
            number = _whole(part(port, "port"))
            name = _DATA_PORTS.get(number)
            if name:
                yield f"port {number} ({name}) is published by a Service of type {kind}; use type ClusterIP"


def _no_loss(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    if resource.kind == "StarRocksSchema":
        values = {"replication_num": str(_whole(resource.get("replication_num")))}
        yield from review(read_migrations(ROOT / str(resource.get("folder"))), values).problems


def _retained(resource: Declared, _stack: StackFacts) -> Iterator[str]:
    if resource.kind != "PulsarTopics":
        return
    for topic, described in entries(resource.get("topics")):
        namespace = str(part(described, "namespace"))
        limits = [resource.get("namespaces", namespace, key) for key in ("retention_minutes", "retention_size_mb")]
        if not all(limits):
            yield (
                f"topic {topic}: namespace {namespace} deletes messages as soon as they are acknowledged; set "
                "retention_minutes and retention_size_mb in topics.yaml"
            )


RULES = (
    ResourceRule("pinned-images", "Images are pinned to a version or a digest.", _pinned),
    ResourceRule("no-plain-password", "No password is in an environment variable.", _no_plain_password),
    ResourceRule("limits-and-probes", "Each process has a memory limit and health checks.", _limited),
    ResourceRule("restricted-pods", "Pods comply with the restricted Pod Security Standard.", _restricted),
    ResourceRule("private-ports", "Ports of databases and engines are loopback only.", _private),
    ResourceRule("no-unmarked-loss", "A migration that loses data contains a reason.", _no_loss),
    ResourceRule("retained-topics", "Each topic retains acknowledged messages.", _retained),
)
