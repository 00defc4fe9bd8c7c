"""Runs `pulumi up`, and completes a rotation of secrets that is under way."""

from concurrent.futures import ThreadPoolExecutor

from rich.console import Console

from infra import disks, rotation
from infra.checkout import machine
from infra.configuration import load_settings
from infra.images import images
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.health import Check
from infra.rotation import Rotation
from infra.settings import Settings
from infra.state import state_folder
from infra.targets.operations import operations
from tools.images.build import build
from tools.stack.configuration import stack_configuration
from tools.stack.operating import operations_of
from tools.stack.pulumi import Stack, StackError

console = Console(soft_wrap=True)
_HEALTHY_SECONDS = 600
_RESUME_SECONDS = 120


def prepare(stack: Stack) -> Settings:
    """Check the machine, build the images and create the stack; return its settings.

    Raises:
        StackError: a disk is full, there are data whose passwords are lost, a setting cannot be decrypted, or an
            existing object prevents the deployment.
        SettingsError: the configuration of the stack is invalid.
    """
    settings = load_settings(stack_configuration(stack.name))
    check_disks(stack.name, settings)
    place = operations(settings, stack.name)
    if place.runs_here:
        machine.check(stack.state.folder)
    if base := place.base_image:
        build(images(base, chosen(settings.products)), base, lambda line: console.print(line, highlight=False))
    stack.ensure()
    stack.check_secrets()
    # Before anything is removed: the stack may run, deployed from another state.
    check_kept_data(stack, settings)
    check_obstacles(stack, settings)
    for line in place.remove_unmanaged(keep=stack.managed_ids(), data=False):
        console.print(line)
    return settings


def deploy(stack: Stack, *, complete: bool = False) -> int:
    """Deploy a stack; return exit status 0 if it succeeded.

    A rotation takes two deployments. The first one gives every service the new secrets beside the old ones, the second
    one only the new ones. Whatever was interrupted, the next call continues.

    Args:
        stack: the stack.
        complete: whether to end also a rotation that keeps the old secrets.
    """
    console.rule(f"pulumi up: stack {stack.name}")
    begun = rotation.load(stack.name)
    resumed = operations_of(stack.name).resume() if stack.managed_ids() else []
    if resumed:
        console.print(f"Starting {', '.join(resumed)} again.")
        # Pulumi's resources connect to the services, and on a small cluster Pulumi competes with them for processors.
        try:
            operations_of(stack.name).wait_until_resumed(_RESUME_SECONDS)
        except TimeoutError as error:
            console.print(f"{error}. The deployment continues, because a changed setting may be the remedy.")
    if (status := _up(stack)) != 0:
        return status
    if resumed:
        # For Pulumi, the number of pods has not changed, so it does not wait for them.
        wait_until_healthy(stack.name)
    connections.renew_token_files(stack.name)
    if begun is None and not stack.has_former_secrets():
        return 0
    if begun is not None and begun.keep_old and not complete:
        console.print(f"The old secrets stay valid until `make rotate{stack.suffix}` ends the rotation.")
        return 0
    if begun is None or not begun.forget:
        if not operations_of(stack.name).runs_here:
            # Both deployments replace pods and some containers. Without this wait, their interruptions would follow
            # each other directly, and users would notice one long interruption.
            wait_until_healthy(stack.name)
        Rotation.now((), forget=True).save(stack.name)
        connections.renew_token_files(stack.name)
        console.rule(f"pulumi up: remove the old secrets from stack {stack.name}")
        # Nothing can have changed since the deployment a moment ago.
        if (status := _up(stack, "--refresh=false")) != 0:
            return status
    rotation.end(stack.name)
    wait_until_healthy(stack.name)
    return 0


def _up(stack: Stack, *arguments: str) -> int:
    status = stack.run("up", "--yes", "--skip-preview", "--suppress-outputs", *arguments)
    if status != 0:
        console.print(
            f"[red]The deployment failed.[/] The reason is above. Run `make up{stack.suffix}` again: it continues "
            f"where this run stopped. `make logs SERVICE=…{stack.suffix}` shows the log of a service."
        )
    return status


def wait_until_healthy(stack: str) -> None:
    """Wait until all services of a stack are healthy.

    Raises:
        StackError: a service is not healthy in time; the message has its last log lines.
    """
    checks = {
        name: Check(
            url=health.url,
            contains=health.contains,
            send=health.send,
            start_within=_HEALTHY_SECONDS,
            description="",
        )
        for name, health in connections.load(stack).health.items()
    }
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        problems = list(pool.map(lambda item: item[1].wait(stack, item[0]), checks.items()))
    if late := [f"{name}: {problem}" for name, problem in zip(checks, problems, strict=True) if problem]:
        raise StackError("\n".join(late))


def check_disks(stack: str, settings: Settings) -> None:
    """Refuse to deploy onto a full disk.

    Raises:
        StackError: a disk is full; the message names it.
    """
    if full := disks.problems(operations(settings, stack).folders()):
        raise StackError("; ".join(full))


def check_obstacles(stack: Stack, settings: Settings) -> None:
    """Refuse a deployment that existing objects prevent, or that would change objects of another owner.

    Raises:
        StackError: there are such objects; the message names each with its remedy.
    """
    if found := operations(settings, stack.name).obstacles():
        raise StackError("; ".join(found))


def check_kept_data(stack: Stack, settings: Settings) -> None:
    """Refuse a deployment onto data whose passwords are lost, because the services would reject every login.

    Raises:
        StackError: such data exist; the message names them and the remedy.
    """
    if any(each.type.endswith(":RandomSecret") for each in stack.resources()):
        return
    found = operations(settings, stack.name).kept_data()
    if found.names:
        raise StackError(
            f"data of an earlier deployment of stack {stack.name} exist ({', '.join(found.names)}), but the state "
            f"{state_folder()} does not have their passwords. Set KAPPASTACK_STATE to the state folder of that "
            f"deployment, or remove the data: {found.removal}"
        )
