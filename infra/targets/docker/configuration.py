"""Configuration files and secrets of a container, in a volume of its own.

A container with a read-only root cannot be given files, and environment variables are in everybody's `docker inspect`.
So a second container, which is never started, carries the files into a volume when it is made; Docker copies them by
its API, where no inspection shows them. The volume is named after its content: a change makes a new one, and with it
a new container of the service.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_docker as docker
from pulumi import Input, Output, ResourceOptions

from infra.targets.docker import names
from infra.targets.docker.layout import CONFIGURATION, SECRETS

_FILE_MODE = "0440"


@dataclass(frozen=True)
class Configuration:
    """A filled volume.

    Args:
        volume: its name.
        digest: of its content.
        carrier: exists when it is filled.
    """

    volume: Output[str]
    digest: Output[str]
    carrier: docker.Container


def configuration(
    stack: str,
    service: str,
    *,
    image: Input[str],
    files: Mapping[str, str],
    secrets: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> Configuration | None:
    """Fill a volume with a service's files, None where it has none.

    Args:
        stack: its name.
        service: its name.
        image: any image of the engine: nothing of it is run.
        files: texts by path in the container.
        secrets: by the name of their file.
        opts: of the resources.
    """
    if not files and not secrets:
        return None
    digest = Output.unsecret(_all(secrets).apply(lambda values: _digest(files, values)))
    labels = {names.STACK_LABEL: stack, names.SERVICE_LABEL: service}
    name = f"{service}-configuration"
    volume = docker.Volume(
        name,
        name=digest.apply(lambda text: names.volume(stack, service, f"configuration-{text}")),
        labels=[{"label": key, "value": value} for key, value in labels.items()],
        # The provider would delete the old one first, and with it the containers that have it, before the service is
        # drained. The new one has another name, so both can be there.
        opts=ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=False)),
    )
    uploads = [
        docker.ContainerUploadArgs(file=path, content=text, permissions=_FILE_MODE) for path, text in files.items()
    ]
    uploads += [
        docker.ContainerUploadArgs(file=f"{SECRETS}/{file}", content=Output.secret(value), permissions=_FILE_MODE)
        for file, value in sorted(secrets.items())
    ]
    # Another image of the service is no other content, and limits are those that the engine gives by itself.
    carried = ResourceOptions(additional_secret_outputs=["uploads"], ignore_changes=["image", "logOpts", "ulimits"])
    carrier = docker.Container(
        name,
        name=volume.name,
        image=image,
        command=["true"],
        start=False,
        must_run=False,
        network_mode="none",
        uploads=uploads,
        volumes=[docker.ContainerVolumeArgs(container_path=CONFIGURATION, volume_name=volume.name)],
        labels=[docker.ContainerLabelArgs(label=names.STACK_LABEL, value=stack)],
        opts=ResourceOptions.merge(opts, carried),
    )
    return Configuration(volume.name, digest, carrier)


def _all(values: Mapping[str, Input[str]]) -> Output[dict[str, str]]:
    # Without arguments, `all` makes a list.
    return Output.all(**values) if values else Output.from_input({})


def _digest(files: Mapping[str, str], secrets: Mapping[str, str]) -> str:
    """Of 192 random bits a digest tells nothing."""
    document = json.dumps([sorted(files.items()), sorted(secrets.items())])
    return hashlib.sha256(document.encode()).hexdigest()[:12]
