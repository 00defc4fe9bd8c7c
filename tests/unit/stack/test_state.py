"""The state of an older revision: references to classes that moved are replaced, and nothing else."""

import base64
import copy
import json
from pathlib import Path

import dill
import pytest
from pydantic import JsonValue

from infra.resources.secret import RandomSecret
from tools.stack.state import StateError, outdated, replace_providers, upgrade

SCHEMA = "pulumi-python:dynamic/kappastack:StarRocksSchema"


def reference(module: str, name: str) -> str:
    """A pickled instance of a class, as Pulumi stores it: it contains the name of the class, not its code."""
    pickled = b"\x80\x04c" + f"{module}\n{name}\n".encode() + b")\x81."
    return base64.b64encode(pickled).decode()


MOVED = reference("infra.resources.starrocks_schema", "SchemaProvider")
RENAMED = reference("infra.resources.starrocks.schema", "OldProvider")
CURRENT = base64.b64encode(dill.dumps(RandomSecret.provider())).decode()


def state(*providers: tuple[str, str]) -> dict[str, JsonValue]:
    resources: list[JsonValue] = [{"urn": "urn:stack", "type": "pulumi:pulumi:Stack"}]
    for token, provider in providers:
        properties: dict[str, JsonValue] = {"__provider": provider, "database": "d"}
        resources.append({"urn": f"urn:{token}", "type": token, "inputs": dict(properties), "outputs": properties})
    return {"version": 3, "deployment": {"resources": resources}}


@pytest.mark.parametrize("provider", [MOVED, RENAMED])
def test_a_class_that_moved_is_found_and_replaced(provider: str) -> None:
    document = state((SCHEMA, provider))
    assert outdated(document)
    assert replace_providers(document) == 1
    assert not outdated(document)
    text = json.dumps(document)
    assert provider not in text
    assert text.count('"database": "d"') == 2


def test_a_current_state_is_not_changed() -> None:
    document = state(("pulumi-python:dynamic/kappastack:RandomSecret", CURRENT))
    before = copy.deepcopy(document)
    assert not outdated(document)
    assert replace_providers(document) == 0
    assert document == before


def test_the_error_names_a_type_that_no_longer_exists() -> None:
    with pytest.raises(StateError, match="no resource of type pulumi-python:dynamic/kappastack:Gone"):
        replace_providers(state(("pulumi-python:dynamic/kappastack:Gone", MOVED)))


def test_a_current_checkpoint_needs_no_pulumi(tmp_path: Path) -> None:
    checkpoint = tmp_path / "local.json"
    checkpoint.write_text(json.dumps(state(("pulumi-python:dynamic/kappastack:RandomSecret", CURRENT))))
    assert upgrade("local", checkpoint, {"PATH": ""}) == 0
