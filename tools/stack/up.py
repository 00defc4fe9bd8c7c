"""`up`: deploys, publishes demonstration data, prints the addresses and runs the smoke tests."""

import subprocess
import sys

from rich.console import Console

from infra.products.model import Product
from infra.products.registry import chosen
from infra.settings import ROOT, Settings
from tools.stack import demonstration, environment
from tools.stack.addresses import print_addresses
from tools.stack.deployment import deploy, prepare
from tools.stack.pulumi import Stack

console = Console(soft_wrap=True)


def up(stack: Stack, *, smoke: bool = True) -> int:
    """Deploy a stack and test it; the exit status is 0 if it works.

    The addresses are printed as soon as the page has data; slower computations and the smoke tests follow.
    """
    settings = prepare(stack)
    if (status := deploy(stack)) != 0:
        return status
    products = chosen(settings.products)
    shown = products if settings.demonstration else []
    if (status := _computed(demonstration.first_look, stack.name, shown)) != 0:
        return status
    print_addresses(stack, settings, products)
    if (status := _computed(demonstration.rest, stack.name, shown)) != 0:
        return status
    return _proved(stack, settings) if smoke else 0


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
