"""Every key of a stack's configuration as one table in Markdown."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase

from pydantic import JsonValue

from infra.products.registry import declared
from infra.settings import PROJECT, ROOT, Settings
from infra.settings_keys import ANY_PRODUCT, PRODUCTS, Key, Schema, formats, keys
from infra.targets.traits import TRAITS

PAGE = ROOT / "docs" / "settings.md"

_HEAD = f"""# Settings

`make settings` writes this page from the models in `infra/settings.py`; a test compares it with them.

A stack is a file `Pulumi.<stack>.yaml`. Each key of the table has the prefix `{PROJECT}:`; a dot separates a section
from its key:

```yaml
config:
  {PROJECT}:target: docker
  {PROJECT}:pulsar:
    heap: 1Gi
```

An unknown key is an error that names the nearest existing key. A key that the target does not use is an error too,
so that no setting is ignored. The column "targets" lists the targets that use a key.

| key | type | default | limits | description | targets |
|---|---|---|---|---|---|
"""
_NONE = "-"


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(f"{_row(key)}\n" for key in documented())


def documented() -> list[Key]:
    """The keys in the table: all keys with a value. Keys that every product has are listed once."""
    common = f"{PRODUCTS}.{ANY_PRODUCT}."
    everywhere = {path.removeprefix(common) for path in keys() if path.startswith(common)}
    return [key for key in keys().values() if not key.section and _within_product(key.path) not in everywhere]


def _within_product(path: str) -> str:
    """The part of a path below the section of a declared product; empty for other paths."""
    section, _, rest = path.partition(".")
    product, _, below = rest.partition(".")
    return below if section == PRODUCTS and product in declared() else ""


def _row(key: Key) -> str:
    cells = [f"`{key.path}`", _type(key.schema), _default(key), _limits(key.schema), key.description, _targets(key)]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') or _NONE for cell in cells)} |"


def _type(schema: Schema) -> str:
    if schema.format == "password":
        return "secret text"
    if schema.enum:
        return " or ".join(f"`{_shown(each)}`" for each in schema.enum)
    names = {"integer": "integer", "number": "number", "boolean": "`true` or `false`", "object": "map", "array": "list"}
    return names.get(schema.type) or formats().get(schema.pattern, "text")


def _limits(schema: Schema) -> str:
    if schema.minimum is not None and schema.maximum is not None:
        return f"{schema.minimum:g} to {schema.maximum:g}" if schema.maximum < 1000 else _thousands(schema)
    if schema.pattern and schema.pattern not in formats():
        return f"`{schema.pattern}`"
    if isinstance(schema.additional, Schema) and schema.additional.pattern:
        return f"each `{schema.additional.pattern}`"
    return ""


def _thousands(schema: Schema) -> str:
    return f"{schema.minimum or 0:,.0f} to {schema.maximum or 0:,.0f}"


def _default(key: Key) -> str:
    values = {target: _value(key, target) for target in TRAITS}
    by_text: dict[str, list[str]] = {}
    for target, value in values.items():
        by_text.setdefault(_quoted(value), []).append(target)
    if key.path == "target":
        return "required"
    if len(by_text) == 1:
        return next(iter(by_text))
    return ", ".join(f"{text} ({', '.join(targets)})" for text, targets in by_text.items())


def _value(key: Key, target: str) -> JsonValue:
    """The value of a key in a stack that sets its target and products, and nothing else."""
    products = {name: product.settings() for name, product in declared().items()}
    settings = Settings.model_validate({"target": target, PRODUCTS: products})
    document: JsonValue = settings.model_dump(mode="json", by_alias=True)
    path = key.path.replace(ANY_PRODUCT, next(iter(products), ""))
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _quoted(value: JsonValue) -> str:
    return "none" if value in (None, "", {}) else f"`{_shown(value)}`"


def _shown(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _targets(key: Key) -> str:
    using = [name for name, traits in TRAITS.items() if not _ignored(key.path, traits.ignores)]
    return "all" if len(using) == len(TRAITS) else ", ".join(using)


def _ignored(path: str, patterns: Mapping[str, str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
