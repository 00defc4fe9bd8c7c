"""LionTrack beside CIAPOL: its Node.js producer while Pulsar is killed, and a stack without LionTrack.

The product is removed at the end, so that the later tests run with one product.
"""

import subprocess
from pathlib import Path

import pytest
from machine import TestStack
from traces import traces
from tracking import JOBS

from apps.shared.starrocks_errors import StarRocksError
from infra.resources.connections import token_file
from infra.resources.starrocks.client import session
from infra.services import pulsar_roles
from tests.integration.liontrack.node_package import build, program
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

EVENTS = 10_000


def numbers(stack: TestStack, statement: str) -> tuple[int, ...]:
    """The only row of a query."""
    with session(stack.name, "starrocks", "root") as root:
        [row] = root.execute(statement)
    return tuple(int(str(value)) for value in row)


def test_events_of_a_node_program_are_in_bronze_once_although_pulsar_is_killed(both: TestStack, tmp_path: Path) -> None:
    package = build(tmp_path / "package")
    token = token_file(both.name, pulsar_roles.token("liontrack-app"))
    command = [program("node"), "dist/examples/publish.js", both.url("pulsar", "admin"), str(EVENTS), str(token)]
    with subprocess.Popen(
        command, cwd=package, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as publisher:
        assert publisher.stdout is not None
        try:
            assert any(line.startswith("3000 ") for line in publisher.stdout), "the program ended early"
            both.kill("pulsar")
            printed, _ = publisher.communicate(timeout=10 * PATIENCE)
        finally:
            publisher.kill()
    assert publisher.returncode == 0, printed
    assert f"{EVENTS} acknowledged" in printed

    def stored() -> tuple[int, ...]:
        return numbers(
            both,
            "SELECT COUNT(*), COUNT(DISTINCT last_update) FROM liontrack_bronze.lions_raw WHERE lion_id LIKE 'node-%'",
        )

    wait_until(lambda: stored() == (EVENTS, EVENTS), stored, within=2 * PATIENCE)
    wait_until(lambda: both.command("status").status == 0, "a healthy stack")


def test_nothing_of_a_removed_product_is_left(stack: TestStack) -> None:
    assert not [name for name in stack.processes() if "liontrack" in name]
    services = stack.folder / stack.name / "services"
    assert [path for path in services.glob("*/*/*") if "liontrack" in path.name] == []
    assert traces(stack, "liontrack", JOBS) == set()
    with pytest.raises(StarRocksError):
        numbers(stack, "SELECT COUNT(*) FROM liontrack_bronze.lions_raw")
    assert stack.command("status").status == 0
