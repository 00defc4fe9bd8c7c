"""A stack's configuration as its file has it, without asking Pulumi."""

import json

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue

from infra.settings import ROOT


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    config: dict[str, JsonValue] = {}


def stack_configuration(stack: str) -> dict[str, str]:
    """The keys of `Pulumi.<stack>.yaml`, as the engine hands them to a program: structured values as JSON.

    Secret ones are left out: only the engine can read them.
    """
    file = _File.model_validate(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text()) or {})
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in file.config.items()
        if not (isinstance(value, dict) and value.keys() == {"secure"})
    }
