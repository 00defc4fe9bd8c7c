"""Names and labels of a stack's objects in a cluster."""

import re
from collections.abc import Mapping

from infra.settings_base import PROJECT, SettingsError
from infra.settings_of_targets import KubernetesSettings

STACK_LABEL = f"{PROJECT}.io/stack"
GROUP_LABEL = f"{PROJECT}.io/group"
SERVICE_LABEL = "app.kubernetes.io/name"
STACK_METRIC_LABEL = "stack"
"""Label of metrics that the Prometheus of a whole cluster collects."""
SHARED_LABEL = f"{PROJECT}.io/shared"
"""Label of PersistentVolumeClaims that pods of several nodes write."""
INSTANCE_ANNOTATION = f"{PROJECT}.io/instance"
"""Annotation of pods; its value changes with everything that requires new pods."""
REPLICAS_ANNOTATION = f"{PROJECT}.io/replicas"
"""Annotation of workloads that `make down` has scaled to zero pods: their number of pods before."""
REPAIRED: Mapping[str, str] = {"pulumi.com/patchForce": "true"}
"""Annotation of every object. It makes the next `up` revert manually changed fields, such as after `kubectl scale`;
without it, the API server refuses to change a field that another program has set."""
STARROCKS = "starrocks"
"""Service whose pods an operator runs in a namespace of their own."""
NODE_SETTINGS = "node-settings"
"""Name of the DaemonSet that sets kernel parameters."""
_LONGEST = 63
"""Longest name of a namespace, in characters."""
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Label that Kubernetes gives every namespace."""


def namespace(stack: str, settings: KubernetesSettings) -> str:
    """The namespace of a stack."""
    return settings.namespace or f"{PROJECT}-{stack}"


def check(stack: str, settings: KubernetesSettings) -> None:
    """Check the names of the stack's namespaces.

    Raises:
        SettingsError: Kubernetes does not permit a name; the message contains the permitted form.
    """
    possible = namespaces(stack, settings)
    longest = possible[-1] if settings.node_settings.enabled else possible[-2]
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", longest) or len(longest) > _LONGEST:
        raise SettingsError(
            f"stack {stack!r} needs the namespace {longest}, but Kubernetes permits at most {_LONGEST} lower-case "
            "letters, digits and hyphens, with a letter or digit at both ends; choose another name for the stack, or "
            "set kappastack:kubernetes.namespace"
        )


def namespace_of(service: str, stack: str, settings: KubernetesSettings) -> str:
    """A service's own namespace, for pods that cannot run under the restricted Pod Security Standard."""
    return f"{namespace(stack, settings)}-{service}"


def namespaces(stack: str, settings: KubernetesSettings) -> list[str]:
    """All namespaces that a stack may have."""
    return [namespace(stack, settings), *(namespace_of(each, stack, settings) for each in (STARROCKS, NODE_SETTINGS))]


def selector(service: str) -> dict[str, str]:
    """Labels that select the pods of a service."""
    return {SERVICE_LABEL: service}


def labels(stack: str, service: str, group: str = "") -> Mapping[str, str]:
    """Labels of a service's objects and pods."""
    found = {
        **selector(service),
        STACK_LABEL: stack,
        "app.kubernetes.io/part-of": PROJECT,
        "app.kubernetes.io/managed-by": "pulumi",
    }
    return {**found, GROUP_LABEL: group} if group else found
