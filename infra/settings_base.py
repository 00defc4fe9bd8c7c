"""The base of all sections of a stack's configuration, and the types of their values."""

import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

PROJECT = "kappastack"
SECRET_KEYS = ("alertWebhook", "backupAccessKey", "backupSecretKey", "postgresPassword")
"""Keys that `pulumi config set --secret` sets; their values appear in no message."""
ROOT = Path(__file__).resolve().parent.parent

Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$", description="a size such as 384Mi or 2Gi")]


def millicores(cpu: str) -> int:
    """Convert cores such as `500m` or `2` to thousandths of a core."""
    return int(cpu[:-1]) if cpu.endswith("m") else round(float(cpu) * 1000)


def mebibytes(memory: Memory) -> int:
    """Convert a size such as `384Mi` or `2Gi` to MiB."""
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


def at_least(least: Memory) -> AfterValidator:
    """A check that a size is not below the smallest one with which the program starts."""

    def check(value: Memory) -> Memory:
        if mebibytes(value) < mebibytes(least):
            msg = f"is too small for the program; at least {least}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


def _text_of_number(value: object) -> object:
    # In YAML and JSON, `cpu: 2` is a number.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _some_cores(value: str) -> str:
    if millicores(value) < 1:
        msg = "must be at least 1m"
        raise ValueError(msg)
    return value


Cpu = Annotated[
    str,
    Field(pattern=r"^([1-9][0-9]*m|[0-9]+(\.[0-9]+)?)$", description="cores, such as 500m or 2"),
    BeforeValidator(_text_of_number),
    AfterValidator(_some_cores),
]


def _is_ipv4(value: str) -> str:
    IPv4Address(value)
    return value


Ipv4 = Annotated[str, AfterValidator(_is_ipv4)]
"""An IPv4 address, such as 127.0.0.1."""


def _is_ipv4_network(value: str) -> str:
    if not re.fullmatch(r"[0-9.]+/[0-9]+", value):
        raise ValueError(f"{value!r} has no prefix length, such as 10.0.0.0/8")
    return str(IPv4Network(value))


Ipv4Network = Annotated[str, AfterValidator(_is_ipv4_network)]
"""A network with its prefix length, such as 10.0.0.0/8."""


def is_web_address(text: str) -> bool:
    """Whether a text is an HTTP or HTTPS URL with a host and a valid port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class SettingsError(Exception):
    """A stack's configuration is invalid; the message names each key, its value and what is expected."""


class Model(BaseModel):
    """A section of the configuration: immutable, without unknown keys, with keys in camel case as in Pulumi's files."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)
