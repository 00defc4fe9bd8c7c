"""The record of planned restarts on the emulator."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from apps.shared.starrocks_errors import StarRocksUnreachable
from infra import platform as own
from infra.resources.starrocks import planned_restarts
from infra.resources.starrocks.planned_restarts import PlannedRestartsInputs, PlannedRestartsProvider
from infra.targets.docker.operations import DockerOperations
from infra.targets.operations import RunningService
from starrocks_emulator.pytest_plugin import EmulatorServer
from tools.stack import planned_restarts as commands

pytestmark = pytest.mark.integration

MIGRATION = own.MIGRATIONS / "V006__planned_restarts.sql"


@pytest.fixture
def root(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[StarRocks]:
    with StarRocks(Address("127.0.0.1", server.mysql_port, "root", "")) as connection:

        @contextmanager
        def session(_stack: str, _service: str, _user: str, *, busy_seconds: float) -> Iterator[StarRocks]:
            yield connection

        monkeypatch.setattr(planned_restarts, "session", session)
        connection.execute("DROP DATABASE IF EXISTS kappastack FORCE")
        connection.execute("CREATE DATABASE kappastack")
        create = MIGRATION.read_text().split(";\n")[0].partition("CREATE TABLE IF NOT EXISTS ")[2]
        connection.execute(f"CREATE TABLE kappastack.{create}".replace("${replication_num}", "1"))
        yield connection


def inputs(**instances: str) -> PlannedRestartsInputs:
    return PlannedRestartsInputs(stack="s", starrocks="starrocks", database="kappastack", instances=instances)


def recorded(root: StarRocks) -> list[str]:
    """The services with a restart in the last hour."""
    rows = root.execute(
        "SELECT service FROM kappastack.planned_restarts "
        "WHERE restarted_at BETWEEN DATE_SUB(UTC_TIMESTAMP(), INTERVAL 1 HOUR) AND UTC_TIMESTAMP() ORDER BY service"
    )
    return [str(row[0]) for row in rows]


def test_a_deployment_records_the_services_that_it_replaces(root: StarRocks) -> None:
    provider = PlannedRestartsProvider()
    first = inputs(api="1", pulsar="1", old="1")
    provider.apply(first, None)
    assert recorded(root) == [], "a first start is not a restart"
    second = inputs(api="1", pulsar="2", new="1")
    provider.apply(second, first)
    assert recorded(root) == ["pulsar"]
    root.execute("UPDATE kappastack.planned_restarts SET restarted_at = '2026-01-01' WHERE service = 'pulsar'")
    assert recorded(root) == []
    provider.apply(inputs(api="2", pulsar="3", new="1"), second)
    assert recorded(root) == ["api", "pulsar"]


class Place(DockerOperations):
    """Operations on a target with these services."""

    def __init__(self, *, runs_here: bool) -> None:
        self.runs_here = runs_here

    def services(self) -> dict[str, RunningService]:
        return {
            name: RunningService(name, "", memory, timedelta())
            for name, memory in (("api", 1), ("pulsar", 1), ("stopped", 0))
        }


@pytest.mark.parametrize(
    ("service", "runs_here", "expected"),
    [("", False, ["api", "pulsar"]), ("api", False, ["api"]), ("none", False, []), ("", True, [])],
)
def test_a_command_records_the_running_services_that_it_stops(
    root: StarRocks, service: str, *, runs_here: bool, expected: list[str]
) -> None:
    commands.note("s", Place(runs_here=runs_here), service)
    assert recorded(root) == expected


def test_a_command_works_without_starrocks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def session(*_arguments: str, **_options: float) -> None:
        raise StarRocksUnreachable("StarRocks does not respond")

    monkeypatch.setattr(planned_restarts, "session", session)
    commands.note("s", Place(runs_here=False))
    assert "the planned restarts are not recorded, so alerts may count them: StarRocks" in capsys.readouterr().err
