"""Options and fixtures of all smoke tests."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from smoke_tests.outputs import Outputs, OutputsError, read_outputs

_FOLDER = Path(__file__).parent
_OUTPUTS = pytest.StashKey[Outputs]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command-line options of the tests."""
    parser.addoption("--stack", help="name of the stack to test, such as local")
    parser.addoption("--within", type=float, default=30.0, help="time limit of each expected result, in seconds")
    parser.addoption(
        "--workflow-within", type=float, default=300.0, help="time limit of a manual workflow run, in seconds"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of products that the stack does not have."""
    if not items:
        return
    products = _outputs(config).products
    absent = [
        item
        for item in items
        if item.path.is_relative_to(_FOLDER)
        and len(parts := item.path.relative_to(_FOLDER).parts) > 1
        and parts[0] not in products
    ]
    if absent:
        config.hook.pytest_deselected(items=absent)
        items[:] = [item for item in items if item not in absent]


def _outputs(config: pytest.Config) -> Outputs:
    if _OUTPUTS not in config.stash:
        try:
            config.stash[_OUTPUTS] = read_outputs(config.getoption("--stack"))
        except OutputsError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    return config.stash[_OUTPUTS]


@pytest.fixture(scope="session")
def within(request: pytest.FixtureRequest) -> float:
    """Time limit of each wait, in seconds."""
    seconds = request.config.getoption("--within")
    assert isinstance(seconds, float)
    return seconds


@pytest.fixture(scope="session")
def workflow_within(request: pytest.FixtureRequest) -> float:
    """Time limit of a workflow run, in seconds."""
    seconds = request.config.getoption("--workflow-within")
    assert isinstance(seconds, float)
    return seconds


@pytest.fixture(scope="session")
def outputs(request: pytest.FixtureRequest) -> Outputs:
    """The stack's outputs."""
    return _outputs(request.config)


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """An HTTP client for the APIs and the page."""
    with httpx.Client(timeout=120) as client:
        yield client
