"""Reads `topics/<product>/topics.yaml`: the tenant of a product, its namespaces and its topics."""

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

Permissions = dict[str, list[Literal["consume", "produce"]]]
"""Actions by role."""
Partitions = Annotated[int, Field(ge=1, le=1000)]


class TopicsError(Exception):
    """A `topics.yaml` has errors; the message names the file, and each key with its value."""


class Namespace(BaseModel):
    """A namespace: retention of acknowledged messages, and permissions of each role."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    retention_minutes: Annotated[int, Field(ge=0)]
    retention_size_mb: Annotated[int, Field(ge=-1)]
    permissions: Permissions = {}


class TopicsFile(BaseModel):
    """The content of a `topics.yaml`. A topic grants permissions to roles that have none in its namespace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    class _Topic(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid")

        namespace: str
        partitions: Partitions
        fields_file: str | None = None
        permissions: Permissions = {}

    tenant: str
    namespaces: dict[str, Namespace]
    topics: dict[str, _Topic]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, namespace in self.namespaces.items():
            minutes, size = namespace.retention_minutes, namespace.retention_size_mb
            # Pulsar refuses such a policy.
            if (minutes == 0) != (size == 0):
                raise ValueError(
                    f"namespace {name}: retention_minutes {minutes}, retention_size_mb {size}: set both to 0 or neither"
                )
        for name, topic in self.topics.items():
            if topic.namespace not in self.namespaces:
                raise ValueError(f"topic {name}: there is no namespace {topic.namespace!r}")
            if both := topic.permissions.keys() & self.namespaces[topic.namespace].permissions.keys():
                raise ValueError(
                    f"topic {name}: {', '.join(sorted(both))} has permissions in namespace {topic.namespace} already"
                )
        return self


def read_topics(path: Path) -> TopicsFile:
    """Read a file.

    Raises:
        TopicsError: the file has errors; the message lists all of them.
    """
    try:
        return TopicsFile.model_validate(yaml.safe_load(path.read_text()))
    except (OSError, yaml.YAMLError) as error:
        raise TopicsError(f"{path}: {error}") from None
    except ValidationError as error:
        raise TopicsError("\n".join(_line(path, each) for each in error.errors(include_url=False))) from None


def _line(path: Path, problem: ErrorDetails) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    found = f" (found {problem['input']!r})" if place else ""
    return f"{path}: {place or '(whole file)'}: {problem['msg'].removeprefix('Value error, ')}{found}"


def topic_urls(path: Path) -> dict[str, str]:
    """The address of each topic of a file, by name.

    Raises:
        TopicsError: the file has errors.
    """
    file = read_topics(path)
    return {name: f"persistent://{file.tenant}/{topic.namespace}/{name}" for name, topic in file.topics.items()}
