"""Writes the files of a new product from the templates in this folder."""

import re
from pathlib import Path

import yaml

from apps.shared.files import write_file
from apps.shared.placeholders import fill
from infra.products.model import Api, Product
from infra.products.registry import declared
from infra.services import ports
from infra.settings import ROOT

TEMPLATES = Path(__file__).parent / "template"
_SUFFIX = ".template"
_FIRST_PORT = 4700
_PRODUCTS = "kappastack:products"
_IN_SOURCE = frozenset('"\\`{}')
"""Characters with a meaning in the Python and TypeScript files that contain the title."""


class NewProductError(Exception):
    """The product cannot be generated; the message contains the reason."""


def write_product(name: str, *, title: str = "", port: int = 0, stack: str = "local", root: Path = ROOT) -> list[Path]:
    """Write the files of a product, and add it to the settings of a stack.

    Args:
        name: name of the product.
        title: title for users; empty for the name.
        port: port of its API, before the stack's offset; 0 for the first free one.
        stack: name of the stack.
        root: folder of the repository.

    Returns:
        The paths written, relative to the repository; the stack's settings come last.

    Raises:
        NewProductError: the name, the title or the port is used already or invalid, or a file exists already.
    """
    if not title.isprintable() or _IN_SOURCE & set(title):
        raise NewProductError(f"TITLE={title}: must not contain {' '.join(sorted(_IN_SOURCE))} or line breaks")
    port = port or _free_port()
    try:
        Product(
            name=name, title=title or name, databases=(f"{name}_data",), roles={"api": "reader"}, api=Api(port=port)
        )
    except ValueError as error:
        raise NewProductError(str(error)) from None
    _refuse_taken(name, port)
    settings = root / f"Pulumi.{stack}.yaml"
    if not settings.is_file():
        raise NewProductError(f"STACK={stack}: there is no {settings.name}")
    values = {"name": name, "class": name.capitalize(), "title": title or name.capitalize(), "port": str(port)}
    files = {
        Path(str(path.relative_to(TEMPLATES)).removesuffix(_SUFFIX).replace("NAME", name)): fill(
            path.read_text(), values, mark="@"
        )
        for path in sorted(TEMPLATES.rglob(f"*{_SUFFIX}"))
    }
    if existing := [str(path) for path in files if (root / path).exists()]:
        raise NewProductError(f"NAME={name}: these files exist already: {', '.join(existing)}")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_file(root / path, text)
    write_file(settings, with_product(settings.read_text(), name))
    return [*files, settings.relative_to(root)]


def with_product(text: str, name: str) -> str:
    """Add a product to the text of a stack's settings; comments and all other lines stay unchanged.

    Raises:
        NewProductError: the stack has the product already, or the text has an unexpected form.
    """
    config = (yaml.safe_load(text) or {}).get("config") or {}
    products = config.get(_PRODUCTS) or {}
    if name in products:
        raise NewProductError(f"the stack has product {name} already")
    entry = f"    {name}: {{}}\n"
    if _PRODUCTS not in config:
        added = f"{text.rstrip()}\n  {_PRODUCTS}:\n{entry}"
    else:
        added = re.sub(
            rf"^(  {_PRODUCTS}:) *(\{{\}})?[ \t]*\n",
            lambda match: f"{match[1]}\n{entry}",
            text,
            count=1,
            flags=re.MULTILINE,
        )
    after = ((yaml.safe_load(added) or {}).get("config") or {}).get(_PRODUCTS) or {}
    if after != {**products, name: {}}:
        raise NewProductError(
            f"add `{name}: {{}}` below {_PRODUCTS} by hand: the file does not have the expected layout"
        )
    return added


def _taken_ports() -> dict[int, str]:
    taken = {number: name for name, number in vars(ports).items() if isinstance(number, int)}
    return taken | {each.api.port: each.api_service for each in declared().values() if each.api is not None}


def _free_port() -> int:
    taken = _taken_ports()
    return next(port for port in range(_FIRST_PORT, _FIRST_PORT + 1000) if port not in taken)


def _refuse_taken(name: str, port: int) -> None:
    if name in declared():
        raise NewProductError(f"NAME={name}: this product exists already: stacks/products/{name}.py")
    if port in (taken := _taken_ports()):
        raise NewProductError(f"PORT={port} is already used by {taken[port]}")
    if not 1024 <= port <= 16_000:
        raise NewProductError(
            f"PORT={port}: choose a port from 1024 to 16000, so that it stays below 32768 with every offset"
        )
