"""Checks that the platform supports the characters in the paths of its folders."""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.checkout.paths import ROOT, cache, state_folder

_USABLE = re.compile(r"[A-Za-z0-9/._+@,=~-]+")
ADVICE = (
    "servers that the platform runs do not start from such a path: use a folder whose path has only letters from "
    "A to Z or a to z, digits and / . _ + @ , = ~ -"
)


def unusable_folders() -> Iterator[str]:
    """One error message for each folder of this checkout whose path the platform does not support."""
    for name, folder in (
        ("the checkout", ROOT),
        ("the state folder (KAPPASTACK_STATE)", state_folder()),
        ("the cache (KAPPASTACK_CACHE)", cache()),
    ):
        if found := unusable_characters(folder):
            yield f"{name} is in {str(folder)!r}, which contains {found}"


def unusable_characters(folder: Path) -> str:
    """The unsupported characters of a path, separated by commas; empty if there are none."""
    found = sorted(set(_USABLE.sub("", str(folder))))
    return ", ".join("a space" if each == " " else repr(each) for each in found)
