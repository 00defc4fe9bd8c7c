"""`python -m tests.providers.docker_engine ENGINE`, as the Pulumi CLI starts a plugin."""

import asyncio
import sys

from tests.providers.docker_engine.server import serve

asyncio.run(serve(sys.argv[1]))
