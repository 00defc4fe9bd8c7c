"""`python -m tests.providers.kubernetes_cluster ENGINE`, as the Pulumi CLI starts a plugin."""

import asyncio
import sys

from tests.providers.docker_engine.server import serve
from tests.providers.kubernetes_cluster.install import VERSION
from tests.providers.kubernetes_cluster.plugin import KubernetesPlugin

asyncio.run(serve(sys.argv[1], KubernetesPlugin(), VERSION))
