"""Reads the configuration of a stack."""

import json
import os
import re
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from infra.presets import with_preset
from infra.products.registry import chosen, declared
from infra.settings import PROJECT, SECRET_KEYS, ProductSettings, Settings, SettingsError
from infra.settings_keys import formats, keys, nearest
from infra.settings_without_effect import set_keys, without_effect
from infra.targets.traits import TRAITS

_PREFIX = f"{PROJECT}:"


def load_settings(config: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from Pulumi's configuration.

    Args:
        config: keys `kappastack:<section>` with plain or JSON values, as the engine passes them to a program.
        environment: environment variables; `KAPPASTACK_PORT_OFFSET` overrides `kappastack:portOffset`.

    Raises:
        SettingsError: names each wrong key, its value and the expected value.
    """
    texts = {key.removeprefix(_PREFIX): text for key, text in config.items() if key.startswith(_PREFIX)}
    # A password may look like JSON.
    document = {key: text if key in SECRET_KEYS else _value(text) for key, text in texts.items()}
    own = frozenset(set_keys(document))
    problems = _moved(document)
    if offset := environment.get("KAPPASTACK_PORT_OFFSET"):
        if re.fullmatch(r"-?\d+", offset, re.ASCII):
            document["portOffset"] = offset
        else:
            problems.append(
                f"the environment variable KAPPASTACK_PORT_OFFSET: should be a whole number (found {offset!r})"
            )
    document = with_preset(document)
    sections = document.pop("products", {})
    products, wrong = _products(sections)
    problems += wrong
    try:
        settings = Settings.model_validate({**document, "products": products})
    except ValidationError as error:
        problems += [_line(each) for each in error.errors(include_url=False)]
        settings = None
    if settings is not None:
        problems += [f"{_PREFIX}{line}" for line in TRAITS[settings.target].refused(settings, own)]
        problems += [f"{_PREFIX}{line}" for line in without_effect(settings, own)]
    if problems or settings is None:
        raise SettingsError("the stack's configuration has errors:\n" + "\n".join(f"  {each}" for each in problems))
    return settings


def _products(sections: object) -> tuple[dict[str, ProductSettings], list[str]]:
    """Parse the settings of each product; return them and the error messages."""
    if not isinstance(sections, dict):
        return {}, [f"{_PREFIX}products: should map the names of products to their settings (found {sections!r})"]
    found: dict[str, ProductSettings] = {}
    problems: list[str] = []
    try:
        products = chosen(str(name) for name in sections)
    except SettingsError as error:
        return {}, [str(error)]
    for product in products:
        try:
            # An entry without a value (`name:`) is a product with default settings.
            section = sections[product.name]
            found[product.name] = product.settings.model_validate({} if section is None else section)
        except ValidationError as error:
            problems += [_line(each, ("products", product.name)) for each in error.errors(include_url=False)]
    return found, problems


def _line(problem: ErrorDetails, below: tuple[str, ...] = ()) -> str:
    location = (*below, *(str(part) for part in problem["loc"]))
    # A problem without a location concerns the whole configuration. Its input then contains all secrets.
    shown = problem["type"] != "missing" and location and location[0] not in SECRET_KEYS
    found = f" (found {problem['input']!r})" if shown else ""
    path = ".".join(location)
    message = _unknown(path) if problem["type"] == "extra_forbidden" else problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "string_pattern_mismatch":
        expected = formats().get(problem["ctx"]["pattern"]) or (keys()[path].description if path in keys() else "")
        message = f"{message}; expected: {expected}" if expected else message
    return f"{_PREFIX}{path or '(whole)'}: {message}{found}"


def _unknown(path: str) -> str:
    meant = [f"{_PREFIX}{each}" for each in nearest(path)]
    return f"no such key; {'did you mean ' + ' or '.join(meant) + '?' if meant else 'docs/settings.md lists all keys'}"


def _moved_keys() -> dict[str, str]:
    """Keys of older revisions, with the keys that replace them."""
    return {
        old: f"products.{product.name}{'.' if new else ''}{new}"
        for product in declared().values()
        for old, new in product.moved_settings.items()
    }


def _moved(document: dict[str, object]) -> list[str]:
    """Remove the keys of older revisions from a configuration; return a message with the new key for each."""
    return [
        f"{_PREFIX}{old} was renamed to {_PREFIX}{new}; move its value there"
        for old, new in _moved_keys().items()
        if document.pop(old, None) is not None
    ]


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
