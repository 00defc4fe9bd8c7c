"""The health of the containers of a stack, as the operator sees it."""

import subprocess

from infra.resources.health import HealthProvider, PlatformHealthy
from infra.targets.docker import names

_LOG_LINES = 8


class DockerHealthProvider(HealthProvider):
    """Waits for all services side by side; where one is late, its log is the container's."""

    def last_lines(self, stack: str, service: str) -> str:
        """The end of a container's log."""
        command = ["docker", "logs", "--tail", str(_LOG_LINES), names.container(stack, service)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"  (no log: {error})"
        return "\n".join(f"  {line[:300]}" for line in (done.stdout + done.stderr).splitlines()[-_LOG_LINES:])


class DockerPlatformHealthy(PlatformHealthy, module="kappastack", name="PlatformHealthy"):
    """Shows the logs of containers."""

    provider = DockerHealthProvider
