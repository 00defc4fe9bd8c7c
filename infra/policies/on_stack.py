"""Rules about all resources of a stack together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from infra.policies.rules import Declared, StackFacts, StackRule, entries, part
from infra.targets.kubernetes.names import GROUP_LABEL


def _has_budgets(resources: Sequence[Declared], stack: StackFacts) -> Iterator[str]:
    if not stack.is_production:
        return
    pods: Counter[tuple[str, str]] = Counter()
    budgets = set()
    for resource in resources:
        namespace = str(resource.get("metadata", "namespace"))
        if resource.kind == "PodDisruptionBudget":
            budgets.add((namespace, str(resource.get("spec", "selector", "matchLabels", GROUP_LABEL))))
        elif resource.kind == "StatefulSet":
            labels = resource.get("spec", "template", "metadata", "labels")
            pods[namespace, _group(labels, resource.name)] += _number(resource.get("spec", "replicas"))
        elif resource.kind == "StarRocksCluster":
            for _, each in entries(resource.get("spec")):
                if labels := part(each, "podLabels"):
                    pods[namespace, _group(labels, resource.name)] += _number(part(each, "replicas"))
    for (namespace, group), number in pods.items():
        if number > 1 and (namespace, group) not in budgets:
            yield (
                f"the {number} pods of {group} in namespace {namespace} have no PodDisruptionBudget, so the drain of "
                f"nodes may stop all of them at once; declare one that selects the label {GROUP_LABEL}"
            )


def _group(labels: object, name: str) -> str:
    return str(part(labels, GROUP_LABEL) or name)


def _number(replicas: object) -> int:
    """Number of replicas; Kubernetes' default is one."""
    return int(replicas) if isinstance(replicas, int | float) else 1


RULES = (
    StackRule(
        "disruption-budgets",
        "In production each stateful service with several pods has a PodDisruptionBudget.",
        _has_budgets,
    ),
)
