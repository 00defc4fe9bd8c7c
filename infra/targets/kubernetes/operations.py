"""Operations on the pods of a cluster, by the program `kubectl`."""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from apps.shared.polling import wait_until
from infra.settings import ROOT, Settings
from infra.state import StackState
from infra.targets.container import VOLUMES
from infra.targets.kubernetes import names
from infra.targets.kubernetes.claims import Claims
from infra.targets.kubernetes.cluster import LOOPBACK, RENDERED, ClusterError, answers, kubectl, kubectl_all
from infra.targets.kubernetes.cluster import command as command_line
from infra.targets.kubernetes.running_pods import RunningPod, running_pods
from infra.targets.kubernetes.workloads import Workload, Workloads
from infra.targets.operations import KeptData, OperationsError, RunningService, require_service

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_FOLLOW = ("--follow", "--max-log-requests", "1000")
"""By default, kubectl refuses to follow more than five containers."""
_PAUSE_SECONDS = 1.0
_DELETION_SECONDS = 600
"""Time limit for the deletion of a namespace, whose claims wait for the end of their pods."""


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str


class _Scaling(BaseModel):
    model_config = ConfigDict(extra="ignore")

    least: int = Field(1, alias="minReplicas")


class _Autoscaler(BaseModel):
    model_config = ConfigDict(extra="ignore")

    metadata: _Metadata
    spec: _Scaling


class _Autoscalers(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Autoscaler]


