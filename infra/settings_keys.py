"""Every key that a stack's configuration may have, read from the models of the settings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from infra.products.registry import declared
from infra.settings import Cpu, Memory, ProductSettings, Settings

PRODUCTS = "products"
ANY_PRODUCT = "<product>"
"""Placeholder for the product's name in the keys that every product has."""


class Schema(BaseModel):
    """The part of JSON Schema that the models of the settings use."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    ref: str = Field("", alias="$ref")
    type: str = ""
    format: str = ""
    const: JsonValue = None
    enum: tuple[JsonValue, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    default: JsonValue = None
    description: str = ""
    any_of: tuple["Schema", ...] = Field((), alias="anyOf")
    properties: dict[str, "Schema"] = {}
    additional: "Schema | bool | None" = Field(None, alias="additionalProperties")
    definitions: dict[str, "Schema"] = Field({}, alias="$defs")


@dataclass(frozen=True)
class Key:
    """One key of the configuration.

    Args:
        path: dotted path without the project's prefix, such as `pulsar.heap`.
        schema: schema of the value; for a value that may be null, the schema of the other alternative.
        description: description for users.
        section: whether further keys are below this one.
    """

    path: str
    schema: Schema
    description: str
    section: bool

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def parent(self) -> str:
        """The section that contains the key; empty for top-level keys."""
        return self.path.rpartition(".")[0]


@cache
def keys() -> Mapping[str, Key]:
    """All keys by path, in the order of the models: those of every product, then those of each product."""
    found = [*_keys(Settings), *_keys(ProductSettings, f"{PRODUCTS}.{ANY_PRODUCT}.")]
    for product in declared().values():
        found += _keys(product.settings, f"{PRODUCTS}.{product.name}.")
    return {key.path: key for key in found}


@cache
def formats() -> Mapping[str, str]:
    """Description of the values that a pattern permits, such as sizes, by pattern."""
    schemas = [Schema.model_validate(TypeAdapter[str](each).json_schema()) for each in (Memory, Cpu)]
    return {schema.pattern: schema.description for schema in schemas}


def nearest(path: str) -> list[str]:
    """The keys that a person may have meant by an unknown one, best first.

    Args:
        path: dotted path without the project's prefix.
    """
    known = {each: key for each, key in keys().items() if ANY_PRODUCT not in each}
    parent, _, last = path.rpartition(".")
    name = _plain(last)
    if same := [key.path for key in known.values() if _plain(key.name) == name]:
        return get_close_matches(path, same, n=3, cutoff=0)
    siblings = {_plain(key.name): key.path for key in known.values() if key.parent == parent}
    close = get_close_matches(name, siblings, n=1) or [each for each in siblings if each.startswith(name)]
    return [siblings[each] for each in close] or get_close_matches(path, known, n=1)


def _plain(name: str) -> str:
    """A name without spelling variants: `flush_interval`, `flush-interval` and `flushInterval` become equal."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[Key]:
    whole = Schema.model_validate(model.model_json_schema(by_alias=True))
    yield from _below(whole, whole.definitions, prefix)


def _below(section: Schema, definitions: Mapping[str, Schema], prefix: str) -> Iterator[Key]:
    for name, field in section.properties.items():
        path = f"{prefix}{name}"
        value = next((each for each in field.any_of if each.type != "null"), field)
        below = definitions.get(value.ref.rpartition("/")[2])
        described = field.description or value.description or (below.description if below else "")
        yield Key(path, value, described, section=below is not None)
        if below is not None:
            yield from _below(below, definitions, f"{path}.")
