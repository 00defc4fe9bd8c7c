"""The environment in which `pulumi` works on this checkout."""

import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from apps.shared.files import write_private
from infra.checkout import environment as prepared
from infra.settings import SettingsError
from infra.targets.traits import TRAITS
from tools.stack import state_folder
from tools.stack.configuration import stack_configuration
from tools.stack.state_folder import BACKEND, HOME, PASSPHRASE, StateFolderError

_OWN_BACKEND = ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN")
_OWN_PASSPHRASE = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def variables(stack: str = "") -> dict[str, str]:
    """Variables in addition to the shell's own; the user's Pulumi variables take precedence.

    Args:
        stack: name of the stack. If it does not run on this machine, its plugins are downloaded.

    Raises:
        SetupError: the checkout is not set up.
        StateFolderError: the state folder is not kappastack's, or its passphrase is lost.
    """
    state = state_folder.claim()
    found = prepared.variables()
    found |= {
        "PULUMI_HOME": os.environ.get("PULUMI_HOME", str(state / HOME)),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The target `host` needs no provider plugin, and the SDKs in the virtual environment must not fetch theirs.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": os.environ.get(
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "false" if _needs_plugins(stack) else "true"
        ),
    }
    if not any(name in os.environ for name in _OWN_BACKEND):
        (state / BACKEND).mkdir(parents=True, exist_ok=True)
        found["PULUMI_BACKEND_URL"] = f"file://{state / BACKEND}"
    if not any(name in os.environ for name in _OWN_PASSPHRASE):
        found["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(_passphrase(state))
    return found


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


def _needs_plugins(stack: str) -> bool:
    try:
        traits = TRAITS.get(stack_configuration(stack).get("kappastack:target", "host"))
    except SettingsError:
        return False
    return traits is not None and traits.uses_plugin


def whole(stack: str = "") -> dict[str, str]:
    """The environment for a command."""
    return {**os.environ, **variables(stack)}


def exports(values: Mapping[str, str]) -> str:
    """Lines for `eval` in a shell."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
