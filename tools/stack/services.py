"""What runs of each service of a stack: a process of the supervisor, or a container."""

from datetime import timedelta

import psutil

from infra.configuration import load_settings
from infra.targets.host.supervisor import Process, Supervisor, SupervisorDown
from tools.stack import containers
from tools.stack.configuration import stack_configuration
from tools.stack.containers import Container

ABSENT = Container("", "stopped", 0, timedelta())


def services(stack: str) -> dict[str, Container]:
    """What runs, by service.

    Raises:
        EngineError: no engine answers.
    """
    if load_settings(stack_configuration(stack)).target == "docker":
        return containers.containers(stack)
    try:
        found = Supervisor(stack).processes()
    except SupervisorDown:
        return {}
    return {
        name: Container(
            name,
            each.state,
            _memory(each) if each.pid else 0,
            timedelta(seconds=each.now - each.start) if each.pid else timedelta(),
        )
        for name, each in found.items()
    }


def _memory(process: Process) -> int:
    """Resident bytes of a process and its children; 0 where it has just ended."""
    try:
        root = psutil.Process(process.pid)
        return sum(each.memory_info().rss for each in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0
