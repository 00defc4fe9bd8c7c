"""The environment that `make setup` prepared: folders in front of PATH, and other variables."""

import json
import os
import shlex

from infra.checkout.paths import NOTES, VENV, cache, write_atomically
from infra.checkout.process import SetupError

SHELL_FILE = NOTES / "environment.sh"
JSON_FILE = NOTES / "environment.json"


def stored() -> dict[str, object] | None:
    """The stored environment; None before the first set-up."""
    try:
        found: dict[str, object] = json.loads(JSON_FILE.read_text())
    except (OSError, ValueError):
        return None
    return found


def first_on_path() -> list[str]:
    """Folders that the set-up puts in front of PATH; empty before the first set-up."""
    path = (stored() or {}).get("path", [])
    assert isinstance(path, list)
    return [str(part) for part in path]


def outside_path() -> str:
    """PATH without the set-up's folders, so that the set-up finds the same programs in a shell after `make env`."""
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    first = first_on_path()
    while first and parts[: len(first)] == first:
        parts = parts[len(first) :]
    own = (str(VENV), str(cache()))
    return os.pathsep.join(part for part in parts if part and not part.startswith(own))


def variables() -> dict[str, str]:
    """Variables to set in addition to the process's own; PATH is complete.

    Raises:
        SetupError: the checkout is not set up yet.
    """
    found = stored()
    if found is None:
        raise SetupError("this checkout is not set up yet: run `make setup`")
    settings = found["set"]
    assert isinstance(settings, dict)
    path = os.pathsep.join([*first_on_path(), outside_path()])
    return {**{str(key): str(value) for key, value in settings.items()}, "PATH": path}


def store(path: list[str], setting: dict[str, str]) -> None:
    """Store the environment for `variables`, and as a shell script.

    Args:
        path: folders to put in front of PATH.
        setting: values of other variables, by name.
    """
    write_atomically(JSON_FILE, json.dumps({"path": path, "set": setting}, indent=2) + "\n")
    lines = [f"export {name}={shlex.quote(value)}" for name, value in setting.items()]
    lines.append(f"export PATH={shlex.quote(os.pathsep.join(path))}:$PATH")
    write_atomically(SHELL_FILE, "\n".join(lines) + "\n")
