"""The demonstration of a product: publishes its data and runs the workflows that compute results."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from apps.shared.files import write_private
from apps.shared.polling import wait_until
from infra.products.model import Computation, Demonstration, Product
from infra.resources import connections
from infra.resources.starrocks.client import session
from infra.services import pulsar_roles
from infra.settings import ROOT
from infra.state import StackState
from tools.stack import environment, workflow

Step = Callable[[str, Product, Demonstration], int]
"""A step for one product of a stack; returns an exit status."""
_ARRIVAL_SECONDS = 1800
console = Console(soft_wrap=True)


def first_look(stack: str, product: Product, demonstration: Demonstration) -> int:
    """Publish the data unless recent data are stored, and run the workflows whose results the page shows first."""
    console.rule(f"demonstration of {product.name}")
    if (hours := _age_hours(stack, demonstration)) is not None and hours < demonstration.fresh_hours:
        console.print(f"The data were published earlier; the newest are {hours:.1f} h old.")
    else:
        _computed(stack, product).unlink(missing_ok=True)
        if (status := _publish(stack, product, demonstration)) != 0:
            return status
        _wait_for_arrival(stack, demonstration)
    return _compute(stack, product, demonstration.first)


def rest(stack: str, product: Product, demonstration: Demonstration) -> int:
    """Run the workflows that take longer."""
    return _compute(stack, product, demonstration.later)


def _publish(stack: str, product: Product, demonstration: Demonstration) -> int:
    token = pulsar_roles.token(product.role(demonstration.role))
    command = [
        *(sys.executable, *demonstration.command),
        *("--broker", connections.load(stack).endpoint("pulsar", "broker").url),
        *("--token-file", str(connections.token_file(stack, token))),
    ]
    return subprocess.run(command, cwd=ROOT, env=environment.whole(), check=False).returncode


def _compute(stack: str, product: Product, computations: Sequence[Computation]) -> int:
    """Run the workflows that have not succeeded since the data were published."""
    path = _computed(stack, product)
    done = path.read_text().split() if path.is_file() else []
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for each in computations:
        if each.workflow in done:
            continue
        span = {"from": (until - timedelta(days=each.days)).isoformat(), "to": until.isoformat()} if each.days else {}
        if (status := workflow.run(stack, product.name, each.workflow, span)) != 0:
            return status
        done.append(each.workflow)
        write_private(path, "\n".join(done) + "\n")
    return 0


def _computed(stack: str, product: Product) -> Path:
    """The file with the workflows that have succeeded since the data were published, one per line."""
    return StackState(stack).folder / f"demonstration-{product.name}"


def _age_hours(stack: str, demonstration: Demonstration) -> float | None:
    with session(stack, "starrocks", "root") as root:
        [[hours]] = root.execute(demonstration.age_hours)
    return float(hours) if isinstance(hours, int | float | Decimal) else None


def _wait_for_arrival(stack: str, demonstration: Demonstration) -> None:
    """Wait until the number of stored events no longer grows."""
    counts: list[int] = []

    def problem() -> str:
        with session(stack, "starrocks", "root") as root:
            counts.append(root.number(demonstration.stored))
        console.print(f"  {counts[-1]:,} events stored", highlight=False)
        return "" if len(counts) > 2 and counts[-1] == counts[-3] > 0 else "events still arrive"

    wait_until(problem, within=_ARRIVAL_SECONDS, what="the demonstration's data", pause=0.5)
