"""Installs the replacement plugin where the Pulumi CLI looks for the plugin of pulumi-kubernetes."""

from pathlib import Path

from tests.providers.docker_engine import install as plugins

VERSION = plugins.version_of("kubernetes")


def install(pulumi_home: Path) -> None:
    """Install the plugin in a Pulumi home folder.

    Args:
        pulumi_home: value of PULUMI_HOME.
    """
    plugins.write(pulumi_home, "kubernetes", VERSION, "tests.providers.kubernetes_cluster")
