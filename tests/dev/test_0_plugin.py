"""A small program with the replacement for the provider plugin, the Pulumi CLI and a real engine."""

import io
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from machine import Outcome

from tests.cluster import engine as engines
from tests.providers.docker_engine.install import install

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

NAME = "kappastack-plugin"
PROGRAM = """\
import os

import pulumi
import pulumi_docker as docker

image = docker.RemoteImage("image", name=os.environ["IMAGE"], keep_locally=True)
volume = docker.Volume("volume", name="kappastack-plugin")
network = docker.Network("network", name="kappastack-plugin")
docker.Container(
    "container",
    name="kappastack-plugin",
    image=image.image_id,
    command=["sleep", "1000"],
    networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name)],
    volumes=[docker.ContainerVolumeArgs(volume_name=volume.name, container_path="/data")],
    ports=[docker.ContainerPortArgs(internal=80, external=int(os.environ["PORT"]), ip="127.0.0.1")],
    memory=64,
    memory_swap=64,
    log_driver="json-file",
    opts=pulumi.ResourceOptions(ignore_changes=["ulimits"]),
)
"""


class Program:
    """A Pulumi project in a folder, with one stack."""

    def __init__(self, folder: Path, engine: str, image: str, port: int) -> None:
        """Write the program, install the plugin and create the stack."""
        self.folder = folder
        (folder / "Pulumi.yaml").write_text("name: plugin\nruntime: python\noptions: {refresh: always}\n")
        (folder / "__main__.py").write_text(PROGRAM)
        install(folder / "home")
        self.environment = engines.environment(engine) | {
            "IMAGE": image,
            "PORT": str(port),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        assert self.run("stack", "init", "test").status == 0

    def run(self, *arguments: str) -> Outcome:
        """Run the Pulumi CLI."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)

    def succeed(self, *arguments: str) -> dict[str, int]:
        """Run the CLI, which must succeed, and return its summary of resources."""
        outcome = self.run(*arguments)
        assert outcome.status == 0, outcome.output[-4000:]
        return outcome.resources


@pytest.fixture
def client(engine: str) -> docker.DockerClient:
    """A client of the engine."""
    return docker.DockerClient(base_url=engine) if engine else docker.from_env()


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A listening socket, whose port the container cannot publish."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def test_previews_and_a_container_that_fails_to_start(
    engine: str, client: docker.DockerClient, taken: socket.socket, tmp_path: Path
) -> None:
    image = engines.base_image(engine)
    other = "kappastack-tests/plugin:other"
    client.images.build(fileobj=io.BytesIO(f"FROM {image}\nENV CHANGED=1\n".encode()), tag=other, rm=True)
    program = Program(tmp_path, engine, image, taken.getsockname()[1])
    try:
        assert program.succeed("preview")["to create"] == 5
        assert client.containers.list(all=True, filters={"name": NAME}) == []

        # The container exists in the state and on the engine although it did not start.
        failed = program.run("up", "--yes", "--skip-preview")
        assert failed.status != 0
        assert "address already in use" in failed.output
        kept = client.containers.get(NAME)
        assert kept.status == "created"
        taken.close()
        program.succeed("up", "--yes", "--skip-preview")
        assert client.containers.get(NAME).status == "running"
        assert set(program.succeed("preview")) == {"unchanged"}

        # The container is replaced, because the id of the new image is unknown until the image exists.
        program.environment["IMAGE"] = other
        planned = program.succeed("preview")
        assert planned["to replace"] == 2
        assert program.succeed("up", "--yes", "--skip-preview")["replaced"] == planned["to replace"]

        # After a change in place the state has the planned values, and shows drift after the next refresh.
        client.containers.get(NAME).update(mem_limit="128m", memswap_limit="128m")
        assert program.succeed("preview")["to update"] == 1
        assert program.succeed("up", "--yes", "--skip-preview")["updated"] == 1
        assert set(program.succeed("preview")) == {"unchanged"}
    finally:
        program.succeed("destroy", "--yes", "--skip-preview")
        client.images.remove(other)
    assert [each.name for each in client.volumes.list() if each.name == NAME] == []
    assert [each.name for each in client.networks.list() if each.name == NAME] == []
