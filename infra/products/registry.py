"""The declarations of this checkout: each module of `stacks/products/` defines one in the variable `PRODUCT`."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module

from infra.products.model import Product
from infra.settings import ROOT, SettingsError

FOLDER = ROOT / "stacks" / "products"


@cache
def declared() -> dict[str, Product]:
    """All declared products by name, including those that no stack has.

    Raises:
        SettingsError: a module lacks a declaration, or its declaration has another name.
    """
    found: dict[str, Product] = {}
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        product = getattr(import_module(f"stacks.products.{path.stem}"), "PRODUCT", None)
        if not isinstance(product, Product):
            raise SettingsError(f"stacks/products/{path.name}: it does not define a variable PRODUCT of type Product")
        if product.name != path.stem:
            raise SettingsError(f"stacks/products/{path.name}: PRODUCT has the name {product.name!r}")
        found[product.name] = product
    return found


def chosen(names: Iterable[str]) -> list[Product]:
    """The products with these names, in this order.

    Raises:
        SettingsError: a name is not declared; the message lists the declared products.
    """
    known = declared()
    names = list(names)
    if unknown := [name for name in names if name not in known]:
        raise SettingsError(
            f"kappastack:products names {', '.join(unknown)}; declared in stacks/products/ are {', '.join(known)}"
        )
    return [known[name] for name in names]
