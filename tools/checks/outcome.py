"""What came out of a layer, counted from the reports that its test runner wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of tests; a check without tests of its own, such as a type checker, counts as one.

    Args:
        passed: tests that passed.
        failed: tests that failed or broke.
        skipped: tests that were skipped.
        told: what a person needs to see of a failure.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    told: str = ""

    def __add__(self, other: "Outcome") -> "Outcome":
        """Both, one after the other."""
        told = "\n".join(text for text in (self.told, other.told) if text)
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped, told)

    @property
    def line(self) -> str:
        """The counts in words, as test runners close."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def from_reports(reports: Iterable[Path]) -> Outcome:
    """Counts from JUnit's XML files, which pytest, Surefire and Vitest all write."""
    total = Outcome()
    for report in reports:
        # The files are written by the runners that were just started, not by a stranger.
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314
            tests, failures, errors, skipped = (
                int(suite.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")
            )
            bad = failures + errors
            total += Outcome(tests - bad - skipped, bad, skipped)
    return total


def judged(succeeded: bool, counted: Outcome, told: str) -> Outcome:
    """The outcome of a runner, from its exit status and its reports.

    A layer that ran no test, or whose runner failed without naming a test, has failed: silence is not success.
    """
    if counted.passed + counted.failed == 0:
        reason = "no test ran" if succeeded else "failed before any test ran"
        return counted + Outcome(failed=1, told=f"{told}\n{reason}".strip())
    if not succeeded and counted.failed == 0:
        return counted + Outcome(failed=1, told=told)
    return counted + Outcome(told="" if succeeded else told)
