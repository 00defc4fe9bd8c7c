"""`up`: deploys, publishes demonstration data, prints the addresses and runs the smoke tests."""

import subprocess
import sys

from rich.console import Console

from infra import disks
from infra.checkout import machine
from infra.configuration import load_settings
from infra.images import images
from infra.products.model import Product
from infra.products.registry import chosen
from infra.settings import ROOT, Settings
from infra.state import state_folder
from infra.targets.operations import operations
from tools.images.build import build
from tools.stack import demonstration, environment
from tools.stack.addresses import print_addresses
from tools.stack.configuration import stack_configuration
from tools.stack.pulumi import Stack, StackError

console = Console(soft_wrap=True)


def up(stack: Stack, *, smoke: bool = True) -> int:
    """Deploy a stack and test it; the exit status is 0 if it works.

    The addresses are printed as soon as the page has data; slower computations and the smoke tests follow.
    """
    settings = load_settings(stack_configuration(stack.name))
    products = chosen(settings.products)
    check_disks(stack.name, settings)
    place = operations(settings, stack.name)
    if place.runs_here:
        machine.check(stack.state.folder)
    if base := place.base_image:
        build(images(base, products), base, lambda line: console.print(line, highlight=False))
    stack.ensure()
    for line in place.remove_unmanaged(keep=stack.managed_ids(), data=False):
        console.print(line)
    check_kept_data(stack, settings)
    console.rule(f"pulumi up: stack {stack.name}")
    if (status := stack.run("up", "--yes", "--skip-preview", "--suppress-outputs")) != 0:
        console.print(
            f"[red]The deployment failed.[/] The reason is above. Run `make up{stack.suffix}` again: it continues "
            f"where this run stopped. `make logs SERVICE=…{stack.suffix}` shows the log of a service."
        )
        return status
    shown = products if settings.demonstration else []
    if (status := _computed(demonstration.first_look, stack.name, shown)) != 0:
        return status
    print_addresses(stack, settings, products)
    if (status := _computed(demonstration.rest, stack.name, shown)) != 0:
        return status
    return _proved(stack, settings) if smoke else 0


def check_disks(stack: str, settings: Settings) -> None:
    """Refuse to deploy onto a full disk.

    Raises:
        StackError: a disk is full; the message names it.
    """
    if full := disks.complaints(operations(settings, stack).folders()):
        raise StackError("; ".join(full))


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


def _computed(step: demonstration.Step, stack: str, products: list[Product]) -> int:
    for product in products:
        if product.demonstration is not None and (status := step(stack, product, product.demonstration)) != 0:
            return status
    return 0


def _proved(stack: Stack, settings: Settings) -> int:
    console.rule("smoke tests")
    status = smoke_tests(stack, settings)
    if status == 0:
        console.print(f"Stack {stack.name} is up, and its smoke tests passed.")
    else:
        console.print(
            f"[red]The platform runs, but the smoke tests failed.[/] Look at: make status{stack.suffix}, "
            f"make logs SERVICE=…{stack.suffix}"
        )
    return status


def smoke_tests(stack: Stack, settings: Settings) -> int:
    """Run the smoke tests of the platform and of the stack's products."""
    folders = [each.smoke_tests for each in chosen(settings.products) if each.smoke_tests.is_dir()]
    tests = [*sorted((ROOT / "smoke_tests").glob("test_*.py")), *folders]
    command = [
        *(sys.executable, "-m", "pytest", *(str(each.relative_to(ROOT)) for each in tests)),
        *("--stack", stack.name, "-q", "-p", "no:cacheprovider"),
    ]
    return subprocess.run(command, cwd=ROOT, env=environment.whole(), check=False).returncode
