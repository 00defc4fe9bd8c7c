"""Pods of a stack, as `kubectl get pods -o json` prints them."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from infra.targets.kubernetes.cluster import kubectl


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Metadata(_Model):
    name: str
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] = Field(default_factory=dict)


class Reason(_Model):
    """Why a container waits or ended, such as `ImagePullBackOff` or `OOMKilled`."""

    reason: str = ""
    message: str = ""
    exit_code: int = Field(0, alias="exitCode")


class _State(_Model):
    running: dict[str, JsonValue] | None = None
    waiting: Reason | None = None
    terminated: Reason | None = None


class Container(_Model):
    """The state of a container."""

    name: str = ""
    ready: bool = False
    restarts: int = Field(0, alias="restartCount")
    state: _State = _State()
    last: _State = Field(_State(), alias="lastState")

    @property
    def ended(self) -> Reason | None:
        """How its process ended last; None if it has not ended."""
        return self.state.terminated or self.last.terminated


class _Condition(_Model):
    type: str
    status: str
    message: str = ""


class _Status(_Model):
    phase: str = ""
    started: datetime | None = Field(None, alias="startTime")
    containers: list[Container] = Field(default_factory=list, alias="containerStatuses")
    before: list[Container] = Field(default_factory=list, alias="initContainerStatuses")
    conditions: list[_Condition] = Field(default_factory=list)


class RunningPod(_Model):
    """A pod."""

    metadata: _Metadata
    status: _Status = _Status()

    @property
    def ready(self) -> bool:
        """Whether all containers of the pod are ready."""
        return bool(self.status.containers) and all(each.ready for each in self.status.containers)

    @property
    def restarts(self) -> int:
        """Restarts of all its containers."""
        return sum(each.restarts for each in [*self.status.before, *self.status.containers])

    @property
    def running(self) -> bool:
        """Whether the processes of all its containers run."""
        return bool(self.status.containers) and all(each.state.running is not None for each in self.status.containers)

    @property
    def ended(self) -> Reason | None:
        """How a process of it ended last; None if none has ended."""
        ends = (each.ended for each in [*self.status.containers, *self.status.before] if each.restarts)
        return next(filter(None, ends), None)

    def problems(self) -> Iterator[str]:
        """Why the pod has no node, or why its containers wait."""
        for condition in self.status.conditions:
            if condition.type == "PodScheduled" and condition.status == "False":
                yield f"pod {self.metadata.name} has no node: {condition.message}"
        for container in [*self.status.before, *self.status.containers]:
            if waits := container.state.waiting:
                yield f"pod {self.metadata.name}: {': '.join(filter(None, (waits.reason, waits.message)))}"


class _Pods(_Model):
    items: list[RunningPod]


def running_pods(context: str, selector: str) -> list[RunningPod]:
    """The pods of all namespaces that labels select.

    Args:
        context: context of the kubeconfig; empty for the current one.
        selector: labels in the form of kubectl's option `--selector`.

    Raises:
        ClusterError: the cluster does not respond.
    """
    text = kubectl(context, "get", "pods", "--all-namespaces", "--selector", selector, "--output", "json")
    return _Pods.model_validate_json(text).items
