"""The stack that these tests share, on a real Docker Engine."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import engine as engines

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from tests.cluster.docker_stack import DockerStack, deployed  # It imports `machine` of the end-to-end tests.


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The value of DOCKER_HOST for the tests' engine."""
    if reason := engines.reason_to_skip():
        pytest.skip(reason)
    with engines.engine() as host:
        yield host


@pytest.fixture(scope="session")
def stack(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerStack]:
    """A deployed stack."""
    folder = tmp_path_factory.mktemp("dev") / "state"
    with deployed(folder, engine=engine, base_image=engines.base_image(engine)) as made:
        yield made
