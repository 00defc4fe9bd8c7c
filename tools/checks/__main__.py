"""`python -m tools.checks [--long | --changed] [layer …]` runs the named layers; without names, all.

Every layer runs even if another one failed. The layers of a queue run one after the other. The queues run at the same
time, because tests spend half of the time waiting for services. At most two layers deploy a stack at the same time.
When a queue is empty, it takes waiting layers of the other queues that may run beside any layer.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.checks import changes, summary
from tools.checks.layers import REPORTS, Layer, Queue, changed_layers, layers
from tools.checks.summary import Result


def heading(text: str) -> None:
    """Print a heading that is easy to find in a long log."""
    print(f"\n━━━ {text} ━━━", flush=True)


def run(layer: Layer) -> Result:
    """Run a layer and print its outcome, with details of failures."""
    started = time.monotonic()
    heading(layer.title)
    outcome = layer.run()
    seconds = time.monotonic() - started
    verdict = "FAILED" if outcome.failed else "passed"
    heading(f"{layer.title}: {verdict} in {seconds:.0f} s ({outcome.line})")
    if outcome.details:
        print(outcome.details, flush=True)
    return Result(layer.name, outcome, seconds)


class Waiting:
    """Layers that have not started, by queue."""

    def __init__(self, chosen: Sequence[Layer]) -> None:
        """Sort layers into their queues."""
        self._lock = threading.Lock()
        self._queues: dict[Queue, list[Layer]] = {}
        for layer in chosen:
            self._queues.setdefault(layer.queue, []).append(layer)

    @property
    def queues(self) -> list[Queue]:
        """The queues with layers."""
        return list(self._queues)

    def of(self, queue: Queue) -> Iterator[Layer]:
        """The layers of a queue, and then movable layers of the other queues, as long as there are any."""
        while (layer := self._next(queue)) is not None:
            yield layer

    def _next(self, queue: Queue) -> Layer | None:
        with self._lock:
            if own := self._queues[queue]:
                return own.pop(0)
            movable = [(other, layer) for other in self._queues.values() for layer in other if layer.movable]
            if not movable:
                return None
            other, layer = movable[-1]
            other.remove(layer)
            return layer


def run_all(chosen: Sequence[Layer]) -> int:
    """Run layers and print the summary; return exit status 1 if one failed, else 0."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    results = [run(layer) for layer in chosen if layer.queue == "first"]
    waiting = Waiting([layer for layer in chosen if layer.queue != "first"])
    with ThreadPoolExecutor() as pool:
        for of_queue in pool.map(lambda queue: [run(layer) for layer in waiting.of(queue)], waiting.queues):
            results += of_queue
    order = [layer.name for layer in chosen]
    results.sort(key=lambda result: order.index(result.layer))
    for line in summary.lines(results, time.monotonic() - started):
        print(line, flush=True)
    return 1 if any(result.outcome.failed for result in results) else 0


def main() -> int:
    """Run the command line."""
    known = [layer.name for layer in layers(long=False)]
    parser = argparse.ArgumentParser(prog="python -m tools.checks", description="Runs tests and checks.")
    parser.add_argument("layer", nargs="*", help=f"one of {', '.join(known)}; by default all")
    parser.add_argument("--long", action="store_true", help="full counts instead of shortened ones")
    parser.add_argument("--changed", action="store_true", help="style, types, and unit tests of what changed")
    arguments = parser.parse_args()
    if arguments.changed:
        if arguments.layer or arguments.long:
            parser.error("--changed selects the layers itself: give neither a layer nor --long")
        selection = changes.select()
        heading("Changes")
        print("\n".join(selection.lines()), flush=True)
        return run_all(changed_layers(selection))
    if unknown := [name for name in arguments.layer if name not in known]:
        parser.error(f"unknown layer {', '.join(unknown)}; there are {', '.join(known)}")
    return run_all([layer for layer in layers(long=arguments.long) if layer.name in (arguments.layer or known)])


if __name__ == "__main__":
    # Ctrl-C also ends the test runners, which print their own reports. `os._exit` does not wait for the pool's threads.
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        os._exit(130)
