"""Fixtures: StarRocks as the product's user `smoke`, and a lion, a user and a challenge that only this run has."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from smoke_tests.outputs import Outputs, ProductOutputs

OF_LIONS = (
    *("bronze.lions_raw", "bronze.weights_raw", "silver.position_checks", "silver.weight_checks", "silver.lion_days"),
    *("silver.lion_states", "gold.lions_metrics", "gold.lions_positions_history"),
)
OF_USERS = ("bronze.users_raw", "bronze.challenges_raw", "silver.users", "silver.challenges", "gold.users_activity")
OF_MESSAGES = ("bronze.messages", "bronze.rejected_events")
_CRASHED_AFTER_MINUTES = 30
"""A run takes minutes, so an older mark belongs to a run that has ended."""


@dataclass(frozen=True)
class Entities:
    """Ids of the lion, user and challenge of one test run."""

    lion: str
    user: str
    challenge: str
    check: str


@pytest.fixture(scope="session")
def liontrack(outputs: Outputs) -> ProductOutputs:
    """The product's outputs."""
    return outputs.products["liontrack"]


@pytest.fixture(scope="session")
def starrocks(outputs: Outputs, liontrack: ProductOutputs) -> Iterator[StarRocks]:
    """StarRocks, after the rows of crashed runs are deleted."""
    login = outputs.credentials.products["liontrack"].starrocks["smoke"]
    address = Address(
        outputs.addresses.starrocks_host,
        outputs.addresses.starrocks_query_port,
        login.user,
        login.password.get_secret_value(),
        liontrack.databases[0],
    )
    with StarRocks(address, answer_seconds=300, program="smoke tests") as connection:
        rows = connection.execute(
            "SELECT entity_id FROM liontrack_silver.test_entities "
            f"WHERE created_at < date_sub(utc_timestamp(), INTERVAL {_CRASHED_AFTER_MINUTES} MINUTE)"
        )
        for (crashed,) in rows:
            _delete(connection, str(crashed))
        yield connection


@pytest.fixture(scope="session")
def entities(starrocks: StarRocks) -> Iterator[Entities]:
    """Test entities. They are marked before their first event, so that no list shows them, and deleted at the end."""
    run = secrets.token_hex(8)
    made = Entities(f"test-lion-{run}", f"test-user-{run}", f"test-challenge-{run}", f"test-check-{run}")
    marked_at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    names = (made.lion, made.user, made.challenge, made.check)
    starrocks.insert(
        "liontrack_silver.test_entities", ("entity_id", "created_at"), [(name, marked_at) for name in names]
    )
    yield made
    for name in names:
        _delete(starrocks, name)


def _delete(starrocks: StarRocks, entity: str) -> None:
    for table in OF_LIONS:
        starrocks.change(f"DELETE FROM liontrack_{table} WHERE lion_id = %s", (entity,))
    for table in OF_USERS:
        starrocks.change(f"DELETE FROM liontrack_{table} WHERE user_id = %s", (entity,))
    for table in OF_MESSAGES:
        starrocks.change(f"DELETE FROM liontrack_{table} WHERE message_key = %s", (entity,))
    starrocks.change("DELETE FROM liontrack_metadata.data_quality_checks WHERE check_name = %s", (entity,))
    starrocks.change("DELETE FROM liontrack_silver.test_entities WHERE entity_id = %s", (entity,))
