"""Addresses of the APIs that the server reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PLATFORM = "platform"
"""Name of the platform's API below /api."""

RESERVED = frozenset({PLATFORM, "status", "pipeline", "assets"})
"""Names that the page uses itself, below /api or as an address."""

_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")


def base_address(text: str) -> str:
    """Return an http or https address without a slash at its end.

    Raises:
        ValueError: the text is not such an address.
    """
    address = urlsplit(text)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError(f"{text!r} is not an address; give one like http://127.0.0.1:8000")
    return text.rstrip("/")


@dataclass(frozen=True)
class Upstreams:
    """The APIs behind the page.

    Args:
        platform: base address of the platform's API.
        products: base address of each product's API, by the product's name.

    Raises:
        ValueError: a product's name is malformed or reserved, or an address is invalid.
    """

    platform: str
    products: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check names and addresses."""
        for name in self.products:
            if not _NAME.fullmatch(name) or name in RESERVED:
                raise ValueError(
                    f"product name {name!r}: 2 to 20 lower-case letters and digits, first a letter, and none of "
                    f"{', '.join(sorted(RESERVED))}"
                )
        for address in (self.platform, *self.products.values()):
            base_address(address)

    @property
    def by_name(self) -> dict[str, str]:
        """Base address of each API, by its name below /api."""
        return {PLATFORM: self.platform, **self.products}
