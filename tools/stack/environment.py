"""The environment in which `pulumi` works on this checkout."""

import json
import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from apps.shared.files import write_private
from infra.checkout import environment as prepared
from infra.settings import SettingsError
from infra.targets.traits import TRAITS, Traits
from tools.stack import state_folder
from tools.stack.configuration import stack_configuration
from tools.stack.state_folder import BACKEND, HOME, PASSPHRASE, StateFolderError

_BACKEND_URL = "PULUMI_BACKEND_URL"
_HOME = "PULUMI_HOME"
_NO_PLUGINS = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"
_PARALLEL = "PULUMI_PARALLEL"
_PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105 # the name of a variable
_OWN_PASSPHRASE = ("PULUMI_CONFIG_PASSPHRASE", _PASSPHRASE_FILE)
_EXPORTED = "KAPPASTACK_EXPORTED"
"""Variable with the Pulumi variables that `make env` exported, as JSON. They are not the user's own choice."""


def variables(stack: str = "") -> dict[str, str]:
    """Variables in addition to the shell's own; the user's Pulumi variables take precedence.

    Args:
        stack: name of the stack. Its target decides whether plugins are downloaded, and how many resources Pulumi
            creates at a time.

    Raises:
        SetupError: the checkout is not set up.
        StateFolderError: the state folder is not kappastack's, or its passphrase is lost.
    """
    state = state_folder.claim()
    own = {name: value for name, value in _own().items() if value}
    traits = _traits(stack)
    found = prepared.variables()
    found |= {
        _HOME: own.get(_HOME, str(state / HOME)),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The target `host` needs no provider plugin, and the SDKs in the virtual environment must not fetch theirs.
        _NO_PLUGINS: own.get(_NO_PLUGINS, "false" if traits and traits.uses_plugin else "true"),
    }
    if traits and traits.parallel:
        found[_PARALLEL] = own.get(_PARALLEL, str(traits.parallel))
    if _BACKEND_URL not in own:
        (state / BACKEND).mkdir(parents=True, exist_ok=True)
        found[_BACKEND_URL] = f"file://{state / BACKEND}"
    if not any(name in own for name in _OWN_PASSPHRASE):
        found[_PASSPHRASE_FILE] = str(_passphrase(state))
    return found


def marked(found: Mapping[str, str]) -> dict[str, str]:
    """The variable that marks the Pulumi variables of `make env`, without those that the user has set.

    A shell keeps the variables after `eval "$(make -s env)"`. For another checkout or stack they are not used.
    """
    names = (_HOME, _NO_PLUGINS, _PARALLEL, _BACKEND_URL, _PASSPHRASE_FILE)
    own = {name for name, value in _own().items() if value}
    return {_EXPORTED: json.dumps({name: found[name] for name in names if name in found and name not in own})}


def _own() -> dict[str, str]:
    """The shell's variables without those of `make env`."""
    exported = json.loads(os.environ.get(_EXPORTED) or "{}")
    return {name: value for name, value in os.environ.items() if exported.get(name) != value}


def _passphrase(state: Path) -> Path:
    """The file with the passphrase, which is generated unless secrets depend on another one."""
    path = state / PASSPHRASE
    if path.is_file() and path.read_text().strip():
        return path
    if state_folder.has_stacks():
        raise StateFolderError(
            f"{path} is {'empty' if path.exists() else 'missing'}, and the secrets of the stacks in {state} are "
            "encrypted with its passphrase: restore the file from a backup, or set PULUMI_CONFIG_PASSPHRASE"
        )
    write_private(path, secrets.token_urlsafe(32))
    return path


def _traits(stack: str) -> Traits | None:
    """The facts about the stack's target; None if its settings name no target that exists."""
    try:
        return TRAITS.get(stack_configuration(stack).get("kappastack:target", "host"))
    except SettingsError:
        return None


def whole(stack: str = "") -> dict[str, str]:
    """The environment for a command."""
    return {**_own(), **variables(stack)}


def exports(values: Mapping[str, str]) -> str:
    """Lines for `eval` in a shell."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
