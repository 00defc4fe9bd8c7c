"""`status` and `logs`: how the services of a stack are."""

import os
import subprocess
from datetime import timedelta

import psutil
from rich.console import Console
from rich.table import Table

from infra.configuration import load_settings
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.health import Check
from infra.state import StackState
from infra.targets.host.supervisor import Process, Supervisor, SupervisorDown
from seatunnel.client.definition import job_id
from seatunnel.client.zeta import JobStatus, Zeta
from tools.stack import containers
from tools.stack.configuration import stack_configuration
from tools.stack.containers import Container

_ABSENT = Container("", "stopped", 0, timedelta())
console = Console()


def status(stack: str) -> int:
    """Print a table of the services; the exit status is 0 where all are healthy and every streaming job runs."""
    try:
        known = connections.load(stack, wait=0)
    except connections.ConnectionsMissing:
        console.print(f"Stack {stack} is not deployed here: make up STACK={stack}")
        return 1
    processes = _processes(stack)
    table = Table("service", "health", "address", "memory", "uptime", title=f"stack {stack}")
    well = True
    for name, health in known.health.items():
        complaint = Check(
            url=health.url, contains=health.contains, send=health.send, start_within=0, description=""
        ).complaint()
        process = processes.get(name, _ABSENT)
        well = well and not complaint
        addresses = " ".join(known.endpoint(name, port).url for port in known.endpoints[name])
        table.add_row(
            name,
            "[green]healthy" if not complaint else f"[red]{process.state}: {complaint}",
            addresses,
            f"{process.memory / 2**20:,.0f} MiB" if process.memory else "-",
            str(process.uptime) if process.memory else "-",
        )
    for job in _streaming_jobs(stack):
        found = _job(known, stack, job)
        well = well and found == JobStatus.RUNNING
        table.add_row(f"job {job}", f"[green]{found}" if found == JobStatus.RUNNING else f"[red]{found}", "", "", "")
    console.print(table)
    total = sum(process.memory for process in processes.values())
    console.print(f"memory in all: {total / 2**20:,.0f} MiB", highlight=False)
    return 0 if well else 1


def _streaming_jobs(stack: str) -> list[str]:
    """The streaming jobs of the stack's products."""
    products = chosen(load_settings(stack_configuration(stack)).products)
    return [product.job_name(job) for product in products for job in product.jobs]


def _processes(stack: str) -> dict[str, Container]:
    """What runs of each service: a process of the supervisor, or a container."""
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


def _job(known: connections.Connections, stack: str, job: str) -> str:
    try:
        return Zeta(known.endpoint("seatunnel", "rest").url, timeout=3).status(job_id(stack, job))
    except Exception as error:  # a status table shows every reason
        return str(error)


def logs(stack: str, service: str, *, follow: bool) -> int:
    """Show a service's log; without a name, say which there are."""
    if load_settings(stack_configuration(stack)).target == "docker":
        known = sorted(containers.containers(stack))
        if service in known:
            return containers.follow(stack, service, follow=follow)
        console.print(f"SERVICE={service or '…'}: there are {', '.join(known) or 'no containers yet'}")
        return 1
    folder = StackState(stack).logs
    names = sorted(path.stem for path in folder.glob("*.log"))
    if service not in names:
        console.print(f"SERVICE={service or '…'}: there are {', '.join(names) or 'no logs yet'}")
        return 1
    arguments = ["-n", "200", *(["-F"] if follow else []), str(folder / f"{service}.log")]
    try:
        return subprocess.run(["tail", *arguments], check=False, env=dict(os.environ)).returncode
    except KeyboardInterrupt:
        return 0
