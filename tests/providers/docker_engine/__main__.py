"""`python -m tests.providers.docker_engine ENGINE`, as the Pulumi CLI starts a plugin."""

import sys

from pulumi.provider.experimental.server import main

from tests.providers.docker_engine.install import VERSION
from tests.providers.docker_engine.plugin import DockerPlugin

main(sys.argv[1:], VERSION, DockerPlugin())
