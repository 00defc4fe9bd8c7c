"""The outcome of a layer, counted from the JUnit reports of its test runner."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Duration:
    """How long one test took.

    Args:
        test: class or module, and name.
        seconds: with the set-up of fixtures that it was the first to use.
    """

    test: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of tests; a check without tests of its own, such as a type checker, counts as one.

    Args:
        passed: tests that passed.
        failed: tests that failed or broke.
        skipped: tests that were skipped.
        details: output that explains a failure.
        durations: of the tests that the reports list.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    details: str = ""
    durations: tuple[Duration, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        """The sum of two outcomes, with the details of both."""
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            "\n".join(text for text in (self.details, other.details) if text),
            self.durations + other.durations,
        )

    @property
    def line(self) -> str:
        """The counts in words, as test runners close."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def from_reports(reports: Iterable[Path]) -> Outcome:
    """Counts and durations from JUnit's XML files, which pytest, Surefire and Vitest all write."""
    total = Outcome()
    for report in reports:
        # The files are written by the runners that were just started, not by a stranger.
        root = ET.parse(report).getroot()  # noqa: S314
        for suite in root.iter("testsuite"):
            tests, failures, errors, skipped = (
                int(suite.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")
            )
            bad = failures + errors
            total += Outcome(tests - bad - skipped, bad, skipped)
        durations = (
            Duration(" ".join(case.get(part) or "" for part in ("classname", "name")), float(case.get("time") or 0))
            for case in root.iter("testcase")
        )
        total += Outcome(durations=tuple(durations))
    return total


def judged(succeeded: bool, counted: Outcome, details: str) -> Outcome:
    """The outcome of a runner, from its exit status and its reports.

    A layer that ran no test, or whose runner failed without a failed test, has failed.

    Args:
        succeeded: whether the runner's exit status was 0.
        counted: from the reports.
        details: output that explains a failure.
    """
    if counted.passed + counted.failed == 0:
        reason = "no test ran" if succeeded else "failed before any test ran"
        return counted + Outcome(failed=1, details=f"{details}\n{reason}".strip())
    if not succeeded and counted.failed == 0:
        return counted + Outcome(failed=1, details=details)
    return counted + Outcome(details="" if succeeded else details)
