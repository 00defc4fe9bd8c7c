"""The virtual environment of the checkout, with the packages of its lock."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from infra.checkout.paths import PYTHON, ROOT, UV, VENV, cache, locked, write_atomically
from infra.checkout.process import Report, run

_LOCKS = (ROOT / "requirements" / "uv.txt", ROOT / "requirements" / "dev.txt")
_STAMP = VENV / ".kappastack-locks"


def uv_environment() -> dict[str, str]:
    """Environment variables that put uv's cache into this project's cache and disable downloads of interpreters."""
    return {"UV_CACHE_DIR": str(cache() / "pip"), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}


def _fingerprint() -> str:
    digest = sha256(b"".join(path.read_bytes() for path in _LOCKS))
    return f"{digest.hexdigest()} {sys.version_info.major}.{sys.version_info.minor}\n"


def ready() -> bool:
    """Whether the environment exists and matches the lock."""
    try:
        return _STAMP.read_text() == _fingerprint() and PYTHON.exists() and UV.exists() and made_here()
    except OSError:
        return False


def made_here() -> bool:
    """Whether the environment was created in this folder. Programs of a moved one would start the old interpreter."""
    found = re.search(r"^VIRTUAL_ENV=[\"']?([^\"'\n]+)", (VENV / "bin" / "activate").read_text(), re.MULTILINE)
    return found is not None and found[1] == str(VENV)


def _usable() -> bool:
    """Whether the environment was created here, and its interpreter runs and has the current Python's version."""
    version = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([PYTHON, "-c", version], capture_output=True, text=True, check=False, timeout=60)
        here = made_here()
    except OSError:
        return False
    return here and done.returncode == 0 and done.stdout.split() == [str(part) for part in sys.version_info[:2]]


def prepare(report: Report) -> None:
    """Create the environment, or update it to match the lock."""
    if not _usable():
        if VENV.exists():
            report("replacing an environment of another folder or Python version, or one that does not run")
            shutil.rmtree(VENV)
        report(f"creating the environment with Python {sys.version.split()[0]}")
        run([_base_python(), "-m", "venv", VENV], report, log="venv.log")
    _STAMP.unlink(missing_ok=True)
    report("installing uv")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    run([*pip, "--no-deps", "--require-hashes", "-r", _LOCKS[0]], report, log="uv.log")
    report("installing packages")
    run(
        # With PYTHONDONTWRITEBYTECODE, each start would compile its imports again, so they are compiled here.
        [UV, "pip", "sync", "--compile-bytecode", "--python", PYTHON, "--require-hashes", _LOCKS[1]],
        report,
        log="packages.log",
        env=uv_environment(),
    )
    write_atomically(_STAMP, _fingerprint())


def _base_python() -> Path:
    """The base interpreter for a new environment, also if the current interpreter belongs to an environment."""
    if sys.prefix == sys.base_prefix:
        return Path(sys.executable)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = shutil.which(name, path=os.pathsep.join([f"{sys.base_prefix}/bin", os.defpath]))
    return Path(found or sys.executable)


def install_tool(name: str, report: Report, finish: Callable[[Path], None]) -> Path:
    """Install a tool that is published as a Python package into the cache, and return its folder.

    Args:
        name: name of the hashed lock in `requirements/`, without extension, such as `go`.
        report: called with progress lines.
        finish: makes the unpacked programs executable and checks that they run. The folder is renamed to its final
            path only afterwards.
    """
    lock = ROOT / "requirements" / f"{name}.txt"
    folder = tool_folder(name)
    with locked(cache() / "tools.lock", lambda: report("waiting for another checkout that installs it")):
        if folder.is_dir():
            return folder
        draft = folder.with_name(f".{folder.name}.draft")
        # This process holds the lock, so an existing draft is from a killed run.
        shutil.rmtree(draft, ignore_errors=True)
        options = ("--no-deps", "--require-hashes", "--target", draft, "-r", lock)
        command: list[str | Path] = [UV, "pip", "install", "--python", PYTHON, *options]
        try:
            run(command, report, log=f"{name}.log", env=uv_environment() | {"UV_LINK_MODE": "copy"})
            finish(draft)
            draft.replace(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


def tool_folder(name: str) -> Path:
    """Folder of an installed tool; its path contains the digest of the tool's lock."""
    lock = ROOT / "requirements" / f"{name}.txt"
    return cache() / "tools" / f"{name}-{sha256(lock.read_bytes()).hexdigest()[:16]}"
