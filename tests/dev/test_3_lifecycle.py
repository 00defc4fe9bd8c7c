"""Stopping, restarting and destroying a stack; kept data; killed deployments."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from measurements import query

from infra.settings import ROOT
from infra.targets.docker import names
from tests.cluster import engine as engines
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
    up.wait(60)


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


def test_the_next_up_uses_kept_data(fresh: DockerStack) -> None:
    fresh.configure(keepData=True)
    planned = fresh.preview().resources
    assert fresh.containers() == {}
    assert fresh.up().resources == {"created": planned["to create"]}
    password = fresh.connections.secrets["starrocks-root"]
    assert fresh.command("destroy").status == 0
    assert fresh.containers() == {}
    assert {each.name for each in fresh.client.volumes.list() if names.prefix(fresh.name) in str(each.name)}
    fresh.up()
    assert fresh.connections.secrets["starrocks-root"] == password
    assert query(fresh.name, "SELECT COUNT(*) FROM aqi_breakpoints")[0][0]
    fresh.configure(keepData=False)
    assert fresh.destroy().status == 0
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
