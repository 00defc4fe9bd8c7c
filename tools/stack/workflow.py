"""Running a workflow by hand, also for a range of the past, and waiting for its end."""

import time
from collections.abc import Mapping

from rich.console import Console

from infra.resources.dolphinscheduler.client import DolphinScheduler, connect
from infra.resources.dolphinscheduler.runs import ENDED, Run, RunState, run_details, run_log, start, task_runs

PROJECT = "ciapol"
SERVICE = "dolphinscheduler"
console = Console()


def run(stack: str, workflow: str, parameters: Mapping[str, str], *, within: float = 24 * 3600) -> int:
    """Start a workflow and wait for its end; the exit status says whether it succeeded.

    Args:
        stack: name of the stack.
        workflow: its name.
        parameters: values for some of its parameters, such as `from` and `to`.
        within: seconds.
    """
    server = connect(stack, SERVICE)
    server.wait_until_up()
    begun = start(server, PROJECT, workflow, parameters)
    given = " ".join(f"{name}={value}" for name, value in parameters.items() if value)
    console.print(f"workflow {workflow} {given}".rstrip() + ": running", highlight=False)
    begin = time.monotonic()
    try:
        ended = _followed(server, begun, within)
    except KeyboardInterrupt:
        console.print(f"\nrun {begun.id} goes on: its state is on the operator's page")
        raise
    seconds = time.monotonic() - begin
    if ended.state == RunState.SUCCESS:
        console.print(f"workflow {workflow}: succeeded in {seconds:.1f} s", highlight=False)
        return 0
    console.print(run_log(server, server.project_code(PROJECT), begun.id), highlight=False, markup=False)
    console.print(f"[red]workflow {workflow}: {ended.state} after {seconds:.1f} s")
    return 1


def _followed(server: DolphinScheduler, begun: Run, within: float) -> Run:
    """Wait for the end, and tell which task is at work."""
    project = server.project_code(PROJECT)
    told: set[str] = set()
    deadline = time.monotonic() + within
    while (found := run_details(server, project, begun.id)).state not in ENDED:
        if time.monotonic() > deadline:
            raise TimeoutError(f"run {begun.id} ({begun.name}) is {found.state} after {within:.0f} s")
        for task in task_runs(server, project, begun.id):
            if task.name not in told:
                told.add(task.name)
                console.print(f"  {task.name}", highlight=False)
        time.sleep(0.5)  # between two looks
    return found
