"""Starts a manual run of a workflow, also for a past range, and waits for its end."""

import time
from collections.abc import Mapping

from rich.console import Console

from apps.shared.polling import Pending, poll
from apps.shared.time_ranges import check_range
from infra import platform as own
from infra.configuration import load_settings
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.dolphinscheduler.client import DolphinScheduler, connect
from infra.resources.dolphinscheduler.runs import (
    ENDED,
    Run,
    RunState,
    run_details,
    run_log,
    start,
    task_runs,
)
from infra.services.dolphinscheduler import NAME
from infra.settings import SettingsError
from tools.stack.configuration import stack_configuration, suffix
from tools.stack.operating import operations_of

console = Console(soft_wrap=True)


class RunRefused(Exception):
    """The run would fail; the message contains the reason."""


def find(stack: str, workflow: str) -> tuple[str, str]:
    """The project and the name of a workflow of a stack.

    Args:
        stack: name of the stack.
        workflow: `PRODUCT/NAME`, or `NAME` if only one product of the stack has such a workflow.

    Raises:
        SettingsError: no workflow or several workflows match; the message names the existing workflows.
    """
    products = chosen(load_settings(stack_configuration(stack)).products)
    folders = {own.NAME: own.WORKFLOWS} | {each.name: each.workflows for each in products if each.workflows.is_dir()}
    known = [f"{project}/{path.stem}" for project, folder in folders.items() for path in sorted(folder.glob("*.yaml"))]
    found = [each for each in known if workflow in (each, each.partition("/")[2])]
    if len(found) != 1:
        problem = "is ambiguous" if found else "does not exist"
        raise SettingsError(f"WORKFLOW={workflow or '…'} {problem}; there are {', '.join(found or known)}")
    project, _, name = found[0].partition("/")
    return project, name


def run(stack: str, project: str, workflow: str, parameters: Mapping[str, str], *, within: float = 24 * 3600) -> int:
    """Start a workflow and wait for its end; return exit status 0 if it succeeded.

    Args:
        stack: name of the stack.
        project: project of the workflow, which is the product's name.
        workflow: name of the workflow.
        parameters: values for some of the workflow's parameters, such as `from` and `to`.
        within: time limit in seconds.

    Raises:
        RunRefused: the range is wrong, or DolphinScheduler does not run.
        ConnectionsMissing: the stack is not deployed on this machine.
        TimeoutError: DolphinScheduler does not respond, or the run did not end in time.
    """
    _check(stack, parameters)
    server = connect(stack, NAME)
    server.wait_until_up()
    begun = start(server, project, workflow, parameters)
    given = " ".join(f"{name}={value}" for name, value in parameters.items() if value)
    console.print(f"workflow {workflow} {given}".rstrip() + ": running", highlight=False, soft_wrap=True)
    begin = time.monotonic()
    try:
        ended = _wait(server, project, begun, within)
    except KeyboardInterrupt:
        console.print(f"\nrun {begun.id} continues; the page of DolphinScheduler shows its state")
        raise
    seconds = time.monotonic() - begin
    if ended.state == RunState.SUCCESS:
        console.print(f"workflow {workflow}: succeeded in {seconds:.1f} s", highlight=False)
        return 0
    console.print(run_log(server, server.project_code(project), begun.id), highlight=False, markup=False)
    console.print(f"[red]workflow {workflow}: {ended.state} after {seconds:.1f} s")
    return 1


def _check(stack: str, parameters: Mapping[str, str]) -> None:
    """Refuse a run that would fail only after minutes."""
    try:
        check_range(parameters.get("from", ""), parameters.get("to", ""), begin_name="FROM", end_name="TO")
    except ValueError as error:
        raise RunRefused(str(error)) from None
    connections.load(stack, wait=0)
    server = operations_of(stack).services().get(NAME)
    if server is None or server.memory == 0:
        state = "is not there" if server is None else f"is {server.state}"
        raise RunRefused(
            f"workflows of stack {stack} cannot run: DolphinScheduler {state}. Start it with `make up{suffix(stack)}`"
        )


def _wait(server: DolphinScheduler, project: str, begun: Run, within: float) -> Run:
    """Wait for the end of a run, and print the name of each task that starts."""
    code = server.project_code(project)
    printed: set[str] = set()

    def look() -> Run | Pending:
        found = run_details(server, code, begun.id)
        if found.state in ENDED:
            return found
        for task in task_runs(server, code, begun.id):
            if task.name not in printed:
                printed.add(task.name)
                console.print(f"  {task.name}", highlight=False)
        return Pending(str(found.state))

    return poll(look, within=within, what=f"run {begun.id} ({begun.name})", pause=0.5)
