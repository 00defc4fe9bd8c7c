"""The types of rules, and access to the properties of resources. In a preview, some properties are unknown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from infra.settings import Settings
from infra.targets.traits import TRAITS


@dataclass(frozen=True)
class StackFacts:
    """The facts about a stack that the rules check.

    Args:
        name: name of the stack.
        settings: settings of the stack.
        plain: keys of the stack's file whose values are not encrypted.
    """

    name: str
    settings: Settings
    plain: frozenset[str]

    @property
    def is_production(self) -> bool:
        """Whether the stack's data must survive: it is not a rehearsal, and its target keeps data by default."""
        return TRAITS[self.settings.target].keeps_data and not self.settings.rehearsal

    @property
    def is_mandatory(self) -> bool:
        """Whether a violation stops a deployment, because other machines can reach the stack."""
        return TRAITS[self.settings.target].requires_tokens


@dataclass(frozen=True)
class Declared:
    """A resource: its type token, its name and its properties."""

    type: str
    name: str
    properties: object

    @property
    def kind(self) -> str:
        """The last part of the type token, such as `StatefulSet`."""
        return self.type.rpartition(":")[2]

    def get(self, *path: str) -> object:
        """The property at a path; None if it is missing."""
        return part(self.properties, *path)


@dataclass(frozen=True)
class ResourceRule:
    """A rule about single resources; `check` yields a message for each violation, with its remedy."""

    name: str
    description: str
    check: Callable[[Declared, StackFacts], Iterator[str]]


@dataclass(frozen=True)
class SettingsRule:
    """A rule about the settings of a stack; `check` yields a message for each violation, with its remedy."""

    name: str
    description: str
    check: Callable[[StackFacts], Iterator[str]]


@dataclass(frozen=True)
class StackRule:
    """A rule about all resources of a stack; `check` yields a message for each violation, with its remedy."""

    name: str
    description: str
    check: Callable[[Sequence[Declared], StackFacts], Iterator[str]]


def part(value: object, *path: str) -> object:
    """The value at a path of keys; None if it is missing."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def items(value: object) -> list[object]:
    """The items of a list; nothing for a value of another type."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def entries(value: object) -> list[tuple[str, object]]:
    """The entries of a map; nothing for a value of another type."""
    return [(str(key), each) for key, each in value.items()] if isinstance(value, Mapping) else []
