"""Fixtures: one scenario, which is published once and whose rows are deleted at the end."""

import warnings
from collections.abc import Iterator

import pytest

from smoke_tests.ciapol.scenario import Scenario
from smoke_tests.ciapol.store import Store
from smoke_tests.outputs import Outputs, ProductOutputs
from smoke_tests.publishing import PublishError
from smoke_tests.waiting import wait_until

_CRASHED_AFTER_MINUTES = 15
"""Age of a row in `test_stations` after which its run has ended or crashed; a run takes one or two minutes."""


@pytest.fixture(scope="session")
def ciapol(outputs: Outputs) -> ProductOutputs:
    """The product's outputs."""
    return outputs.products["ciapol"]


@pytest.fixture(scope="session")
def page_api(outputs: Outputs) -> str:
    """Address of the product's API on the page's server."""
    return f"{outputs.addresses.frontend_url}/api/ciapol"


@pytest.fixture(scope="session")
def store(outputs: Outputs) -> Iterator[Store]:
    """StarRocks, after the rows of crashed runs are deleted."""
    with Store.connect(outputs) as store:
        if left := store.stations_of_crashed_runs(_CRASHED_AFTER_MINUTES):
            store.delete(left)
        yield store


@pytest.fixture(scope="session")
def scenario(outputs: Outputs, store: Store, within: float) -> Iterator[Scenario]:
    """The published events of this run. All resulting rows are deleted at the end."""
    scenario = Scenario.new()
    store.mark(scenario.run, scenario.stations)
    try:
        scenario.publish(outputs)
        yield scenario
    except PublishError as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        _remove(scenario, store, within)


def _remove(scenario: Scenario, store: Store, within: float) -> None:
    """Wait until the last row of this run has arrived, then delete all its rows, so that none remains."""
    expected = scenario.expected_rows
    try:
        wait_until(
            "the last event of this run",
            lambda: store.count(scenario.stations),
            lambda count: count >= expected,
            within,
        )
    except AssertionError as error:
        # The mark stays, so that the next run deletes rows that arrive later.
        store.delete(scenario.stations, keep_mark=True)
        warnings.warn(f"{error}; the next run deletes rows that arrive later", stacklevel=2)
    else:
        store.delete(scenario.stations)
    assert store.count(scenario.stations) == 0, "rows of this run are left in StarRocks"
