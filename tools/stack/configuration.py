"""Reads a stack's configuration from its file, without Pulumi."""

import json

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from infra.settings import ROOT, SettingsError


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

    Secrets are left out, because only the engine can read them.

    Raises:
        SettingsError: the file does not exist, or is not a stack's configuration.
    """
    path = ROOT / f"Pulumi.{stack}.yaml"
    try:
        file = _File.model_validate(yaml.safe_load(path.read_text()) or {})
    except FileNotFoundError:
        raise SettingsError(f"stack {stack!r}: there is no {path.name}; there are {', '.join(stacks())}") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise SettingsError(f"{path.name} is not the configuration of a stack: {error}") from None
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in file.config.items()
        if not (isinstance(value, dict) and value.keys() == {"secure"})
    }
