"""Start times and memory of the services."""

import json

import psutil
from rich.table import Table

from infra.state import StackState
from infra.targets.host.supervisor import Supervisor

_WHOLE_TO_SLOWEST = 1.3
_MEMORY_MIB = 4096


def starts(stack: str) -> Table:
    """The start times that the last `up` reported."""
    report = json.loads(StackState(stack).health.read_text())
    table = Table("service", "start, s", title="start, from process to healthy")
    seconds = {name: float(service["seconds"]) for name, service in report["services"].items()}
    for name, value in sorted(seconds.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{value:.1f}")
    whole, bar = float(report["whole_seconds"]), _WHOLE_TO_SLOWEST * max(seconds.values())
    table.add_section()
    table.add_row("whole, side by side", f"{whole:.1f}")
    table.add_row(f"bar: {_WHOLE_TO_SLOWEST} of the slowest", f"{bar:.1f} {verdict(whole <= bar)}")
    return table


def memory(stack: str) -> Table:
    """Resident memory of each supervised process with its children."""
    table = Table("service", "MiB", title="resident memory")
    total = 0.0
    for name, process in sorted(Supervisor(stack).processes().items()):
        if not process.pid:
            continue
        root = psutil.Process(process.pid)
        held = sum(each.memory_info().rss for each in [root, *root.children(recursive=True)]) / 2**20
        total += held
        table.add_row(name, f"{held:,.0f}")
    table.add_section()
    table.add_row("whole", f"{total:,.0f}")
    table.add_row("bar", f"{_MEMORY_MIB:,} {verdict(total < _MEMORY_MIB)}")
    return table


def verdict(met: bool) -> str:
    """One word for whether a limit is met."""
    return "[green]met" if met else "[red]missed"
