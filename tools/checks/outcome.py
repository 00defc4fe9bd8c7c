"""The outcome of a layer, counted from the JUnit reports of its test runner."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ERRORS = 3
"""Number of further lines of a failure's message in its reason."""
_ERROR = re.compile(r"\berror\b|\bfailed\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Duration:
    """Duration of one test.

    Args:
        test: class or module, and name of the test.
        seconds: duration, including the set-up of fixtures that this test is the first to use.
    """

    test: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed test.

    Args:
        test: class or module, and name of the test.
        reason: first line of the failure's message, and the lines after it that report an error.
    """

    test: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of tests. A check without separate tests, such as a type checker, counts as one test.

    Args:
        passed: number of passed tests.
        failed: number of tests with a failure or an error.
        skipped: number of skipped tests.
        details: output that explains failures.
        durations: duration of each test in the reports.
        failures: the failed tests in the reports.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    details: str = ""
    durations: tuple[Duration, ...] = ()
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        """The sum of two outcomes, with the details of both."""
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            "\n".join(text for text in (self.details, other.details) if text),
            self.durations + other.durations,
            self.failures + other.failures,
        )

    @property
    def line(self) -> str:
        """The counts as text, such as `3 passed, 0 failed, 1 skipped`."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def from_reports(reports: Iterable[Path]) -> Outcome:
    """Counts, durations and failures from reports in JUnit's XML format, which pytest, Surefire and Vitest write."""
    total = Outcome()
    for report in reports:
        # The XML is trusted, because this program's test runners have just written it.
        root = ET.parse(report).getroot()  # noqa: S314
        for suite in root.iter("testsuite"):
            tests, failed, errors, skipped = (
                int(suite.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")
            )
            bad = failed + errors
            total += Outcome(tests - bad - skipped, bad, skipped)
        cases = list(root.iter("testcase"))
        durations = (Duration(_name(case), float(case.get("time") or 0)) for case in cases)
        failures = (
            Failure(_name(case), _reason(cause))
            for case in cases
            for cause in (*case.iter("failure"), *case.iter("error"))
        )
        total += Outcome(durations=tuple(durations), failures=tuple(failures))
    return total


def _reason(cause: ET.Element) -> str:
    """The first line of the message, and the later lines that report an error, such as those of a command's output."""
    lines = (cause.get("message") or cause.text or "").strip().splitlines()
    if not lines:
        return "no message"
    errors = dict.fromkeys(line.strip() for line in lines[1:] if _ERROR.search(line))
    return " … ".join([lines[0], *list(errors)[:ERRORS]])


def _name(case: ET.Element) -> str:
    return " ".join(case.get(part) or "" for part in ("classname", "name"))


def judged(succeeded: bool, counted: Outcome, details: str) -> Outcome:
    """The outcome of a test runner, from its exit status and its reports.

    The layer counts as failed if no test ran, or if the runner failed without a failed test.

    Args:
        succeeded: whether the runner's exit status was 0.
        counted: counts from the reports.
        details: output that explains failures.
    """
    if counted.passed + counted.failed == 0:
        reason = "no test ran" if succeeded else "failed before any test ran"
        return counted + Outcome(failed=1, details=f"{details}\n{reason}".strip())
    if not succeeded and counted.failed == 0:
        return counted + Outcome(failed=1, details=details)
    return counted + Outcome(details="" if succeeded else details)
