"""Checks values of inputs as the provider does before a deployment, and rejects what this plugin does not implement."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping

from tests.providers.docker_engine.durations import nanoseconds
from tests.providers.docker_engine.rules import Plain, Rules

Check = Callable[[Plain], str]
"""Returns the reason why a value is wrong, empty if it is right."""


def _at_least(smallest: int) -> Check:
    def check(value: Plain) -> str:
        wrong = isinstance(value, int | float) and value < smallest
        return f"'{value}' cannot be lower than {smallest}" if wrong else ""

    return check


def _matches(pattern: str) -> Check:
    def check(value: Plain) -> str:
        # Go's `$` matches at the very end only.
        found = re.search(pattern.removesuffix("$") + r"\Z", str(value))
        return "" if found else f"'{value}' doesn't match the pattern '{pattern}'"

    return check


def _duration(value: Plain) -> str:
    try:
        negative = nanoseconds(str(value)) < 0
    except ValueError:
        return f"'{value}' is not a valid duration"
    return f"'{value}' duration must not be negative" if negative else ""


def _base64(value: Plain) -> str:
    try:
        base64.b64decode(str(value), validate=True)
    except binascii.Error:
        return f"'{value}' is not base64 decodeable"
    return ""


CHECKS: dict[str, Check] = {
    "healthcheck.interval": _duration,
    "healthcheck.retries": _at_least(0),
    "healthcheck.startInterval": _duration,
    "healthcheck.startPeriod": _duration,
    "healthcheck.timeout": _duration,
    "memory": _at_least(0),
    "memoryReservation": _at_least(0),
    "memorySwap": _at_least(-1),
    "restart": _matches(r"^(no|on-failure|always|unless-stopped)$"),
    "uploads.contentBase64": _base64,
    "uploads.permissions": _matches(r"^0[0-7]{3}$"),
}
"""Checks by the path of the input, from the `ValidateDiagFunc` of the provider's schema (version 4.2.0)."""


def wrong_values(rules: Rules, inputs: Mapping[str, Plain]) -> Iterator[tuple[str, str]]:
    """Errors in the values of inputs: their paths and the reasons.

    Args:
        rules: rules of the resource type.
        inputs: the known inputs.
    """
    for path, value in _leaves(inputs, ""):
        if _without_indexes(path) in rules.unsupported and value not in (None, "", 0, False, [], {}):
            yield path, "this replacement plugin does not implement this input"
        elif (check := CHECKS.get(_without_indexes(path))) and (reason := check(value)):
            yield path, reason


def _leaves(value: Plain | Mapping[str, Plain], path: str) -> Iterator[tuple[str, Plain]]:
    """Every value at any depth, with its path, such as `uploads[0].permissions`."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            inner = f"{path}.{name}" if path else name
            yield inner, each
            yield from _leaves(each, inner)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, f"{path}[{index}]")


def _without_indexes(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)
