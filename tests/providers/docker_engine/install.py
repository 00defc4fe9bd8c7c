"""Installs the replacement plugin where the Pulumi CLI looks for the plugin of pulumi-docker."""

import json
import shlex
import sys
from importlib.resources import files
from pathlib import Path

from infra.settings import ROOT

VERSION = json.loads((files("pulumi_docker") / "pulumi-plugin.json").read_text())["version"]


def install(pulumi_home: Path) -> None:
    """Install the plugin in a Pulumi home folder.

    Args:
        pulumi_home: value of PULUMI_HOME.
    """
    folder = pulumi_home / "plugins" / f"resource-docker-v{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "pulumi-resource-docker"
    module = "tests.providers.docker_engine"
    lines = [
        "#!/bin/sh",
        f"export PYTHONPATH={shlex.quote(str(ROOT))}",
        f'exec {shlex.quote(sys.executable)} -u -m {module} "$@"',
    ]
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o755)
