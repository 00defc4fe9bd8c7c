"""Which of a program's inputs a refresh replaces by the values that the engine reports."""

from collections.abc import Mapping

from pulumi.provider.experimental.property_value import PropertyValue

from tests.providers.docker_engine.rules import Rules
from tests.providers.docker_engine.values import is_unknown


def found_inputs(
    rules: Rules, inputs: Mapping[str, PropertyValue], read: Mapping[str, PropertyValue]
) -> dict[str, PropertyValue]:
    """The inputs after a refresh: those of the program, with the values that were read.

    This follows `extractInputsFromOutputs` of pulumi-terraform-bridge 3.126: no input is added, and an input without a
    read value is removed.

    Args:
        rules: rules of the resource type.
        inputs: the inputs of the last deployment.
        read: the state that was read.
    """
    return {
        name: _found(rules, name, value, read[name])
        for name, value in inputs.items()
        if name in read and not name.startswith("__")
    }


def _found(rules: Rules, path: str, old: PropertyValue, read: PropertyValue) -> PropertyValue:
    if is_unknown(old):
        return read
    wanted, there = old.value, read.value
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        members = {
            name: _found(rules, f"{path}.{name}", each, there[name]) for name, each in wanted.items() if name in there
        }
        return old.with_value(members)
    if _is_list(wanted) and _is_list(there):
        pairs = _paired(old, read, ordered=path in rules.sequences or path == "ports")
        return old.with_value([_found(rules, path, each, other) for each, other in pairs])
    return read.with_secret(old.is_secret or read.is_secret)


def _is_list(value: object) -> bool:
    return isinstance(value, tuple | list)


def _items(value: PropertyValue) -> list[PropertyValue]:
    assert isinstance(value.value, tuple | list)
    return [each for each in value.value if isinstance(each, PropertyValue)]


def _paired(old: PropertyValue, read: PropertyValue, *, ordered: bool) -> list[tuple[PropertyValue, PropertyValue]]:
    """Pairs of an old element and the read one: by position, or for sets of objects the most similar ones."""
    mine, theirs = _items(old), _items(read)
    if ordered or not all(isinstance(each.value, Mapping) for each in [*mine, *theirs]):
        return list(zip(mine, theirs, strict=False))
    candidates = sorted(
        ((_likeness(a, b), -i, -j) for i, a in enumerate(mine) for j, b in enumerate(theirs)), reverse=True
    )
    chosen: dict[int, int] = {}
    for _, i, j in candidates:
        if -i not in chosen and -j not in chosen.values():
            chosen[-i] = -j
    return [(mine[i], theirs[chosen[i]]) for i in range(len(mine)) if i in chosen]


def _likeness(old: PropertyValue, read: PropertyValue) -> int:
    """1 for each member that both have, and 2 more if it is equal."""
    assert isinstance(old.value, Mapping)
    assert isinstance(read.value, Mapping)
    return sum(
        3 if each.value == read.value[name].value else 1 for name, each in old.value.items() if name in read.value
    )
