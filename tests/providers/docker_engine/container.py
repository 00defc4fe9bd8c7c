"""Containers through the Docker API, with the same steps as the provider."""

import base64
import io
import tarfile
import time

import docker
from docker.errors import APIError, NotFound

from tests.providers.docker_engine.reading import state_of
from tests.providers.docker_engine.request import MIB, configuration, objects, swap, texts, whole
from tests.providers.docker_engine.resources import Incomplete, State, text
from tests.providers.docker_engine.rules import Plain
from tests.waiting import PATIENCE


class Container:
    """`docker.Container`. Its id is the id of the container."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Create, connect, upload, start.

        Raises:
            Incomplete: the container exists, but a later step failed.
        """
        made = client.api.create_container_from_config(  # type: ignore[no-untyped-call] # its types lack it
            configuration(inputs), text(inputs["name"])
        )
        identity: str = made["Id"]
        try:
            self._connect(client, identity, inputs)
            for upload in objects(inputs.get("uploads")):
                _upload(client, identity, upload)
            if inputs.get("start"):
                client.api.start(identity)
        except (APIError, RuntimeError) as error:
            raise Incomplete(identity, str(error)) from error
        found = self.read(client, identity, inputs)
        assert found is not None
        return found

    @staticmethod
    def _connect(client: docker.DockerClient, identity: str, inputs: State) -> None:
        networks = objects(inputs.get("networksAdvanced"))
        if networks:
            try:
                client.api.disconnect_container_from_network(identity, "bridge")
            except APIError as error:
                if "is not connected to" not in str(error):
                    raise
        for network in networks:
            client.api.connect_container_to_network(
                identity, text(network["name"]), aliases=texts(network.get("aliases"))
            )

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Return the values that the provider reads.

        Labels, environment, volumes and networks keep their recorded values.
        """
        try:
            found = client.api.inspect_container(identity)
        except NotFound:
            return None
        return identity, state_of(found, state)

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Start the container if it must run, and change its limits. Other changes are only recorded.

        The provider does not read the container again.

        Raises:
            Incomplete: the engine rejects the change.
        """
        try:
            if new.get("mustRun") and not old.get("mustRun") and new.get("start"):
                client.api.start(identity)
            limits = ("restart", "maxRetryCount", "memory", "memorySwap", "memoryReservation")
            if any(old.get(name) != new.get(name) for name in limits):
                client.api.update_container(
                    identity,
                    mem_limit=whole(new.get("memory")) * MIB,
                    mem_reservation=whole(new.get("memoryReservation")) * MIB,
                    memswap_limit=swap(new.get("memorySwap")) or None,
                    restart_policy={  # type: ignore[arg-type] # its types want another class
                        "Name": text(new["restart"]),
                        "MaximumRetryCount": whole(new.get("maxRetryCount")),
                    },
                )
        except APIError as error:
            raise Incomplete(identity, str(error)) from error
        return {}

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Stop the container (kill it without a grace period) and remove it with its anonymous volumes."""
        try:
            client.api.stop(identity, timeout=whole(state.get("destroyGraceSeconds")))
            client.api.remove_container(identity, force=True, v=bool(state.get("removeVolumes")))
        except NotFound:
            return
        except APIError as error:
            if "is already in progress" not in str(error):
                raise
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                client.api.inspect_container(identity)
            except NotFound:
                return
            time.sleep(0.05)
        raise TimeoutError(f"the engine did not remove container {identity} in {PATIENCE:.0f} s")


def _upload(client: docker.DockerClient, identity: str, upload: dict[str, Plain]) -> None:
    """Upload a file of root below `/`. The engine rejects this for a container with a read-only root."""
    given = [upload.get(name) for name in ("content", "contentBase64") if upload.get(name)]
    if len(given) != 1:
        raise RuntimeError(f"upload {upload.get('file')}: exactly one of content and contentBase64 is needed")
    content = base64.b64decode(text(given[0])) if upload.get("contentBase64") else text(given[0]).encode()
    member = tarfile.TarInfo(text(upload["file"]))
    default = "744" if upload.get("executable") else "644"
    member.mode = int(text(upload.get("permissions") or default), 8)
    member.size = len(content)
    member.mtime = int(time.time())
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(member, io.BytesIO(content))
    client.api.put_archive(identity, "/", archive.getvalue())
