"""Networks, volumes and images through the Docker API."""

from collections.abc import Mapping
from typing import Protocol

import docker
from docker.errors import ImageNotFound, NotFound

from tests.providers.docker_engine.rules import Plain

State = dict[str, Plain]


class Kind(Protocol):
    """Operations of a resource type. States and inputs are plain values by the names of the protocol."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Create the resource. Returns its id and the outputs of the provider."""

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Read the id and the actual state, None if the resource does not exist."""

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Update the resource in place."""

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Delete the resource, if it exists."""


def text(value: Plain) -> str:
    """The value, which must be a text."""
    assert isinstance(value, str), value
    return value


def labels(value: Plain) -> dict[str, str]:
    """Convert `[{label, value}]` to a map."""
    assert value is None or isinstance(value, list)
    return {text(each["label"]): text(each["value"]) for each in value or [] if isinstance(each, dict)}


def listed(value: Plain) -> Plain:
    """Convert a map of labels to `[{label, value}]`."""
    assert value is None or isinstance(value, dict)
    return [{"label": name, "value": each} for name, each in (value or {}).items()]


class Network:
    """`docker.Network`."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Create the network. Its name must be unique, which the engine itself does not require."""
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
        """Fail: a network has no changeable input."""
        raise RuntimeError("a network cannot be updated")

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Delete the network. The engine rejects this while containers are connected."""
        try:
            client.networks.get(identity).remove()
        except NotFound:
            return


class Volume:
    """`docker.Volume`. Its id is its name."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Create the volume. An existing volume of this name is adopted, as by the engine."""
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
        """Fail: only Swarm cluster volumes can be updated."""
        raise RuntimeError("a volume cannot be updated")

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Delete the volume. The engine rejects this while a container uses it."""
        try:
            client.volumes.get(identity).remove()
        except NotFound:
            return


class RemoteImage:
    """`docker.RemoteImage`: an image of the engine, pulled if it is missing."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Find the image on the engine, or pull it."""
        name = text(inputs["name"])
        if inputs.get("build"):
            raise RuntimeError("this replacement plugin does not build images")
        try:
            client.images.get(name)
        except ImageNotFound:
            client.images.pull(name)
        found = self.read(client, "", inputs)
        assert found is not None
        return found

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """The id of the image and, if it came from a registry, its digest."""
        name = text(state["name"])
        try:
            image = client.images.get(name)
        except ImageNotFound:
            return None
        digests: Plain = image.attrs.get("RepoDigests") or [""]
        assert isinstance(digests, list)
        return f"{image.id}{name}", {"imageId": image.id, "repoDigest": digests[0]}

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Record changed inputs without another effect."""
        return {}

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Delete the image, unless `keepLocally` is set."""
        if not state.get("keepLocally"):
            client.images.remove(text(state["name"]), force=bool(state.get("forceRemove")))
