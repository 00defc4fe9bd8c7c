"""`python -m tests.providers.docker_engine ENGINE`, as the Pulumi CLI starts a plugin."""

import asyncio
import sys

from tests.providers.docker_engine.install import VERSION
from tests.providers.docker_engine.plugin import DockerPlugin
from tests.providers.docker_engine.server import serve

asyncio.run(serve(sys.argv[1], DockerPlugin(), VERSION))
