"""The closing part of a run: a table of layers, the slowest tests, the counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.checks.outcome import Outcome

SLOWEST = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One layer that ran.

    Args:
        layer: its name.
        outcome: counts and durations.
        seconds: wall-clock time, with the waiting for a layer that ran beside it.
    """

    layer: str
    outcome: Outcome
    seconds: float


def lines(results: Sequence[Result], seconds: float) -> Iterator[str]:
    """The summary, line by line. Readers of the last line alone see whether tests ran and how they ended.

    Args:
        results: of all layers, in their order.
        seconds: that the whole run took.
    """
    yield "\n━━━ Slowest tests ━━━"
    durations = [(each, result.layer) for result in results for each in result.outcome.durations]
    for duration, layer in sorted(durations, key=lambda pair: -pair[0].seconds)[:SLOWEST]:
        yield f"{duration.seconds:7.1f} s  {layer:<12} {duration.test}"
    yield "\n━━━ Layers ━━━"
    for result in results:
        verdict = "FAILED" if result.outcome.failed else "passed"
        yield f"{verdict}  {result.seconds:5.0f} s  {result.layer:<12} {result.outcome.line}"
    yield f"all     {seconds:5.0f} s"
    yield sum((result.outcome for result in results), Outcome()).line
