"""Job definitions of SeaTunnel: JSON in `.conf` files, with placeholders that the client fills.

`${ingest.flush_interval_ms}` and other settings, and `${file:sql/…}` for the text of a file, are filled when a file is
read. Addresses and secret files (`${pulsar.broker_url}`, `${starrocks.sink_password_file}`) are filled when the job is
submitted. No password is ever filled in: a definition is kept by the engine and shown by it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from pydantic import JsonValue

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
_FILE = "file:"
_Lookup = Callable[[str], str | None]

Definition: TypeAlias = dict[str, JsonValue]


class DefinitionError(Exception):
    """A job file that cannot be used; the message names the file and the place."""


def read_definition(path: Path, settings: Mapping[str, str], *, files: Path) -> Definition:
    """Read a job file and fill in the settings and the files.

    Args:
        path: a `.conf` in JSON form.
        settings: by placeholder; placeholders that are not among them stay.
        files: the folder that `${file:…}` starts from.

    Raises:
        DefinitionError: not there, not JSON, no source or sink, a file that does not exist.
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

    filled = _fill(document, value)
    assert isinstance(filled, dict)
    return filled


def fill(definition: Definition, values: Mapping[str, str]) -> Definition:
    """Fill the placeholders that are left.

    Args:
        definition: as `read_definition` gives it.
        values: by placeholder.

    Raises:
        DefinitionError: a placeholder that is not among them.
    """

    def value(name: str) -> str:
        if name not in values:
            raise DefinitionError(f"unknown placeholder ${{{name}}}; known are {', '.join(sorted(values))}")
        return values[name]

    filled = _fill(definition, value)
    # A file's text may hold placeholders of its own: a query's `${from}`.
    filled = _fill(filled, value)
    assert isinstance(filled, dict)
    return filled


def job_id(stack: str, name: str) -> int:
    """The id of a job: the same for ever, so that it finds its own checkpoints; positive and below 2^53."""
    return int.from_bytes(hashlib.sha256(f"{stack}/{name}".encode()).digest()[:8]) >> 11


def _fill(node: JsonValue, value: _Lookup) -> JsonValue:
    if isinstance(node, str):
        return _fill_text(node, value)
    if isinstance(node, list):
        return [_fill(each, value) for each in node]
    if isinstance(node, dict):
        return {key: _fill(each, value) for key, each in node.items()}
    return node


def _fill_text(text: str, value: _Lookup) -> JsonValue:
    def found(match: re.Match[str]) -> str:
        filled = value(match[1])
        return match[0] if filled is None else filled

    filled = _PLACEHOLDER.sub(found, text)
    # A value that is one placeholder and comes out as a number is meant as one.
    if filled != text and _PLACEHOLDER.fullmatch(text) and filled.isdigit():
        return int(filled)
    return filled
