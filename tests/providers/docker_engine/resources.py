"""Networks, volumes and images by the Docker API."""

from collections.abc import Mapping
from typing import Protocol

import docker
from docker.errors import ImageNotFound, NotFound

from tests.providers.docker_engine.rules import Plain

State = dict[str, Plain]


class Kind(Protocol):
    """What one resource type does. States and inputs are plain, by the names of the protocol."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Make it: its id, and what the provider tells of it beyond the inputs."""

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Its id and what is found to be now, None where it is gone."""

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Change it in place."""

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Take it away; gone is fine."""


def text(value: Plain) -> str:
    """A value that is a text."""
    assert isinstance(value, str), value
    return value


def labels(value: Plain) -> dict[str, str]:
    """`[{label, value}]` as a map."""
    assert value is None or isinstance(value, list)
    return {text(each["label"]): text(each["value"]) for each in value or [] if isinstance(each, dict)}


def listed(value: Plain) -> Plain:
    """A map of labels as `[{label, value}]`."""
    assert value is None or isinstance(value, dict)
    return [{"label": name, "value": each} for name, each in (value or {}).items()]


class Network:
    """`docker.Network`."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Names of networks need not be unique to the engine; here they are."""
        name = text(inputs["name"])
        if client.networks.list(names=[f"^{name}$"]):
            raise RuntimeError(f"Unable to create network: network with name {name} already exists")
        made = client.networks.create(
            name,
            driver=text(inputs.get("driver") or "bridge"),
            labels=labels(inputs.get("labels")),
            internal=bool(inputs.get("internal")),
            attachable=bool(inputs.get("attachable")),
        )
        identity = text(made.id)
        found = self.read(client, identity, inputs)
        assert found is not None
        return found

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Driver and scope."""
        try:
            attributes: Mapping[str, Plain] = client.networks.get(identity).attrs
        except NotFound:
            return None
        return identity, {
            "name": attributes["Name"],
            "driver": attributes["Driver"],
            "scope": attributes["Scope"],
            "internal": attributes["Internal"],
            "labels": listed(attributes["Labels"]),
        }

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Nothing can be changed."""
        raise RuntimeError("a network cannot be updated")

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Refused by the engine while containers are in it."""
        try:
            client.networks.get(identity).remove()
        except NotFound:
            return


class Volume:
    """`docker.Volume`; the id is the name."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """One of that name is taken over, as the engine does."""
        name = text(inputs["name"])
        client.volumes.create(name, driver=text(inputs.get("driver") or "local"), labels=labels(inputs.get("labels")))
        found = self.read(client, name, inputs)
        assert found is not None
        return found

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Driver and mount point."""
        try:
            attributes: Mapping[str, Plain] = client.volumes.get(identity).attrs
        except NotFound:
            return None
        return identity, {
            "name": attributes["Name"],
            "driver": attributes["Driver"],
            "mountpoint": attributes["Mountpoint"],
            "labels": listed(attributes["Labels"]),
        }

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Only clusters of Swarm can be changed."""
        raise RuntimeError("a volume cannot be updated")

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Refused by the engine while a container has it."""
        try:
            client.volumes.get(identity).remove()
        except NotFound:
            return


class RemoteImage:
    """`docker.RemoteImage`: an image of the engine, pulled where it is not there."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Look, then pull."""
        name = text(inputs["name"])
        if inputs.get("build"):
            raise RuntimeError("the stand-in builds no image")
        try:
            client.images.get(name)
        except ImageNotFound:
            client.images.pull(name)
        found = self.read(client, "", inputs)
        assert found is not None
        return found

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Its id and, where it came from a registry, its digest there."""
        name = text(state["name"])
        try:
            image = client.images.get(name)
        except ImageNotFound:
            return None
        digests: Plain = image.attrs.get("RepoDigests") or [""]
        assert isinstance(digests, list)
        return f"{image.id}{name}", {"imageId": image.id, "repoDigest": digests[0]}

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """What can be changed is recorded alone."""
        return {}

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Kept where it shall be."""
        if not state.get("keepLocally"):
            client.images.remove(text(state["name"]), force=bool(state.get("forceRemove")))
