"""`python -m tools.checks [--long | --changed] [layer …]` runs the named layers; without names, all.

Every layer runs even if another one failed. Layers of the same stage run at the same time, at most three, because their
tests spend half of the time waiting for services. The layers `e2e` and `dev` run after all others, because two stacks
and the tests of parts together would need more memory and time than the tests allow.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from tools.checks import changes, summary
from tools.checks.layers import REPORTS, Layer, changed_layers, layers
from tools.checks.summary import Result

SIDE_BY_SIDE = 3


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


def run_all(chosen: Sequence[Layer]) -> int:
    """Run layers and print the summary; return exit status 1 if one failed, else 0."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    results: list[Result] = []
    for _, group in groupby(chosen, lambda layer: layer.stage):
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
            results += pool.map(run, group)
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
