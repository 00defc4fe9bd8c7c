"""Comparison of objects: changed fields, and the fields of a program as the cluster has them."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from pulumi.provider.experimental.property_value import PropertyValue

from tests.providers.docker_engine.rules import Plain
from tests.providers.docker_engine.values import is_unknown, plain, wrapped

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_FACTORS: dict[str | None, Decimal] = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGT", 1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGT", 1)},
}
_QUANTITIES = re.compile(r"\.(limits|requests)\.[^.]+$|\.sizeLimit$")
"""Paths of quantities, which the API server writes in another form: `1000m` as `1`."""


def changes(old: PropertyValue, new: PropertyValue, path: str = "") -> Iterator[str]:
    """Paths of the fields that differ, such as `spec.template.spec.containers[0].image`.

    Args:
        old: recorded value.
        new: wanted value; an unknown value counts as different.
        path: path of both values.
    """
    before, after = old.value, new.value
    if is_unknown(new):
        yield path
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            one, other = (each.get(name, PropertyValue(None)) for each in (before, after))
            yield from changes(one, other, f"{path}.{name}".lstrip("."))
    elif _is_list(before) and _is_list(after) and len(items(old)) == len(items(new)):
        for index, (one, other) in enumerate(zip(items(old), items(new), strict=True)):
            yield from changes(one, other, f"{path}[{index}]")
    elif not _equal(path, plain(old), plain(new)):
        yield path


def replaces(path: str, replacing: Sequence[str]) -> bool:
    """Whether a change of a field replaces the object."""
    plain_path = re.sub(r"\[\d+\]", "", path)
    return any(
        plain_path == each or plain_path.startswith(f"{each}.") or each.startswith(f"{plain_path}.")
        for each in (*replacing, "metadata.name", "metadata.namespace")
    )


def found(wanted: PropertyValue, live: Plain, path: str = "") -> PropertyValue:
    """The fields of a program with the values of the cluster. Fields that the program does not set are left out.

    Args:
        wanted: the program's value.
        live: the cluster's value.
        path: path of both values.
    """
    inner = wanted.value
    if isinstance(inner, Mapping) and isinstance(live, dict):
        return wanted.with_value(
            {name: found(each, live[name], f"{path}.{name}") for name, each in inner.items() if name in live}
        )
    if _is_list(inner) and isinstance(live, list):
        mine = items(wanted)
        pairs = zip(mine, live, strict=False)
        same = [found(each, other, f"{path}[{index}]") for index, (each, other) in enumerate(pairs)]
        return wanted.with_value([*same, *(wrapped(each) for each in live[len(mine) :])])
    return wanted if _equal(path, plain(wanted), live) else wrapped(live).with_secret(wanted.is_secret)


def readable(live: Mapping[str, Plain]) -> dict[str, Plain]:
    """An object as the provider compares it: a Secret's `data` also as `stringData`."""
    read = dict(live)
    data = live.get("data")
    if live.get("kind") == "Secret" and isinstance(data, dict):
        read["stringData"] = {key: base64.b64decode(str(value)).decode() for key, value in data.items()}
    return read


def items(value: PropertyValue) -> list[PropertyValue]:
    """The elements of a list."""
    assert isinstance(value.value, Sequence)
    return [each for each in value.value if isinstance(each, PropertyValue)]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _equal(path: str, one: object, other: object) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        # The API server leaves out empty values, and so does the provider before it compares.
        return not one and not other
    if not (isinstance(one, str) and isinstance(other, str) and _QUANTITIES.search(f".{path}")):
        return False
    return _amount(one) == _amount(other)


def _amount(text: str) -> Decimal | str:
    match = _QUANTITY.fullmatch(text)
    return Decimal(match[1]) * _FACTORS[match[2]] if match else text
