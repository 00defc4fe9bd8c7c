"""`down` and `destroy`."""

import shutil

from rich.console import Console

from infra import disks
from infra.configuration import load_settings
from infra.settings import Settings
from infra.state import StackState
from infra.state import state_folder as state_folder_path
from infra.targets.operations import Operations, OperationsError, operations
from tools.stack import planned_restarts, state_folder
from tools.stack.configuration import encrypted_keys, stack_configuration, suffix
from tools.stack.operating import operations_of
from tools.stack.pulumi import Stack, StackError

console = Console(soft_wrap=True, highlight=False)
_SECRETS = "**:RandomSecret::*"
"""URNs of the generated secrets."""
_STATE_BYTES = 16 * disks.MIB
"""Free bytes that Pulumi needs to record a `destroy`."""


def down(stack: str) -> int:
    """Stop every service of the stack and keep the data. The next `up` starts the services again."""
    place = operations_of(stack)
    planned_restarts.note(stack, place)
    names = place.stop()
    console.print(
        f"Stopped {', '.join(names)}; the data are kept. Start again with `make up{suffix(stack)}`."
        if names
        else f"Stack {stack} does not run."
    )
    return 0


def destroy(stack: Stack) -> int:
    """Remove the services of the stack, and its data and state unless `keepData` is set.

    With `keepData` the state keeps the generated secrets, because the data cannot be read without them.
    """
    settings = load_settings(stack_configuration(stack.name))
    place = operations(settings, stack.name)
    _free_disk(stack.name, settings)
    responds = True
    if stack.exists():
        stack.ensure()
        if not stack.managed_ids():
            responds = _check_not_foreign(stack, place)
        for line in place.remove_unmanaged(keep=stack.managed_ids(), data=not settings.keep_data) if responds else ():
            console.print(line)
        if settings.keep_data and any(each.deletes_data for each in stack.resources()):
            raise StackError(
                f"keepData is set, but stack {stack.name} was deployed without it, so its data would be deleted: run "
                f"`make up{stack.suffix}` first to keep them, or set keepData to false"
            )
        arguments = ["--exclude", _SECRETS] if settings.keep_data else []
        if (status := stack.run("destroy", "--yes", "--skip-preview", *arguments)) != 0:
            console.print(
                f"[red]The stack was not removed.[/] See the reason above; run `make destroy{stack.suffix}` again."
            )
            return status
    else:
        responds = _check_not_foreign(stack, place)
    if responds:
        # This includes volumes that a deployment with keepData retained.
        for line in place.remove_unmanaged(keep=frozenset(), data=not settings.keep_data):
            console.print(line)
    if settings.keep_data:
        return _kept(stack)
    stack.forget()
    remaining = state_folder.remove_stack(stack.name, keep_data=False) + state_folder.remove_if_unused()
    for line in remaining:
        console.print(line)
    console.print(f"Stack {stack.name} is gone.")
    if encrypted := encrypted_keys(stack.name):
        console.print(
            f"{stack.file.name} still contains {', '.join(encrypted)}, encrypted with a key that is gone: before the "
            f"next `make up{stack.suffix}`, set them again with pulumi config set --secret, or remove them."
        )
    return 0


def _check_not_foreign(stack: Stack, place: Operations) -> bool:
    """Check that the stack does not run, because a running stack was deployed from another state.

    Returns:
        Whether the supervisor, engine or cluster of the stack responds. Otherwise, no unmanaged object is removed.

    Raises:
        StackError: the stack runs. The message names the running services.
    """
    try:
        running = place.services()
    except OperationsError:
        return False
    if running:
        raise StackError(
            f"stack {stack.name} runs ({', '.join(running)}), but the state {state_folder_path()} does not contain it. "
            "Set KAPPASTACK_STATE or PULUMI_BACKEND_URL as for its deployment"
        )
    return True


def _kept(stack: Stack) -> int:
    for line in state_folder.remove_stack(stack.name, keep_data=True):
        console.print(line)
    console.print(
        f"The services of stack {stack.name} are removed. Its data and its state are kept; the state contains the "
        f"passwords of the data. `make up{stack.suffix}` deploys the stack with these data. To remove them, set "
        f"keepData to false and run `make destroy{stack.suffix}`."
    )
    return 0


def _free_disk(stack: str, settings: Settings) -> None:
    """Free disk space for the state of a `destroy`, because Pulumi fails on a full disk.

    Logs are removed first. If that is not enough, the services are stopped and their data are removed, as `destroy`
    would do later.
    """
    state = StackState(stack)
    if not _is_full(state):
        return
    console.print(f"{disks.disks([state.folder])[0].problem or 'The disk is full'}: removing the stack's logs.")
    for log in state.logs.glob("*.log*"):
        # The supervisor holds the current file open.
        log.write_bytes(b"") if log.suffix == ".log" else log.unlink(missing_ok=True)
    place = operations(settings, stack)
    if not _is_full(state) or place.data is None or settings.keep_data:
        return
    console.print("That is not enough: stopping the services and removing their data.")
    place.stop()
    shutil.rmtree(place.data, ignore_errors=True)


def _is_full(state: StackState) -> bool:
    return disks.disks([state.folder])[0].free < _STATE_BYTES
