"""Stopped, started again, destroyed."""

import pytest
from measurements import query

from tests.cluster.docker_stack import DockerStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]


def test_down_keeps_the_data_and_destroy_leaves_nothing(stack: DockerStack) -> None:
    assert stack.command("down").status == 0
    assert {each.status for each in stack.containers().values()} == {"exited"}
    stack.up()
    assert query(stack.name, "SELECT COUNT(*) FROM aqi_breakpoints")[0][0]
    outcome = stack.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert stack.leftovers() == []