class KubernetesOperations:
    """Operations on a stack of target `kubernetes`; see `infra.targets.operations.Operations`."""

    runs_here = False
    base_image = ""
    address = LOOPBACK
    uses_entrances = True
    data: Path | None = None

    def __init__(self, settings: Settings, stack: str) -> None:
        """`settings` are those of the stack, `stack` is its name."""
        self._stack = stack
        self._settings = settings.kubernetes
        self._context = settings.kubernetes.context
        self._namespace = names.namespace(stack, settings.kubernetes)
        self._possible = names.namespaces(stack, settings.kubernetes)
        self._selector = f"{names.STACK_LABEL}={stack}"
        self._get_namespaces = ("get", "namespaces", "-l", self._selector, "-o", "name")
        self._get_workloads = (
            *("get", "statefulsets,deployments", "-n", self._namespace, "-l", self._selector, "-o", "json"),
        )

    def preview_variables(self, folder: Path) -> dict[str, str]:
        """The variable with the folder for rendered objects, if no cluster responds."""
        return {} if answers(self._context) else {RENDERED: str(folder)}

    def services(self) -> dict[str, RunningService]:
        """The pods by service."""
        memory = self._memory()
        found: dict[str, list[RunningPod]] = {}
        for pod in self._pods():
            found.setdefault(pod.metadata.labels.get(names.SERVICE_LABEL, pod.metadata.name), []).append(pod)
        return {name: _summary(name, pods, memory) for name, pods in sorted(found.items())}

    def logged(self) -> list[str]:
        """Services with pods."""
        return sorted(self.services())

    def log_command(self, service: str, *, lines: int, follow: bool) -> list[str]:
        """`kubectl logs` of the service's pods."""
        namespaces = [
            pod.metadata.namespace for pod in self._pods() if pod.metadata.labels.get(names.SERVICE_LABEL) == service
        ]
        if not namespaces:
            raise OperationsError(f"SERVICE={service} has no pods any more")
        selector = f"{self._selector},{names.SERVICE_LABEL}={service}"
        options = ["--tail", str(lines), "--all-containers", *(_FOLLOW if follow else [])]
        return list(command_line(self._context, "logs", "-n", namespaces[0], "-l", selector, *options))

    def restart(self, service: str) -> None:
        """Replace the service's pods one after the other."""
        workload = self._workload(service)
        self._change("rollout", "restart", workload)

    def stop(self) -> list[str]:
        """Scale all workloads to zero pods; their volumes stay. `make up` starts them again."""
        running = [each for each in self._workloads() if each.spec.replicas]
        for replicas, workloads in _grouped({each.reference: each.spec.replicas for each in running}):
            self._change("annotate", *workloads, f"{names.REPLICAS_ANNOTATION}={replicas}", "--overwrite")
            self._change("scale", *workloads, "--replicas", "0")
        return sorted(each.metadata.name for each in running)

    def inside(self, service: str, command: Sequence[str]) -> list[str]:
        """`kubectl exec` in the first pod of the workload."""
        workload = self._workload(service)
        return list(command_line(self._context, "exec", "--stdin", workload, "-n", self._namespace, "--", *command))

    def volume(self, service: str, name: str) -> str:
        """Mount path of the volume."""
        return f"{VOLUMES}/{name}"

    def folders(self) -> list[Path]:
        """Folders of this machine."""
        return [StackState(self._stack).folder, ROOT, Path(tempfile.gettempdir())]

    def kept_data(self) -> KeptData:
        """Claims in the stack's namespaces; empty if no cluster responds, which the deployment reports."""
        try:
            namespaces = self._namespaces()
            found = {each: self._names("pvc", each) for each in namespaces}
        except ClusterError:
            return KeptData((), "")
        claims = [f"{namespace}/{claim}" for namespace, claims in found.items() for claim in claims]
        return KeptData(tuple(claims), f"kubectl delete namespace {' '.join(sorted(found))}")

    def obstacles(self) -> list[str]:
        """Error messages about namespaces of another owner, and about storage classes that differ from existing claims.

        The list is empty if no cluster responds, because the deployment reports that.
        """
        own_claims = ("get", "pvc", "-n", self._namespace, "-l", self._selector, "-o", "json")
        every_namespace = ("get", "namespaces", "-o", "name")
        try:
            labelled, existing, text = kubectl_all(self._context, [self._get_namespaces, every_namespace, own_claims])
        except ClusterError:
            return []
        own = self._own(labelled)
        foreign = [each for each in self._possible if f"namespace/{each}" in existing.split() and each not in own]
        claims = Claims.model_validate_json(text).items
        problems = [f"kappastack:{problem}" for each in claims if (problem := each.problem(self._settings))]
        problems += [
            f"kappastack:kubernetes.namespace: {each} exists and does not belong to the stack. "
            "`make destroy` deletes the stack's namespaces, so choose another one, or give this one to the stack: "
            f"kubectl label namespace {each} {self._selector}"
            for each in foreign
        ]
        return problems

    def resume(self) -> list[str]:
        """Scale workloads up from zero, all at once. Pulumi would start a workload after those that it depends on.

        Pulumi sets no number for a workload with an autoscaler, and the autoscaler ignores a workload with zero pods.
        """
        labelled, text = kubectl_all(self._context, [self._get_namespaces, self._get_workloads])
        if not self._own(labelled):
            return []
        stopped = [each for each in Workloads.model_validate_json(text).items if not each.spec.replicas]
        autoscaled = self._least_replicas() if stopped else {}
        wanted: dict[str, int] = {}
        for each in stopped:
            before = each.metadata.annotations.get(names.REPLICAS_ANNOTATION, "")
            replicas = int(before) if before.isdecimal() else autoscaled.get(each.metadata.name, 0)
            if replicas:
                wanted[each.reference] = replicas
        kubectl_all(
            self._context,
            [
                ("scale", *workloads, "--replicas", str(number), "-n", self._namespace)
                for number, workloads in _grouped(wanted)
            ],
        )
        return sorted(reference.partition("/")[2] for reference in wanted)

    def wait_until_resumed(self, within: float) -> None:
        """Wait until all pods of the workloads are ready."""

        def problem() -> str:
            late = [each for each in self._workloads() if each.status.ready < each.spec.replicas]
            counts = (f"{each.metadata.name} has {each.status.ready} of {each.spec.replicas} pods" for each in late)
            return ", ".join(counts)

        wait_until(problem, within=within, what="the cluster", pause=_PAUSE_SECONDS)

    def remove_unmanaged(self, *, keep: Collection[str], data: bool) -> list[str]:
        """Delete the namespaces that an earlier `destroy` kept, with their claims.

        Other objects have fixed names, and the next deployment adopts them.
        """
        kept = [] if keep or not data else self._namespaces()
        for each in kept:
            kubectl(self._context, "delete", "namespace", each, "--ignore-not-found", timeout=_DELETION_SECONDS)
        return [f"removed namespace {each} with its volumes" for each in kept]

    def _namespaces(self) -> list[str]:
        """The namespaces that belong to the stack."""
        return self._own(kubectl(self._context, *self._get_namespaces))

    def _own(self, labelled: str) -> list[str]:
        """The namespaces of the stack in the output of kubectl.

        Another stack of the cluster may have the same name and label.
        """
        return [each for each in self._possible if f"namespace/{each}" in labelled.split()]

    def _names(self, kind: str, namespace: str) -> list[str]:
        text = kubectl(self._context, "get", kind, "-n", namespace, "-o", "name")
        return [line.split("/")[1] for line in text.split()]

    def _pods(self) -> list[RunningPod]:
        return running_pods(self._context, self._selector)

    def _workloads(self) -> list[Workload]:
        return Workloads.model_validate_json(kubectl(self._context, *self._get_workloads)).items

    def _workload(self, service: str) -> str:
        """The reference of a service's workload."""
        known = {each.metadata.name: each.reference for each in self._workloads()}
        require_service(self._stack, service, known)
        return known[service]

    def _least_replicas(self) -> dict[str, int]:
        """The least number of pods of each workload with an autoscaler."""
        text = kubectl(self._context, "get", "hpa", "-n", self._namespace, "-l", self._selector, "-o", "json")
        return {each.metadata.name: each.spec.least for each in _Autoscalers.model_validate_json(text).items}

    def _change(self, verb: str, *arguments: str) -> None:
        kubectl(self._context, verb, *arguments, "-n", self._namespace)

    def _memory(self) -> dict[str, int]:
        """Bytes by pod; empty if the cluster has no metrics server."""
        try:
            text = kubectl(self._context, "top", "pods", "--all-namespaces", "-l", self._selector, "--no-headers")
        except ClusterError:
            return {}
        return {line.split()[1]: _bytes(line.split()[3]) for line in text.splitlines()}


def _grouped(replicas: Mapping[str, int]) -> Iterator[tuple[int, list[str]]]:
    """The numbers of pods, each with its workloads, because one command sets one number."""
    for number in sorted(set(replicas.values())):
        yield number, [workload for workload, own in replicas.items() if own == number]


def _summary(name: str, pods: list[RunningPod], memory: dict[str, int]) -> RunningService:
    ready = sum(pod.ready for pod in pods)
    starts = [pod.status.started for pod in pods if pod.status.started is not None and pod.ready]
    uptime = datetime.now(UTC).replace(microsecond=0) - max(starts) if starts else timedelta()
    measured = [memory.get(pod.metadata.name) for pod in pods if pod.ready or pod.metadata.name in memory]
    known = [each for each in measured if each is not None]
    used = sum(known) if len(known) == len(measured) else None
    return RunningService(name, f"{ready} of {len(pods)} pods ready", used, uptime)


def _bytes(text: str) -> int:
    return int(text[:-2]) * _UNITS[text[-2:]] if text[-2:] in _UNITS else int(text)
