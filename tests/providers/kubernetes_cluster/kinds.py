"""The kinds of objects that the plugin implements, and how the provider treats them.

The replacing fields are those of `provider/pkg/provider/diff.go` in pulumi-kubernetes.
"""

from dataclasses import dataclass

from tests.providers.docker_engine.rules import Plain

SKIP = "pulumi.com/skipAwait"
"""Annotation of objects whose readiness is not awaited."""
FORCE = "pulumi.com/patchForce"
"""Annotation of objects whose fields are taken over from other managers."""


@dataclass(frozen=True)
class Kind:
    """A kind of objects.

    Args:
        version: group and version, such as `apps/v1`.
        name: name of the kind.
        plural: name in URLs.
        replacing: paths of fields whose change replaces the object.
        awaited: whether the creation ends only when the object is ready.
        implemented: whether this plugin can wait for readiness. Otherwise it requires the annotation `skipAwait`.
        namespaced: whether its objects are in a namespace.
    """

    version: str
    name: str
    plural: str
    replacing: tuple[str, ...] = ()
    awaited: bool = False
    implemented: bool = True
    namespaced: bool = True

    def url(self, namespace: str, name: str) -> str:
        """Path of an object on the API server."""
        root = f"/apis/{self.version}" if "/" in self.version else f"/api/{self.version}"
        folder = f"{root}/namespaces/{namespace}" if self.namespaced else root
        return f"{folder}/{self.plural}/{name}"


_SELECTOR = ("spec.selector",)
_LISTED = (
    Kind("v1", "ConfigMap", "configmaps", ("binaryData", "data")),
    Kind("v1", "Namespace", "namespaces", namespaced=False),
    Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims", ("spec",), awaited=True, implemented=False),
    Kind("v1", "Secret", "secrets", ("type", "stringData", "data")),
    Kind("v1", "Service", "services", ("spec.clusterIP",), awaited=True, implemented=False),
    Kind("v1", "ServiceAccount", "serviceaccounts"),
    # The provider's table contains `Daemonset`, which matches no kind.
    Kind("apps/v1", "DaemonSet", "daemonsets", awaited=True),
    Kind("apps/v1", "Deployment", "deployments", _SELECTOR, awaited=True),
    Kind(
        "apps/v1",
        "StatefulSet",
        "statefulsets",
        (
            "spec.podManagementPolicy",
            "spec.revisionHistoryLimit",
            *_SELECTOR,
            "spec.serviceName",
            "spec.volumeClaimTemplates",
        ),
        awaited=True,
    ),
    Kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    Kind("networking.k8s.io/v1", "Ingress", "ingresses", awaited=True, implemented=False),
    Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
    Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
)
KINDS = {
    f"kubernetes:{each.version if '/' in each.version else f'core/{each.version}'}:{each.name}": each
    for each in _LISTED
}
"""The kinds by Pulumi's type."""


def metadata(properties: Plain) -> dict[str, Plain]:
    """The metadata of an object."""
    found = properties.get("metadata") if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}


def annotated(properties: Plain, annotation: str) -> bool:
    """Whether an object has an annotation with the value `true`."""
    annotations = metadata(properties).get("annotations")
    return isinstance(annotations, dict) and annotations.get(annotation) == "true"
