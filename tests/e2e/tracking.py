"""LionTrack's events on a stack under test: publishes them, waits until bronze has them, and queries all tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from machine import TestStack

from apps.liontrack.producers.events import Event
from apps.liontrack.producers.publisher import Publisher
from apps.shared.starrocks import Cell
from infra.resources.connections import token_file
from infra.resources.starrocks.client import session
from infra.services import pulsar_roles
from tests.waiting import PATIENCE, wait_until

WORKFLOW = "liontrack_bigdata_pipeline"
JOBS = ("positions", "weights", "users", "challenges", "quality")


@dataclass
class Tracking:
    """The events that a stack has."""

    stack: TestStack
    events: list[Event] = field(default_factory=list)

    def query(self, statement: str) -> list[dict[str, Cell]]:
        """Run a query as root and return its rows."""
        with session(self.stack.name, "starrocks", "root") as root:
            return root.query(statement)

    def publish(self, events: Sequence[Event]) -> None:
        """Publish events, and wait until Pulsar has stored them."""
        token = token_file(self.stack.name, pulsar_roles.token("liontrack-app"))
        with Publisher(self.stack.url("pulsar", "broker"), token) as publisher:
            assert all(publisher.publish(event) for event in events)
            assert publisher.flush()
        self.events += events

    def wait_until_stored(self) -> None:
        """Wait until bronze has every published event."""

        def stored() -> object:
            return self.query("SELECT COUNT(*) AS n FROM liontrack_bronze.messages")[0]["n"]

        wait_until(
            lambda: stored() == len(self.events), lambda: f"{stored()} of {len(self.events)}", within=2 * PATIENCE
        )
