"""The common behaviour of this project's dynamic resources.

A resource has structured inputs, so that the engine's own diff names the part that changes. Its output `drift` contains
the differences between desired and actual state that the last refresh found. The next `up` updates a resource with
drift. Volatile values (a process id, an uptime) are never stored, so that a second `up` changes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from pulumi import Input, ResourceOptions
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from pydantic import BaseModel, ConfigDict, ValidationError

Properties = dict[str, object]
_ENGINE_KEYS = ("__provider", "drift")


class Inputs(BaseModel):
    """The inputs of a resource, validated where the provider receives them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def whole_numbers(value: object) -> object:
    """Convert whole numbers to int: the engine's protocol has floating-point numbers only, so 64 arrives as 64.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole_numbers(each) for each in value]
    return value


I = TypeVar("I", bound=Inputs)  # noqa: E741


class Provider(ResourceProvider, ABC, Generic[I]):
    """The operations of a dynamic resource; subclasses implement them for one kind of resource.

    Class attributes:
        model: the class of the inputs.
        replace_on: inputs whose change needs a new resource instead of an update.
    """

    serialize_as_secret_always = False
    model: type[I]
    replace_on: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def identity(self, inputs: I) -> str:
        """The id of the resource, which never changes."""

    @abstractmethod
    def apply(self, inputs: I, previous: I | None) -> None:
        """Bring the actual state to the desired one. Parts of the object may exist already.

        Args:
            inputs: the desired state.
            previous: the desired state of the last deployment, None at creation.
        """

    @abstractmethod
    def find_drift(self, inputs: I) -> list[str]:
        """Differences between desired and actual state, one line each.

        The method changes nothing. An unreachable service is reported as a difference.
        """

    @abstractmethod
    def remove(self, inputs: I) -> None:
        """Delete the object, which may be missing."""

    def state(self, props: Properties) -> Properties:
        """The properties to keep in the state."""
        return {key: value for key, value in props.items() if key not in _ENGINE_KEYS}

    def _inputs(self, props: Properties) -> I:
        return self.model.model_validate(whole_numbers(self.state(props)))

    def _recorded(self, props: Properties) -> I | None:
        """The recorded inputs; None if another version of the program recorded them in another form."""
        try:
            return self._inputs(props)
        except ValidationError:
            return None

    def create(self, props: Properties) -> CreateResult:
        """Create the object, or adopt an existing one."""
        inputs = self._inputs(props)
        self.apply(inputs, None)
        return CreateResult(self.identity(inputs), {**self.state(props), "drift": []})

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare the desired inputs with the recorded ones; drift counts as a change."""
        old, new = self.state(olds), self.state(news)
        changed = [key for key in {*old, *new} if old.get(key) != new.get(key)]
        return DiffResult(
            changes=bool(changed or olds.get("drift")),
            replaces=[key for key in self.replace_on if key in changed],
            delete_before_replace=True,
        )

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Compare the recorded inputs with the actual state."""
        inputs = self._recorded(props)
        drift = ["recorded by another version of this program"] if inputs is None else self.find_drift(inputs)
        return ReadResult(id_, {**self.state(props), "drift": drift})

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Change the object, or repair its drift, whose lines are printed: the engine's diff compares inputs only."""
        drift = olds.get("drift")
        for line in drift if isinstance(drift, list) else []:
            print(f"drift: {line}")  # noqa: T201 # progress for users
        self.apply(self._inputs(news), self._recorded(olds))
        return UpdateResult({**self.state(news), "drift": []})

    def delete(self, _id: str, props: Properties) -> None:
        """Delete the object."""
        self.remove(self._inputs(props))


class DynamicResource(Resource, module="kappastack", name="Resource"):
    """A resource with the behaviour of `Provider`.

    Class attributes:
        provider: class of the provider. The state of a stack contains a pickled reference to it.
    """

    provider: ClassVar[type[ResourceProvider]]

    def __init__(self, name: str, inputs: Mapping[str, Input[object]], opts: ResourceOptions | None = None) -> None:
        """`inputs` must have the fields of the provider's model."""
        super().__init__(self.provider(), name, {**inputs, "drift": None}, opts)


def resource_types() -> dict[str, type[DynamicResource]]:
    """All imported classes of dynamic resources, by type token such as `pulumi-python:dynamic/…:Topics`."""
    found: dict[str, type[DynamicResource]] = {}
    classes = DynamicResource.__subclasses__()
    while classes:
        each = classes.pop(0)
        # A target's subclass has the same token as its base class.
        found.setdefault(f"pulumi-python:{each._resource_type_name}", each)
        classes += each.__subclasses__()
    return found
