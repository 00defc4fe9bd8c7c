"""The environment that `make setup` prepared: which programs come first on PATH, and where caches are."""

import json
import os
import shlex

from infra.checkout.paths import NOTES, VENV, cache, write_atomically
from infra.checkout.process import SetupError

SHELL_FILE = NOTES / "environment.sh"
JSON_FILE = NOTES / "environment.json"


def stored() -> dict[str, object] | None:
    """What `store` wrote, or None before the first set-up."""
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
    """PATH without the set-up's own folders, so that a shell after `make env` finds the same programs as any other."""
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    first = first_on_path()
    while first and parts[: len(first)] == first:
        parts = parts[len(first) :]
    own = (str(VENV), str(cache()))
    return os.pathsep.join(part for part in parts if part and not part.startswith(own))


def variables() -> dict[str, str]:
    """Variables to set on top of the process's own; PATH is complete.

    Raises:
        SetupError: the set-up has not run yet.
    """
    found = stored()
    if found is None:
        raise SetupError("this checkout is not set up yet: run `make setup`")
    settings = found["set"]
    assert isinstance(settings, dict)
    path = os.pathsep.join([*first_on_path(), outside_path()])
    return {**{str(key): str(value) for key, value in settings.items()}, "PATH": path}


def store(path: list[str], setting: dict[str, str]) -> None:
    """Write the environment for `variables` and as a file that a shell reads.

    Args:
        path: folders in front of PATH.
        setting: other variables.
    """
    write_atomically(JSON_FILE, json.dumps({"path": path, "set": setting}, indent=2) + "\n")
    lines = [f"export {name}={shlex.quote(value)}" for name, value in setting.items()]
    lines.append(f"export PATH={shlex.quote(os.pathsep.join(path))}:$PATH")
    write_atomically(SHELL_FILE, "\n".join(lines) + "\n")
