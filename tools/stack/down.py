"""`down` and `destroy`."""

import shutil

from rich.console import Console

from apps.shared.polling import wait_until
from infra.configuration import load_settings
from infra.settings import ROOT
from infra.state import StackState, state_folder
from infra.targets.host.supervisor import Supervisor, SupervisorDown
from tools.stack import containers
from tools.stack.configuration import stack_configuration
from tools.stack.pulumi import Stack

console = Console()


def down(stack: str) -> int:
    """Stop every service of the stack; data stay, and the next `up` starts them again."""
    if load_settings(stack_configuration(stack)).target == "docker":
        stopped = containers.stop(stack)
        told = f"Stopped {', '.join(stopped)}; the data are kept." if stopped else f"Stack {stack} does not run."
        console.print(told)
        return 0
    supervisor = Supervisor(stack)
    try:
        names = list(supervisor.processes())
        supervisor.shutdown()
    except SupervisorDown:
        console.print(f"Stack {stack} does not run.")
        return 0
    console.print(f"stopping {', '.join(names)} …")
    wait_until(lambda: "still stopping" if supervisor.alive() else "", within=120, what="the stop")
    console.print("Stopped; the data are kept. Start again with `make up`.")
    return 0


def destroy(stack: Stack) -> int:
    """Remove everything of the stack: processes, data, state; nothing stays outside the cache."""
    if stack.exists():
        stack.ensure()
        if (status := stack.run("destroy", "--yes", "--skip-preview")) != 0:
            return status
    stack.forget()
    shutil.rmtree(StackState(stack.name).folder, ignore_errors=True)
    shutil.rmtree(StackState(stack.name).runtime, ignore_errors=True)
    _remove_state_folder_if_unused()
    console.print(f"Stack {stack.name} is gone.")
    return 0


def _remove_state_folder_if_unused() -> None:
    """The last stack takes the state folder along."""
    folder = state_folder()
    if any(folder.glob("pulumi/.pulumi/stacks/*/*.json")) or any(folder.glob("*.encryptionsalt")):
        return
    if folder.is_dir() and (folder.is_relative_to(ROOT) or (folder / "passphrase").exists()):
        shutil.rmtree(folder)
