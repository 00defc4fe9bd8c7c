"""Installs the replacement plugin where the Pulumi CLI looks for the plugin of pulumi-docker."""

import json
import shlex
import sys
from importlib.resources import files
from pathlib import Path

from infra.settings import ROOT


def version_of(provider: str) -> str:
    """The version of the plugin that the SDK of a provider requires."""
    version = json.loads((files(f"pulumi_{provider}") / "pulumi-plugin.json").read_text())["version"]
    assert isinstance(version, str)
    return version


VERSION = version_of("docker")


def install(pulumi_home: Path) -> None:
    """Install the plugin in a Pulumi home folder.

    Args:
        pulumi_home: value of PULUMI_HOME.
    """
    write(pulumi_home, "docker", VERSION, "tests.providers.docker_engine")


def write(pulumi_home: Path, provider: str, version: str, module: str) -> None:
    """Write the program of a plugin.

    Args:
        pulumi_home: value of PULUMI_HOME.
        provider: name of the provider.
        version: version of its plugin.
        module: Python module that the program runs.
    """
    folder = pulumi_home / "plugins" / f"resource-{provider}-v{version}"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"pulumi-resource-{provider}"
    lines = [
        "#!/bin/sh",
        f"export PYTHONPATH={shlex.quote(str(ROOT))}",
        f'exec {shlex.quote(sys.executable)} -u -m {module} "$@"',
    ]
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o755)
