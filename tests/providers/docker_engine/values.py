"""Converts property values of the protocol to plain Python values, and checks them against the classes of the SDK."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Union, get_args, get_origin

from pulumi import _types
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc

from tests.providers.docker_engine.rules import NESTED_DEFAULTS, Plain, Rules


class Unknown:
    """A value that is known only during the deployment."""


UNKNOWN = Unknown()

_SENTINELS = {
    rpc.UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
"""Texts that stand for unknown values in the protocol: of any type, then a boolean, number, list, asset, archive, map.

Source: `sdk/go/common/resource/plugin/rpc.go` of Pulumi. `PropertyValue` of the Python SDK 3.230 neither reads nor
writes them, so this plugin does.
"""


def unknown() -> PropertyValue:
    """An unknown value in the form of the protocol."""
    return PropertyValue(rpc.UNKNOWN)


def is_unknown(value: PropertyValue) -> bool:
    """Whether the value itself is unknown."""
    return isinstance(value.value, str) and value.value in _SENTINELS


def plain(value: PropertyValue) -> Plain | Unknown:
    """The value without secret markers; UNKNOWN if any part of it is unknown."""
    inner = value.value
    if is_unknown(value):
        return UNKNOWN
    if isinstance(inner, Mapping):
        members = {key: plain(each) for key, each in inner.items()}
        if any(each is UNKNOWN for each in members.values()):
            return UNKNOWN
        return {key: each for key, each in members.items() if not isinstance(each, Unknown)}
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        items = [plain(each) for each in inner]
        return UNKNOWN if UNKNOWN in items else [each for each in items if not isinstance(each, Unknown)]
    if isinstance(inner, float) and inner.is_integer():
        return int(inner)
    assert inner is None or isinstance(inner, bool | float | str), f"{type(inner)} is not a value of these resources"
    return inner


def wrapped(value: Plain) -> PropertyValue:
    """Convert a plain value to the form of the protocol."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return PropertyValue(value)
    if isinstance(value, int | float):
        return PropertyValue(float(value))
    if isinstance(value, list):
        return PropertyValue([wrapped(each) for each in value])
    return PropertyValue({key: wrapped(each) for key, each in value.items()})


def known(values: Mapping[str, PropertyValue]) -> dict[str, Plain]:
    """The plain values of all known, set properties."""
    found = {key: plain(value) for key, value in values.items()}
    return {key: value for key, value in found.items() if not isinstance(value, Unknown) and value is not None}


def problems(arguments: type, values: Mapping[str, PropertyValue], path: str = "") -> Iterator[tuple[str, str]]:
    """Errors in inputs: names that the SDK does not have, and values of wrong types.

    Args:
        arguments: the SDK's class.
        values: inputs by their names in the protocol.
        path: path of a nested object; empty for the resource itself.
    """
    types = _types.input_type_types(arguments)
    for name, value in values.items():
        if name.startswith("__"):
            continue
        if name not in types:
            yield f"{path}{name}", f"unknown; there are {', '.join(sorted(types))}"
        else:
            yield from _of_type(types[name], value, f"{path}{name}")


def _of_type(wanted: object, value: PropertyValue, path: str) -> Iterator[tuple[str, str]]:
    inner = value.value
    if inner is None or is_unknown(value):
        return
    wanted = _without_outputs(wanted)
    origin = get_origin(wanted)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(inner, Mapping):
            yield path, f"a map is expected, this is {type(inner).__name__}"
        return
    if origin is not None:
        if isinstance(inner, str) or not isinstance(inner, Sequence):
            yield path, f"a list is expected, this is {type(inner).__name__}"
            return
        for index, each in enumerate(inner):
            assert isinstance(each, PropertyValue)
            yield from _of_type(get_args(wanted)[0], each, f"{path}[{index}]")
    elif isinstance(wanted, type) and _types.is_input_type(wanted):
        if not isinstance(inner, Mapping):
            yield path, f"an object is expected, this is {type(inner).__name__}"
            return
        yield from problems(wanted, inner, f"{path}.")
    else:
        expected = {str: str, bool: bool, int: float, float: float}.get(wanted) if isinstance(wanted, type) else None
        if expected is not None and not isinstance(inner, expected):
            yield path, f"{getattr(wanted, '__name__', wanted)} is expected, this is {type(inner).__name__}"


def _without_outputs(wanted: object) -> object:
    """The type without outputs: the SDK declares inputs as `Union[str, Awaitable[str], Output[str]]`."""
    if get_origin(wanted) is Union:
        return next(each for each in get_args(wanted) if each is not type(None))
    return wanted


def changed(rules: Rules, old: Mapping[str, Plain], new: Mapping[str, PropertyValue]) -> list[str]:
    """Names of the inputs that differ from the state.

    Args:
        rules: rules of the resource type.
        old: the state, as it was read last.
        new: the inputs, checked.
    """
    inputs = _types.input_type_types(rules.arguments)
    found = []
    for name in inputs:
        wanted = plain(new[name]) if name in new else None
        if isinstance(wanted, Unknown):
            found.append(name)
        elif wanted is None and (name in rules.computed or name == "name"):
            continue
        elif name == "ports":
            if ports_differ(old.get(name), wanted):
                found.append(name)
        elif _normal(rules, name, wanted) != _normal(rules, name, old.get(name)):
            found.append(name)
    return found


def ports_differ(old: Plain, new: Plain) -> bool:
    """Whether published ports differ. The order makes no difference.

    The rules are those of `suppressIfPortsDidNotChangeForMigrationV0ToV1` in the provider: a port is looked up by its
    internal number. An omitted external port is chosen by the engine and keeps its number.
    """
    before, after = _ports(old), _ports(new)
    if len(before) != len(after):
        return True
    after = [
        {**each, "external": each.get("external") or other.get("external")}
        for each, other in zip(after, before, strict=True)
    ]
    if before == after:
        return False
    return any(not _has_port(after, each) for each in before)


def _ports(value: Plain) -> list[dict[str, Plain]]:
    assert value is None or isinstance(value, list)
    return [{**NESTED_DEFAULTS["ports"], **each} for each in value or [] if isinstance(each, dict)]


def _has_port(ports: list[dict[str, Plain]], wanted: dict[str, Plain]) -> bool:
    same = [each for each in ports if each["internal"] == wanted["internal"]]
    for each in same:
        if each["protocol"] == wanted["protocol"]:
            return each == wanted
    return False


def _normal(rules: Rules, name: str, value: Plain) -> str:
    """Return the same text for values that the provider treats as equal."""
    if value in (None, "", 0, False, [], {}):
        return ""
    return json.dumps(_ordered(rules, name, value), sort_keys=True)


def _ordered(rules: Rules, path: str, value: Plain) -> Plain:
    """The value with defaults of nested objects, without empty members, and with sorted sets at any depth."""
    if isinstance(value, dict):
        merged = {**NESTED_DEFAULTS.get(path, {}), **value}
        members = {key: _ordered(rules, f"{path}.{key}", each) for key, each in merged.items()}
        return {key: each for key, each in members.items() if each not in (None, "", [], False)}
    if isinstance(value, list):
        items = [_ordered(rules, path, each) for each in value]
        return items if path in rules.sequences else sorted(items, key=lambda each: json.dumps(each, sort_keys=True))
    return value
