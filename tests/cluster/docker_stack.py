"""A stack on a Docker Engine, with methods to inspect and damage it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.models.containers import Container
from machine import Outcome, TestStack, free_offset

from infra.targets.container import SECRETS
from infra.targets.docker import names
from tests.cluster.published import build_missing
from tests.providers.docker_engine.install import install
from tests.waiting import wait_until
from tools.stack.state_folder import claim


@dataclass
class DockerStack(TestStack):
    """A stack of the tests."""

    __test__ = False

    # Below the ephemeral ports of clients, because the engine does not wait until a port is free.
    offset: int = field(default_factory=lambda: free_offset(3_000, 11_700))
    engine: str = ""
    base_image: str = ""
    changed_images: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write the configuration file, and install the replacement plugin where the CLI looks for plugins."""
        super().__post_init__()
        self.configure(target="docker", docker={"baseImage": self.base_image})
        self.install_plugin()
        self.client = docker.DockerClient(base_url=self.engine) if self.engine else docker.from_env()

    def install_plugin(self) -> None:
        """Install the replacement plugin in the state folder. `destroy` deletes that folder."""
        # The commands reject a folder with content that they did not create.
        claim()
        install(self.folder / "pulumi-home")

    def configure(self, **settings: object) -> None:
        """Set settings by their names in the configuration file."""
        # Grafana's image cannot be replaced: nothing else contains Grafana.
        usual = {"target": "docker", "monitoring": {"grafana": {"enabled": False}}}
        super().configure(**{**usual, **settings})

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the stack's commands."""
        own = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
        return {**super().environment, **own, **({"DOCKER_HOST": self.engine} if self.engine else {})}

    def build_images(self) -> Outcome:
        """Build the images that the engine lacks. The first time on a machine takes minutes."""
        command = [sys.executable, "-m", "tools.images", "--base-image", self.base_image]
        return self._run(command, timeout=3000)

    def preview(self) -> Outcome:
        """The changes of the next deployment."""
        outcome = self.command("preview")
        assert outcome.status == 0, outcome.output[-6000:]
        return outcome

    def containers(self) -> dict[str, Container]:
        """Containers of the services, by the name of the service."""
        wanted: dict[str, str | list[str] | bool] = {"label": f"{names.STACK_LABEL}={self.name}"}
        listed = self.client.containers.list(all=True, filters=wanted, ignore_removed=True)
        return {each.labels[names.SERVICE_LABEL]: each for each in listed if names.SERVICE_LABEL in each.labels}

    def run_in(self, service: str, *command: str) -> tuple[int, str]:
        """Run a command in a container: its exit status and its output."""
        status, output = self.containers()[service].exec_run(list(command))
        assert isinstance(output, bytes)
        return status or 0, output.decode().strip()

    def secret_file(self, service: str, file: str) -> str:
        """The text of a secret's file in a container. While the engine replaces it, it is missing or empty."""
        found: list[str] = []

        def read() -> bool:
            status, text = self.run_in(service, "cat", f"{SECRETS}/{file}")
            found.append(text)
            return status == 0 and text != ""

        wait_until(read, lambda: f"{file} of {service}: {found[-1:]}")
        return found[-1]

    def kill(self, service: str) -> None:
        """`kill -9` of a container's first process, like a crash. `docker kill` would count as a stop."""
        pid = self.containers()[service].attrs["State"]["Pid"]
        os.kill(pid, signal.SIGKILL)

    def wait_until_healthy(self) -> None:
        """Wait until Docker reports all containers as healthy."""

        def states() -> dict[str, str]:
            return {name: each.attrs["State"]["Health"]["Status"] for name, each in self.containers().items()}

        wait_until(lambda: set(states().values()) == {"healthy"}, lambda: f"health: {states()}", pause=0.5)

    def kill_and_wait(self, *services: str) -> float:
        """Kill the processes of services, wait until Docker reports their successors as healthy, return the seconds."""
        pids = {service: self.containers()[service].attrs["State"]["Pid"] for service in services}
        begin = time.monotonic()
        for service in services:
            self.kill(service)

        def are_back() -> bool:
            found = self.containers()
            states = [(found[service].attrs["State"], pid) for service, pid in pids.items()]
            return all(state["Pid"] not in (0, pid) and state["Health"]["Status"] == "healthy" for state, pid in states)

        wait_until(are_back, f"{', '.join(services)} after their death", pause=0.5)
        return time.monotonic() - begin

    def leftovers(self) -> list[str]:
        """Remaining containers, networks, volumes and files of the stack."""
        prefix = names.prefix(self.name)
        found = [
            f"container {each.name}"
            for each in self.client.containers.list(all=True, ignore_removed=True)
            if prefix in str(each.name)
        ]
        found += [f"network {each.name}" for each in self.client.networks.list() if prefix in str(each.name)]
        found += [f"volume {each.name}" for each in self.client.volumes.list() if prefix in str(each.name)]
        return found + ([str(path) for path in self.folder.rglob("*")] if self.folder.exists() else [])

    def change_image(self, service: str) -> None:
        """Add a layer to a service's image under the same name, until the stack is destroyed."""
        container = self.containers()[service]
        image = container.labels[names.IMAGE_LABEL]
        self.changed_images[image] = container.attrs["Image"]
        subprocess.run(
            ["docker", "build", "--quiet", "--tag", image, "-"],
            input=f"FROM {image}\nENV CHANGED=1\n",
            env=self.environment,
            text=True,
            check=True,
            capture_output=True,
        )

    def destroy(self) -> Outcome:
        """Destroy the stack, and restore the names of the images."""
        outcome = super().destroy()
        for image, identity in self.changed_images.items():
            self.client.images.get(identity).tag(image)
        return outcome

    def smoke(self, *options: str) -> Outcome:
        """Run the smoke tests unchanged, with further options of pytest."""
        script = (
            f'eval "$({sys.executable} -m tools.stack --stack {self.name} env)"; '
            f"{sys.executable} -m pytest smoke_tests --stack {self.name} -q -p no:cacheprovider {' '.join(options)}"
        )
        return self._run(["bash", "-c", script], 1800)


@contextmanager
def deployed(folder: Path, *, engine: str, base_image: str, **settings: object) -> Iterator[DockerStack]:
    """Deploy a stack with these settings, and destroy it afterwards."""
    made = DockerStack(folder, engine=engine, base_image=base_image)
    made.configure(**settings)
    try:
        build_missing(engine, base_image)
        built = made.build_images()
        assert built.status == 0, built.output[-4000:]
        made.up()
        yield made
    finally:
        made.destroy()
