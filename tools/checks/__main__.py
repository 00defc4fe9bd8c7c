"""`python -m tools.checks [--long | --changed] [layer …]` runs the named layers; without names, all.

Every layer runs even if another one failed. Three layers run at the same time, because their tests spend half of the
time waiting for services. At most two of them run a whole stack, because three stacks need too much memory.
"""

import argparse
import os
import sys
import time
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from tools.checks import changes, summary
from tools.checks.layers import REPORTS, Layer, changed_layers, layers
from tools.checks.summary import Result

SIDE_BY_SIDE = 3
STACKS = 2


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


def startable(waiting: Iterable[Layer], running: Collection[Layer]) -> list[Layer]:
    """The layers that may start now.

    Args:
        waiting: layers that have not started, in the order in which they should.
        running: layers that run.
    """
    found: list[Layer] = []
    for layer in waiting:
        together = [*running, *found]
        stacks = sum(each.stack for each in together)
        if len(together) < SIDE_BY_SIDE and not (layer.stack and stacks == STACKS):
            found.append(layer)
    return found


def run_all(chosen: Sequence[Layer]) -> int:
    """Run layers and print the summary; return exit status 1 if one failed, else 0."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    results = [run(layer) for layer in chosen if layer.prepares]
    waiting = [layer for layer in chosen if not layer.prepares]
    running: dict[Future[Result], Layer] = {}
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        while waiting or running:
            for layer in startable(waiting, running.values()):
                waiting.remove(layer)
                running[pool.submit(run, layer)] = layer
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                results.append(ended.result())
                del running[ended]
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
