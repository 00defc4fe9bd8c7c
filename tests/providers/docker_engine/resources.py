"""Networks, volumes and images through the Docker API."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

import docker
from docker.errors import APIError, ImageNotFound, NotFound

from tests.providers.docker_engine.rules import Plain

State = dict[str, Plain]
IN_USE_SECONDS = 30.0
"""Time in which the provider repeats the deletion of a volume or network that is in use, in seconds."""
_PAUSE_SECONDS = 0.5


class Incomplete(Exception):
    """A resource was created or changed, but not completely. The provider records it with its inputs.

    Args:
        identity: id of the resource.
        reason: the error.
    """

    def __init__(self, identity: str, reason: str) -> None:
        """Store id and reason."""
        super().__init__(reason)
        self.identity = identity


class Kind(Protocol):
    """Operations of a resource type. States and inputs are plain values by the names of the protocol."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Create the resource. Returns its id and the outputs of the provider."""

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Read the id and the actual state, None if the resource does not exist."""

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Update the resource in place. Returns the values that the provider reads again; none for most types."""

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


def remove_unused(remove: Callable[[], None], refusal: str) -> None:
    """Remove an object, and retry for 30 s while the engine refuses because the object is in use.

    Args:
        remove: removes the object.
        refusal: part of the engine's message.

    Raises:
        RuntimeError: the object is still in use.
    """
    deadline = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            remove()
        except NotFound:
            return
        except APIError as error:
            if refusal not in str(error):
                raise
            if time.monotonic() > deadline:
                raise RuntimeError(f"timeout while waiting for state to become 'removed': {error}") from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


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
        remove_unused(lambda: client.api.remove_network(identity), "has active endpoints")


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
        remove_unused(lambda: client.api.remove_volume(identity, force=True), "volume is in use")


class RemoteImage:
    """`docker.RemoteImage`: an image of the engine, pulled if it is missing."""

    def __init__(self) -> None:
        """Start without logins: the provider uses only the logins of its setting `registryAuth`."""
        self.logins: dict[str, dict[str, str]] = {}

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Find the image on the engine, or pull it."""
        name = text(inputs["name"])
        try:
            client.images.get(name)
        except ImageNotFound:
            client.images.pull(name, auth_config=self.logins.get(registry_of(name), {}))
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
        """Pull the image if the engine lost it."""
        return self.create(client, new)[1]

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Delete the image if the engine has it, unless `keepLocally` is set."""
        if state.get("keepLocally"):
            return
        try:
            client.images.remove(text(state["name"]), force=bool(state.get("forceRemove")))
        except ImageNotFound:
            return


def registry_of(image: str) -> str:
    """The registry in an image's name; Docker Hub's if it names none."""
    first, slash, rest = image.partition("/")
    named = slash and ("/" in rest or "." in first or ":" in first or first == "localhost")
    return first if named else "registry-1.docker.io"
