"""Reads a stack's configuration from its file, without Pulumi."""

import json
from collections.abc import Mapping

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from infra.settings import PROJECT, ROOT, SECRET_KEYS, SettingsError

_PLACEHOLDER = "https://encrypted.invalid"
"""A valid value of each secret, also of the webhook."""


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    config: dict[str, JsonValue] = {}


def stacks() -> list[str]:
    """Names of the stacks that have a configuration file."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("Pulumi.*.yaml"))


def suffix(stack: str) -> str:
    """The suffix of a `make` command that selects a stack; empty for the default stack."""
    return "" if stack == "local" else f" STACK={stack}"


def stack_configuration(stack: str) -> dict[str, str]:
    """The keys of `Pulumi.<stack>.yaml`, as the engine passes them to a program: structured values as JSON.

    Only the engine can decrypt values. A placeholder replaces each encrypted secret of the settings, so that the
    settings are complete. Other encrypted values are left out.

    Raises:
        SettingsError: the file does not exist, or is not a stack's configuration.
    """
    found = _configuration(stack)
    names = [f"{PROJECT}:{key}" for key in SECRET_KEYS]
    return _plain(found) | {name: _PLACEHOLDER for name in names if _is_encrypted(found.get(name))}


def plain_configuration(stack: str) -> dict[str, str]:
    """The values of `Pulumi.<stack>.yaml` that are not encrypted, as Pulumi passes them to a program.

    Raises:
        SettingsError: the file does not exist, or is not a stack's configuration.
    """
    return _plain(_configuration(stack))


def encrypted_keys(stack: str) -> list[str]:
    """The keys with encrypted values."""
    return sorted(key for key, value in _configuration(stack).items() if _is_encrypted(value))


def _configuration(stack: str) -> dict[str, JsonValue]:
    path = ROOT / f"Pulumi.{stack}.yaml"
    try:
        return _File.model_validate(yaml.safe_load(path.read_text()) or {}).config
    except FileNotFoundError:
        raise SettingsError(
            f"stack {stack!r} has no file {path.name}; the stacks with a file are {', '.join(stacks())}"
        ) from None
    except (yaml.YAMLError, ValidationError) as error:
        raise SettingsError(f"{path.name} is not the configuration of a stack: {error}") from None


def _plain(found: Mapping[str, JsonValue]) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in found.items()
        if not _is_encrypted(value)
    }


def _is_encrypted(value: JsonValue) -> bool:
    return isinstance(value, dict) and value.keys() == {"secure"}
