"""The environment that the set-up prepared: which programs come first on PATH, and where caches are."""

import json
import os
import shlex
from hashlib import sha256
from pathlib import Path

from tools.setup import java, node, pulumi_cli
from tools.setup.paths import NOTES, ROOT, VENV, cache, write_atomically
from tools.setup.process import SetupError
from tools.setup.python_environment import uv_environment

SHELL_FILE = NOTES / "environment.sh"
_FILE = NOTES / "environment.json"
_STAMP = NOTES / "ready.json"
_INPUTS = (
    *(ROOT / "requirements" / f"{name}.txt" for name in ("uv", "dev", "go", "node")),
    *(module / name for module in (pulumi_cli.CLI_MODULE, pulumi_cli.HOST_MODULE) for name in ("go.mod", "go.sum")),
    ROOT / "infra" / "versions.py",
    *sorted((ROOT / "tools" / "setup").glob("*.py")),
)


def _stored() -> dict[str, object] | None:
    try:
        found: dict[str, object] = json.loads(_FILE.read_text())
    except (OSError, ValueError):
        return None
    return found


def _first(stored: dict[str, object]) -> list[str]:
    path = stored["path"]
    assert isinstance(path, list)
    return [str(part) for part in path]


def outside_path() -> str:
    """PATH without what the set-up itself put there, so that a shell after `make env` finds the same as any other."""
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    first = _first(stored) if (stored := _stored()) else []
    while first and parts[: len(first)] == first:
        parts = parts[len(first) :]
    own = (str(VENV), str(cache()))
    return os.pathsep.join(part for part in parts if part and not part.startswith(own))


def variables() -> dict[str, str]:
    """Variables to set on top of the process's own; PATH is complete.

    Raises:
        SetupError: the set-up has not run yet.
    """
    stored = _stored()
    if stored is None:
        raise SetupError("this checkout is not set up yet: run `make setup`")
    settings = stored["set"]
    assert isinstance(settings, dict)
    path = os.pathsep.join([*_first(stored), outside_path()])
    return {**{str(key): str(value) for key, value in settings.items()}, "PATH": path}


def write() -> None:
    """Note what is to be used, for `variables` and as a file that a shell reads."""
    home = java.find()
    if home is None:
        raise SetupError("no JDK was found after the set-up")
    path = [str(VENV / "bin")]
    # The pinned CLI goes before one on PATH where it was built: both would do, one of them was tested.
    if (pulumi_cli.folder() / "pulumi").exists():
        path.append(str(pulumi_cli.folder()))
    if node.on_path() is None:
        path.append(str(node.folder()))
    path.append(str(home / "bin"))
    setting = {
        "VIRTUAL_ENV": str(VENV),
        "JAVA_HOME": str(home),
        "npm_config_cache": str(cache() / "npm"),
        **uv_environment(),
    }
    if "KAPPASTACK_CACHE" in os.environ:
        setting["KAPPASTACK_CACHE"] = str(cache())
    write_atomically(_FILE, json.dumps({"path": path, "set": setting}, indent=2) + "\n")
    lines = [f"export {name}={shlex.quote(value)}" for name, value in setting.items()]
    lines.append(f"export PATH={shlex.quote(os.pathsep.join(path))}:$PATH")
    write_atomically(SHELL_FILE, "\n".join(lines) + "\n")


def _fingerprint() -> str:
    """Changes whenever the set-up may have something to do: a lock, the search path, the set-up itself."""
    digest = sha256()
    for path in _INPUTS:
        digest.update(path.read_bytes())
    # A JDK that `make env` exported is no choice of the user's.
    java_home = os.environ.get("JAVA_HOME", "")
    choice = "" if java_home == str(java.find()) else java_home
    for text in (outside_path(), choice, str(cache())):
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def mark_ready(*, tests: bool) -> None:
    """Note that everything is there, and by which files that is seen."""
    stored = json.loads(_FILE.read_text())
    watched = [str(VENV / ".kappastack-locks"), *stored["path"]]
    note = {"fingerprint": _fingerprint(), "tests": tests, "watched": watched}
    write_atomically(_STAMP, json.dumps(note, indent=2) + "\n")


def is_ready(*, tests: bool) -> bool:
    """Whether nothing has changed since everything was there.

    Args:
        tests: whether what only the tests need counts too.
    """
    try:
        note = json.loads(_STAMP.read_text())
    except (OSError, ValueError):
        return False
    return (
        note["fingerprint"] == _fingerprint()
        and (note["tests"] or not tests)
        and all(Path(path).exists() for path in note["watched"])
        and SHELL_FILE.exists()
    )
