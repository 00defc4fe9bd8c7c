"""`python -m tools.checks [--long] [layer …]` runs these layers, or all; every layer runs even where one failed.

Those without a whole stack run two at a time: their tests wait for services half of their time. Whole stacks have the
machine for themselves, else they are killed, restarted and timed in each other's way.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from tools.checks.layers import REPORTS, Layer, layers
from tools.checks.outcome import Outcome


def heading(text: str) -> None:
    """A line that is found again in a long log."""
    print(f"\n━━━ {text} ━━━", flush=True)


def run(layer: Layer) -> tuple[Layer, Outcome, float]:
    """Run a layer, and tell how it went: one that prints as it goes has told most of it already."""
    started = time.monotonic()
    heading(layer.title)
    outcome = layer.run()
    seconds = time.monotonic() - started
    verdict = "FAILED" if outcome.failed else "passed"
    heading(f"{layer.title}: {verdict} in {seconds:.0f} s ({outcome.line})")
    if outcome.told:
        print(outcome.told, flush=True)
    return layer, outcome, seconds


def main() -> int:
    """Run the command line; the exit status is 1 where a layer failed."""
    known = [layer.name for layer in layers(long=False)]
    parser = argparse.ArgumentParser(prog="python -m tools.checks", description="Runs tests and checks.")
    parser.add_argument("layer", nargs="*", help=f"of {', '.join(known)}; all where none is named")
    parser.add_argument("--long", action="store_true", help="full counts instead of shortened ones")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.layer if name not in known]:
        parser.error(f"unknown layer {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = [layer for layer in layers(long=arguments.long) if layer.name in (arguments.layer or known)]
    REPORTS.mkdir(parents=True, exist_ok=True)
    results: list[tuple[Layer, Outcome, float]] = []
    for alone, group in groupby(chosen, lambda layer: layer.alone):
        with ThreadPoolExecutor(max_workers=1 if alone else 2) as pool:
            results += pool.map(run, group)

    heading("Layers")
    for layer, outcome, seconds in results:
        print(f"{'FAILED' if outcome.failed else 'passed'}  {seconds:5.0f} s  {layer.name:<12} {outcome.line}")
    total = sum((outcome for _, outcome, _ in results), Outcome())
    # The last line says whether tests ran, and how they went, to whoever reads only that.
    print(total.line, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    # Ctrl-C ends the runners, which have their own reports of it; threads of the pool are not waited for.
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        os._exit(130)
