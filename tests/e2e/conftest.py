"""The stack that all end-to-end tests share. It is deployed once and destroyed at the end."""

import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from machine import TestStack  # this folder is not a package


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """A deployed stack with both products, until a test needs `stack`."""
    made = TestStack(tmp_path_factory.mktemp("stack") / "state", products=("ciapol", "liontrack"))
    try:
        made.up()
        yield made
    finally:
        made.destroy()


@pytest.fixture(scope="session")
def stack(both: TestStack) -> TestStack:
    """The same stack without LionTrack, which would make most tests longer."""
    both.products = ("ciapol",)
    both.configure()
    both.up()
    return both


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last warnings of the services to a failed test's report, because the logs are deleted with the stack."""
    report = yield
    arguments = getattr(item, "funcargs", {})
    shared = arguments.get("stack", arguments.get("both"))
    if report.failed and isinstance(shared, TestStack):
        report.sections += [(f"last warnings of {name}", text) for name, text in shared.last_warnings().items()]
    return report
