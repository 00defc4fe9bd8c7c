"""Options and fixtures: the stack, one scenario that is published once, and its removal."""

import warnings
from collections.abc import Iterator

import httpx
import pytest

from smoke_tests.outputs import Outputs, OutputsError, read_outputs
from smoke_tests.scenario import PublishError, Scenario
from smoke_tests.store import Store
from smoke_tests.waiting import wait_until

_CRASHED_AFTER_MINUTES = 2
"""A run takes half a minute; rows that are older than this belong to one that has ended."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the tests' options."""
    parser.addoption("--stack", help="name of the stack to test, such as local")
    parser.addoption("--within", type=float, default=30.0, help="seconds that each thing may take to appear")
    parser.addoption(
        "--workflow-within", type=float, default=300.0, help="seconds that a workflow which is run by hand may take"
    )


@pytest.fixture(scope="session")
def within(request: pytest.FixtureRequest) -> float:
    """How long to wait for each thing, in seconds."""
    seconds = request.config.getoption("--within")
    assert isinstance(seconds, float)
    return seconds


@pytest.fixture(scope="session")
def workflow_within(request: pytest.FixtureRequest) -> float:
    """How long to wait for the end of a workflow, in seconds."""
    seconds = request.config.getoption("--workflow-within")
    assert isinstance(seconds, float)
    return seconds


@pytest.fixture(scope="session")
def outputs(request: pytest.FixtureRequest) -> Outputs:
    """What the stack tells about itself."""
    try:
        return read_outputs(request.config.getoption("--stack"))
    except OutputsError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture(scope="session")
def store(outputs: Outputs) -> Iterator[Store]:
    """StarRocks, without rows of crashed runs."""
    with Store.connect(outputs) as store:
        if left := store.left_by_crashed_runs(_CRASHED_AFTER_MINUTES):
            store.delete(left)
        yield store


@pytest.fixture(scope="session")
def scenario(outputs: Outputs, store: Store, within: float) -> Iterator[Scenario]:
    """The events of this run, published; all that became of them is deleted at the end."""
    scenario = Scenario.new()
    try:
        scenario.publish(outputs)
        yield scenario
    except PublishError as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        _remove(scenario, store, within)


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client for the API and the page."""
    with httpx.Client(timeout=20) as client:
        yield client


def _remove(scenario: Scenario, store: Store, within: float) -> None:
    """Delete this run's rows once the last has arrived, so that none comes after."""
    expected = 2 * len(scenario.published) - 2  # each is raw, and clean or rejected; two clean ones replace another
    try:
        wait_until(
            "the last of this run's events",
            lambda: store.count(scenario.stations),
            lambda count: count >= expected,
            within,
        )
    except AssertionError as error:
        warnings.warn(f"{error}; what comes later is deleted by the next run", stacklevel=2)
    finally:
        store.delete(scenario.stations)
    assert store.count(scenario.stations) == 0, "rows of this run are left in StarRocks"
