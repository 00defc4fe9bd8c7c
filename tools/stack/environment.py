"""The environment in which `pulumi` works on this checkout."""

import os
import secrets
import shlex

from apps.shared.files import write_private
from infra.checkout import environment as prepared
from infra.state import state_folder
from tools.stack.configuration import stack_configuration

_OWN_BACKEND = ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN")
_OWN_PASSPHRASE = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def variables(stack: str = "") -> dict[str, str]:
    """Variables on top of the shell's own; what the user has set for Pulumi wins.

    Args:
        stack: decides about plugins: those of a stack that runs elsewhere than on this machine are downloaded.

    Raises:
        SetupError: the checkout is not set up.
    """
    state = state_folder()
    found = prepared.variables()
    found |= {
        "PULUMI_HOME": os.environ.get("PULUMI_HOME", str(state / "pulumi-home")),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The target `host` needs no provider plugin, and the SDKs in the virtual environment must not fetch theirs.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": os.environ.get(
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "false" if _needs_plugins(stack) else "true"
        ),
    }
    if not any(name in os.environ for name in _OWN_BACKEND):
        (state / "pulumi").mkdir(parents=True, exist_ok=True)
        found["PULUMI_BACKEND_URL"] = f"file://{state / 'pulumi'}"
    if not any(name in os.environ for name in _OWN_PASSPHRASE):
        passphrase = state / "passphrase"
        if not passphrase.exists():
            write_private(passphrase, secrets.token_urlsafe(32))
        found["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(passphrase)
    return found


def _needs_plugins(stack: str) -> bool:
    try:
        return stack_configuration(stack).get("kappastack:target", "host") != "host"
    except FileNotFoundError:
        return False


def whole(stack: str = "") -> dict[str, str]:
    """The environment for a command."""
    return {**os.environ, **variables(stack)}


def exports(stack: str) -> str:
    """Lines for `eval` in a shell."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables(stack).items())
