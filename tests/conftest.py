"""Options of all tests.

`--no-unexpected-skips`: a skipped test fails the run, unless its reason matches EXPECTED_SKIPS. CI sets this option, so
that no layer is skipped unnoticed.

KAPPASTACK_LONG=1: tests marked `long` are selected too.
"""

import os
import re
from collections.abc import Iterator

import pytest

# Allowed reasons for a skip in CI: regular expressions that match the whole reason.
EXPECTED_SKIPS: tuple[str, ...] = ()

_unexpected = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-unexpected-skips", action="store_true", help="fail if a test is skipped unexpectedly")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_unexpected] = []
    if config.getoption("--no-unexpected-skips"):
        config.pluginmanager.register(_Skips(config.stash[_unexpected]))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("KAPPASTACK_LONG"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


class _Skips:
    """Collects skips without an allowed reason, and fails the run if there are any."""

    def __init__(self, unexpected: list[str]) -> None:
        self._unexpected = unexpected

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            reason = reason.removeprefix("Skipped: ")
            if not any(re.fullmatch(allowed, reason) for allowed in EXPECTED_SKIPS):
                self._unexpected.append(f"{report.nodeid}: {reason}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        if self._unexpected and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        yield

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._unexpected:
            terminalreporter.section("unexpected skips")
            for line in self._unexpected:
                terminalreporter.line(line)
