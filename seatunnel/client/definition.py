"""Job definitions of SeaTunnel: JSON in `.conf` files, with placeholders.

`read_definition` fills settings (`${ingest.flush_interval_ms}`), texts of files (`${file:sql/…}`) and the fields of a
topic's events (`{"$fields": "TOPIC", "as": "columns"}`). `fill` fills addresses and paths of secret files
(`${pulsar.broker_url}`, `${starrocks.sink_password_file}`) at submission. There is no placeholder for a password,
because the engine stores and shows a job's definition.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from pydantic import JsonValue

from apps.shared import placeholders

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_FILE = "file:"
_FIELDS = "$fields"
_FORM = "as"

Definition: TypeAlias = dict[str, JsonValue]
FieldsReader: TypeAlias = Callable[[str, str], Sequence[JsonValue]]
"""Takes a topic and a form; returns the items that replace `{"$fields": TOPIC, "as": FORM}`, or raises ValueError."""


class DefinitionError(Exception):
    """A job file that cannot be used. The message names the file and the place."""


def read_definition(
    path: Path, settings: Mapping[str, str], *, files: Path, fields: FieldsReader | None = None
) -> Definition:
    """Read a job file and fill in settings, files and fields.

    Args:
        path: a `.conf` in JSON form.
        settings: values by placeholder; other placeholders stay.
        files: base folder of the paths in `${file:…}`.
        fields: reads the fields of a topic's events; None for programs whose jobs name no fields.

    Raises:
        DefinitionError: the file does not exist, is not JSON, has no source or sink, or names a file or fields that
            cannot be read.
    """
    try:
        document = json.loads(path.read_text())
    except OSError as error:
        raise DefinitionError(f"{path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise DefinitionError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    if not isinstance(document, dict) or not {"env", "source", "sink"} <= document.keys():
        raise DefinitionError(f"{path}: a job is an object with env, source and sink")

    def value(name: str) -> str | None:
        if name.startswith(_FILE):
            try:
                return (files / name.removeprefix(_FILE)).read_text()
            except OSError as error:
                raise DefinitionError(f"{path}: ${{{name}}}: {error.strerror}") from None
        return settings.get(name)

    return _object(_fill(_include(document, path, fields), lambda text: placeholders.fill_known(text, value)))


def fill(definition: Definition, values: Mapping[str, str]) -> Definition:
    """Fill the remaining placeholders.

    Args:
        definition: a result of `read_definition`.
        values: values by placeholder.

    Raises:
        DefinitionError: the definition contains a placeholder without a value.
    """

    def fill_all(text: str) -> str:
        try:
            # The text of an included file may contain placeholders too, such as `${from}` in a query.
            return placeholders.fill(placeholders.fill(text, values), values)
        except placeholders.UnknownPlaceholder as error:
            raise DefinitionError(str(error)) from None

    return _object(_fill(definition, fill_all))


def job_id(stack: str, name: str) -> int:
    """The id of a job: positive, below 2^53, and stable, because checkpoints are stored under the id."""
    return int.from_bytes(hashlib.sha256(f"{stack}/{name}".encode()).digest()[:8]) >> 11


def _include(node: JsonValue, path: Path, fields: FieldsReader | None) -> JsonValue:
    """Replace the includes of fields. An include that is an item of a list is replaced by the items of its result."""
    if isinstance(node, list):
        included: list[JsonValue] = []
        for item in node:
            is_include = isinstance(item, dict) and _FIELDS in item
            replaced = _include(item, path, fields)
            included.extend(replaced if is_include and isinstance(replaced, list) else [replaced])
        return included
    if isinstance(node, dict) and _FIELDS in node:
        return _fields_of(node, path, fields)
    if isinstance(node, dict):
        return {key: _include(each, path, fields) for key, each in node.items()}
    return node


def _fields_of(node: dict[str, JsonValue], path: Path, fields: FieldsReader | None) -> JsonValue:
    place = f"{path}: {json.dumps(node)}"
    topic, form = node.get(_FIELDS), node.get(_FORM)
    if node.keys() != {_FIELDS, _FORM} or not isinstance(topic, str) or not isinstance(form, str):
        raise DefinitionError(f'{place}: expected: {{"{_FIELDS}": TOPIC, "{_FORM}": FORM}}')
    if fields is None:
        raise DefinitionError(f"{place}: this program cannot read the fields of a topic")
    try:
        return list(fields(topic, form))
    except ValueError as error:
        raise DefinitionError(f"{place}: {error}") from error


def _object(node: JsonValue) -> Definition:
    assert isinstance(node, dict)
    return node


def _fill(node: JsonValue, fill_text: Callable[[str], str]) -> JsonValue:
    if isinstance(node, str):
        filled = fill_text(node)
        # A text that consists of one placeholder becomes the value itself, so that a number stays a number.
        alone = filled != node and _PLACEHOLDER.fullmatch(node) and filled.isdigit()
        return int(filled) if alone else filled
    if isinstance(node, list):
        return [_fill(each, fill_text) for each in node]
    if isinstance(node, dict):
        return {key: _fill(each, fill_text) for key, each in node.items()}
    return node
