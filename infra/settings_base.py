"""The base of all sections of a stack's configuration, and the types of their values."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

PROJECT = "kappastack"
SECRET_KEYS = ("alertWebhook", "backupAccessKey", "backupSecretKey", "postgresPassword")
"""Keys that `pulumi config set --secret` sets; their values appear in no message."""
ROOT = Path(__file__).resolve().parent.parent

Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$", description="a size such as 384Mi or 2Gi")]


Cpu = Annotated[str, Field(pattern=r"^([1-9][0-9]*m|[0-9]+(\.[0-9]+)?)$", description="cores, such as 500m or 2")]


def millicores(cpu: Cpu) -> int:
    """Convert cores such as `500m` or `2` to thousandths of a core."""
    return int(cpu[:-1]) if cpu.endswith("m") else round(float(cpu) * 1000)


def mebibytes(memory: Memory) -> int:
    """Convert a size such as `384Mi` or `2Gi` to MiB."""
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


class SettingsError(Exception):
    """A stack's configuration is invalid; the message names each key, its value and what is expected."""


class Model(BaseModel):
    """A section of the configuration: immutable, without unknown keys, with keys in camel case as in Pulumi's files."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)
