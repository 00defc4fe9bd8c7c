"""Stopping, restarting and destroying a stack; kept data; killed deployments."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import APIError
from measurements import query

from infra.images import find, images
from infra.settings import ROOT
from infra.targets.docker import names
from tests.cluster import engine as engines
from tests.cluster.docker_stack import DockerStack
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

MEASUREMENTS = "SELECT COUNT(*), MAX(measured_at) FROM sensor_measurements_zeta"


def test_down_and_destroy_keep_data_until_keep_data_is_false(stack: DockerStack) -> None:
    """This test destroys the shared stack, so it is the last one that uses it."""
    rows = query(stack.name, MEASUREMENTS)
    password = stack.connections.secrets["starrocks-root"]
    assert stack.command("down").status == 0
    assert {each.status for each in stack.containers().values()} == {"exited"}

    stack.configure(keepData=True)
    stack.up()
    assert query(stack.name, MEASUREMENTS) == rows
    outcome = stack.command("destroy")
    assert outcome.status == 0, outcome.output[-3000:]
    assert stack.containers() == {}
    assert {each.name for each in stack.client.volumes.list() if names.prefix(stack.name) in str(each.name)}
    planned = stack.preview().resources
    assert stack.containers() == {}
    # The generated secrets stay in the state with the data.
    assert stack.up().resources == {"created": planned["to create"], "unchanged": planned["unchanged"]}
    assert stack.connections.secrets["starrocks-root"] == password
    assert query(stack.name, MEASUREMENTS) == rows

    stack.configure(keepData=False)
    outcome = stack.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert stack.leftovers() == []


@pytest.fixture
def fresh(engine: str, tmp_path: Path) -> Iterator[DockerStack]:
    """A stack that is not deployed."""
    made = DockerStack(tmp_path / "state", engine=engine, base_image=engines.base_image(engine))
    try:
        yield made
    finally:
        made.destroy()


def kill(stack: DockerStack) -> None:
    """Kill a deployment while it creates containers."""
    up, _ = stack.up_until("Container", "pulsar creating")
    os.killpg(up.pid, signal.SIGKILL)
    up.wait(PATIENCE)


def test_after_a_killed_up_the_next_up_and_destroy_succeed(fresh: DockerStack) -> None:
    built = fresh.build_images()
    assert built.status == 0, built.output[-4000:]
    kill(fresh)
    fresh.up()
    assert fresh.command("status").status == 0
    assert set(fresh.up().resources) == {"unchanged"}
    assert fresh.command("destroy").status == 0

    fresh.install_plugin()
    kill(fresh)
    outcome = fresh.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert fresh.leftovers() == []


def test_pulumi_up_names_the_command_that_builds_a_missing_image(fresh: DockerStack) -> None:
    fresh.configure(docker={"baseImage": "example.invalid/no-such-base:1"})
    planned = fresh.preview()
    assert planned.resources["to create"] > 40
    assert f"run `make images STACK={fresh.name}` before `pulumi up`" in planned.output
    script = f'eval "$(make -s env STACK={fresh.name})"; pulumi up --yes --skip-preview -s {fresh.name}'
    outcome = fresh._run(["bash", "-c", f"cd {ROOT}; {script}"], 400)
    assert outcome.status != 0
    assert f"run `make images STACK={fresh.name}`" in outcome.output
    with pytest.raises(APIError, match="//localhost/v2/"):
        fresh.client.images.pull(find("pulsar", images("example.invalid/no-such-base:1", [])).local)
