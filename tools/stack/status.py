"""`status`: the state of a stack's services; `restart`."""

from infra import disks
from infra.configuration import load_settings
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.health import Check
from infra.targets.operations import ABSENT
from seatunnel.client.definition import job_id
from seatunnel.client.zeta import JobStatus, Zeta
from tools.stack import planned_restarts
from tools.stack.configuration import stack_configuration, suffix
from tools.stack.operating import operations_of
from tools.stack.table import table


def status(stack: str) -> int:
    """Print a table of the services.

    Returns:
        0 if all services are healthy, every streaming job runs and no disk is full.
    """
    operations = operations_of(stack)
    try:
        known = connections.load(stack, wait=0)
    except connections.ConnectionsMissing:
        print(f"Stack {stack} is not deployed from this checkout: make up{suffix(stack)}")
        return 1
    running = operations.services()
    rows = [("service", "health", "memory", "uptime", "address")]
    problems: list[str] = []
    for name, health in known.health.items():
        problem = Check(
            url=health.url, contains=health.contains, send=health.send, start_within=0, description=""
        ).problem()
        service = running.get(name, ABSENT)
        if problem:
            problems.append(f"{name}: {problem}")
        rows.append(
            (
                name,
                f"not healthy, {service.state}" if problem else "healthy",
                "-" if service.memory == 0 else _size(service.memory),
                "-" if service.memory == 0 else str(service.uptime),
                " ".join(known.endpoint(name, port).url for port in known.endpoints[name]),
            )
        )
    for job in _streaming_jobs(stack):
        found = _job(known, stack, job)
        if found != JobStatus.RUNNING:
            problems.append(f"job {job}: {found}")
        rows.append((f"job {job}", str(found) if found in list(JobStatus) else "unknown", "-", "-", ""))
    used = disks.disks(operations.folders())
    rows += [(f"disk of {each.path}", "full" if each.problem else each.size, "", "", "") for each in used]
    problems += [each.problem for each in used if each.problem]
    print("\n".join([f"stack {stack}", *table(rows)]))
    memory = [each.memory for each in running.values()]
    known_memory = [each for each in memory if each is not None]
    print(f"total memory: {_size(sum(known_memory) if len(known_memory) == len(memory) else None)}")
    for problem in problems:
        print(f"! {problem}")
    return 1 if problems else 0


def _size(memory: int | None) -> str:
    return "unknown" if memory is None else f"{memory / disks.MIB:,.0f} MiB"


def _streaming_jobs(stack: str) -> list[str]:
    """The streaming jobs of the stack's products."""
    products = chosen(load_settings(stack_configuration(stack)).products)
    return [product.job_name(job) for product in products for job in product.jobs]


def _job(known: connections.Connections, stack: str, job: str) -> str:
    try:
        return Zeta(known.endpoint("seatunnel", "rest").url, timeout=3).status(job_id(stack, job))
    except Exception as error:  # an error is one of the reasons in the table
        return str(error)


def restart(stack: str, service: str) -> int:
    """Stop a service and start it again."""
    place = operations_of(stack)
    planned_restarts.note(stack, place, service)
    place.restart(service)
    print(f"{service} is restarted; `make status{suffix(stack)}` shows when it is healthy.")
    return 0
