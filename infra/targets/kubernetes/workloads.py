"""Deployments and StatefulSets, as `kubectl get … -o json` prints them."""

from pydantic import BaseModel, ConfigDict, Field


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str = ""
    generation: int = 0
    annotations: dict[str, str] = Field(default_factory=dict)


class _Spec(BaseModel):
    model_config = ConfigDict(extra="ignore")

    replicas: int = 1


class _Status(BaseModel):
    model_config = ConfigDict(extra="ignore")

    observed: int = Field(0, alias="observedGeneration")
    replicas: int = 0
    ready: int = Field(0, alias="readyReplicas")
    updated: int = Field(0, alias="updatedReplicas")


class Workload(BaseModel):
    """A Deployment or StatefulSet."""

    model_config = ConfigDict(extra="ignore")

    kind: str = ""
    metadata: _Metadata
    spec: _Spec
    status: _Status = _Status()

    @property
    def reference(self) -> str:
        """The argument that selects the workload in kubectl's commands."""
        return f"{self.kind.lower()}/{self.metadata.name}"


class Workloads(BaseModel):
    """A list of workloads."""

    model_config = ConfigDict(extra="ignore")

    items: list[Workload]
