"""Stores the prepared environment, and a stamp that shows whether the set-up is complete."""

import json
import os
from hashlib import sha256
from pathlib import Path

from infra.checkout.environment import SHELL_FILE, outside_path, store, stored
from infra.checkout.paths import NOTES, ROOT, VENV, cache, write_atomically
from infra.checkout.process import SetupError
from tools.setup import java, node, pulumi_cli
from tools.setup.python_environment import uv_environment

_STAMP = NOTES / "ready.json"
_INPUTS = (
    *(ROOT / "requirements" / f"{name}.txt" for name in ("uv", "dev", "go", "node")),
    *(module / name for module in (pulumi_cli.CLI_MODULE, pulumi_cli.HOST_MODULE) for name in ("go.mod", "go.sum")),
    ROOT / "infra" / "versions.py",
    *sorted((ROOT / "infra" / "checkout").glob("*.py")),
    *sorted((ROOT / "tools" / "setup").glob("*.py")),
)


def write() -> None:
    """Store the environment that `infra.checkout.environment` reads.

    Raises:
        SetupError: no suitable JDK is installed.
    """
    home = java.find()
    if home is None:
        raise SetupError("no JDK was found after the set-up")
    path = [str(VENV / "bin")]
    # A pinned CLI that was built precedes the CLI on PATH, because it is the tested version.
    if (pulumi_cli.folder() / "pulumi").exists():
        path.append(str(pulumi_cli.folder()))
    if node.on_path() is None:
        path.append(str(node.folder()))
    path.append(str(home / "bin"))
    setting = {
        "VIRTUAL_ENV": str(VENV),
        "JAVA_HOME": str(home),
        "npm_config_cache": str(cache() / "npm"),
        # mypy compares digests of files, so that the first run of a new checkout uses the results of another.
        "MYPY_CACHE_DIR": str(cache() / "mypy"),
        **uv_environment(),
    }
    if "KAPPASTACK_CACHE" in os.environ:
        setting["KAPPASTACK_CACHE"] = str(cache())
    store(path, setting)


def _fingerprint() -> str:
    """Digest of the set-up's inputs: locks, PATH, its own sources, the checkout's folder."""
    digest = sha256()
    for path in _INPUTS:
        digest.update(path.read_bytes())
    # JAVA_HOME counts only if the user set it, not if `make env` exported it.
    java_home = os.environ.get("JAVA_HOME", "")
    choice = "" if java_home == str(java.find()) else java_home
    for text in (outside_path(), choice, str(cache()), str(ROOT)):
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def mark_ready(*, tests: bool) -> None:
    """Write the stamp, which marks the set-up as complete.

    Args:
        tests: whether that includes what only the tests need.
    """
    path = (stored() or {}).get("path", [])
    assert isinstance(path, list)
    watched = [str(VENV / ".kappastack-locks"), *path]
    note = {"fingerprint": _fingerprint(), "tests": tests, "watched": watched}
    write_atomically(_STAMP, json.dumps(note, indent=2) + "\n")


def is_ready(*, tests: bool) -> bool:
    """Whether the set-up's inputs are unchanged since the stamp was written.

    Args:
        tests: whether the set-up must include what only the tests need.
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
