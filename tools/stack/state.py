"""Upgrades the state of a stack that an older revision of this program wrote.

A dynamic resource's state contains a pickled reference to its provider class. `pulumi refresh` and `destroy` load that
class, so they fail if a later revision moved it. The reference is then replaced by one to the current class.
"""

import base64
import json
import pickle
import pkgutil
import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import dill
from pulumi.dynamic.dynamic import serialize_provider
from pydantic import JsonValue

import infra.resources
import infra.targets
from infra.resources.provider import resource_types
from infra.settings import ROOT

_PROVIDER = "__provider"
_UNREADABLE = (ModuleNotFoundError, AttributeError, pickle.UnpicklingError)


class StateError(Exception):
    """The state cannot be upgraded; the message names the resource."""


def upgrade(stack: str, checkpoint: Path | None, environment: Mapping[str, str]) -> int:
    """Replace references to provider classes that no longer exist; return the number of changed resources.

    Args:
        stack: name of the stack.
        checkpoint: the stack's file in a backend on this machine; None for another backend.
        environment: environment variables of `pulumi`.

    Raises:
        StateError: the type of a resource no longer exists, or Pulumi refused the state.
    """
    if checkpoint is not None and not outdated(json.loads(checkpoint.read_text())):
        return 0
    document = json.loads(_pulumi(environment, "stack", "export", "--stack", stack))
    changed = replace_providers(document)
    if changed:
        _pulumi(environment, "stack", "import", "--stack", stack, text=json.dumps(document))
    return changed


def outdated(node: JsonValue) -> bool:
    """Whether a document contains a reference to a class that no longer exists."""
    return any(not _loads(blob) for blob in set(_blobs(node)))


def replace_providers(node: JsonValue) -> int:
    """In place, replace references to classes that no longer exist; return the number of changed resources.

    Raises:
        StateError: the type of a resource no longer exists.
    """
    resources = _resources(node)
    broken = [each for each in resources if outdated(each)]
    if not broken:
        return 0
    for package in (infra.resources, infra.targets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # pyinfra's deploy files are not importable modules.
            if ".deploys" not in module.name:
                import_module(module.name)
    types = resource_types()
    for each in broken:
        token = str(each["type"])
        if token not in types:
            raise StateError(f"{each['urn']}: this revision has no resource of type {token}")
        blob = serialize_provider(types[token].provider())
        for part in ("inputs", "outputs"):
            properties = each.get(part)
            if isinstance(properties, dict) and _PROVIDER in properties:
                properties[_PROVIDER] = blob
    return len(broken)


def _resources(node: JsonValue) -> list[dict[str, JsonValue]]:
    deployment = node.get("deployment") if isinstance(node, dict) else None
    resources = deployment.get("resources") if isinstance(deployment, dict) else None
    return [each for each in resources or [] if isinstance(each, dict)] if isinstance(resources, list) else []


def _blobs(node: JsonValue) -> list[str]:
    if isinstance(node, dict):
        own = node.get(_PROVIDER)
        return [*([own] if isinstance(own, str) else []), *(blob for each in node.values() for blob in _blobs(each))]
    return [blob for each in node for blob in _blobs(each)] if isinstance(node, list) else []


def _loads(blob: str) -> bool:
    try:
        dill.loads(base64.b64decode(blob))  # noqa: S301 # the stack's own state
    except _UNREADABLE:
        return False
    return True


def _pulumi(environment: Mapping[str, str], *arguments: str, text: str = "") -> str:
    done = subprocess.run(
        ["pulumi", *arguments], cwd=ROOT, env=dict(environment), input=text, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise StateError(f"pulumi {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout
