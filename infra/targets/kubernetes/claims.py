"""Claims that exist in a cluster, and the settings that cannot be applied to them."""

from pydantic import BaseModel, ConfigDict, Field

from infra.settings_of_targets import KubernetesSettings
from infra.targets.kubernetes import names
from infra.targets.kubernetes.layout import Access

_MANY: Access = "ReadWriteMany"


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str
    labels: dict[str, str] = Field(default_factory=dict)


class _Spec(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_modes: list[str] = Field(default_factory=list, alias="accessModes")
    storage_class: str = Field("", alias="storageClassName")


class Claim(BaseModel):
    """A claim of a volume, as the cluster has it."""

    model_config = ConfigDict(extra="ignore")

    metadata: _Metadata
    spec: _Spec

    def problem(self, settings: KubernetesSettings) -> str:
        """The setting that Kubernetes cannot apply to the claim, as an error message; empty if there is none.

        The deployment leaves these fields of an existing claim as they are, so the setting would have no effect.
        """
        is_many = _MANY in self.spec.access_modes
        is_shared = is_many or names.SHARED_LABEL in self.metadata.labels
        becomes_many = is_shared and bool(settings.shared_storage_class)
        key = "sharedStorageClass" if is_many or becomes_many else "storageClass"
        desired = settings.shared_storage_class if becomes_many else settings.storage_class
        same_class = desired in ("", self.spec.storage_class)
        if is_many == becomes_many and same_class:
            return ""
        mine = "not set" if is_many != becomes_many and is_many else desired
        modes = ", ".join(self.spec.access_modes)
        return (
            f"kubernetes.{key}: is {mine}, but the existing claim {self.metadata.name} has class "
            f"{self.spec.storage_class or 'none'} and access mode {modes}, which Kubernetes cannot change. "
            f"{self._remedy(key, is_many=is_many)}, or back up, destroy with the data, deploy and restore"
        )

    def _remedy(self, key: str, *, is_many: bool) -> str:
        if key == "sharedStorageClass" and not is_many:
            return "Leave the key out"
        return f"Set it to {self.spec.storage_class}"


class Claims(BaseModel):
    """A list of claims, as `kubectl get` prints it."""

    model_config = ConfigDict(extra="ignore")

    items: list[Claim]
