"""The summary of a run: the slowest tests, a table of layers, the failed tests, the counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.checks.outcome import Outcome

SLOWEST = 20
REASON = 900  # characters of a failure's reason; the layer's own output holds the whole


@dataclass(frozen=True, slots=True)
class Result:
    """One layer that ran.

    Args:
        layer: name of the layer.
        outcome: counts and durations.
        seconds: wall-clock time, including waits for layers that ran at the same time.
    """

    layer: str
    outcome: Outcome
    seconds: float


def lines(results: Sequence[Result], seconds: float) -> Iterator[str]:
    """The lines of the summary. The last line contains the counts and whether the run passed.

    Args:
        results: results of all layers, in order.
        seconds: duration of the whole run.
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
    failures = [(each, result.layer) for result in results for each in result.outcome.failures]
    if failures:
        yield "\n━━━ Failed tests ━━━"
    for failure, layer in failures:
        yield f"{layer}  {failure.test}: {failure.reason[:REASON]}"
    yield sum((result.outcome for result in results), Outcome()).line
