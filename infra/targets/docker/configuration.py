"""Configuration files and secrets of a container, in a separate volume.

Docker cannot copy files into a container with a read-only root, and `docker inspect` shows environment variables.
Therefore a second container has this volume too. It is never started. The files are uploaded to it when it is created;
uploads do not appear in `docker inspect`. The volume's name contains a digest of its content. Changed content thus
creates a new volume and a new container of the service.

Secrets that the service reads again are not part of this digest. They are uploaded to a third container with the same
volume. A new secret creates a new container of this kind, whose uploads replace the files in the volume. The container
of the service keeps running.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pulumi_docker as docker
from pulumi import Input, Output, ResourceOptions

from infra.hardening import hardened
from infra.targets.container import CONFIGURATION, SECRETS
from infra.targets.docker import names

_FILE_MODE = "0440"


@dataclass(frozen=True)
class Configuration:
    """A filled volume.

    Args:
        volume: name of the volume.
        digest: digest of its content, without secrets that the service reads again.
        carriers: containers whose creation fills the volume.
    """

    volume: Output[str]
    digest: Output[str]
    carriers: list[docker.Container]


def configuration(
    stack: str,
    service: str,
    *,
    image: Input[str],
    files: Mapping[str, str],
    secrets: Mapping[str, Input[str]],
    rereads: Collection[str],
    opts: ResourceOptions,
) -> Configuration | None:
    """Declare a volume with a service's files; None if the service has none.

    Args:
        stack: name of the stack.
        service: name of the service.
        image: any image on the engine; its programs do not run.
        files: text of each file, by path in the container.
        secrets: secrets by file name.
        rereads: file names of the secrets that the service reads again.
        opts: options of the declared resources.
    """
    if not files and not secrets:
        return None
    kept = {file: value for file, value in secrets.items() if file not in rereads}
    reread = {file: value for file, value in secrets.items() if file in rereads}
    digest = Output.unsecret(_all(kept).apply(lambda values: _digest(files, values, stack)))
    labels = {names.STACK_LABEL: stack, names.SERVICE_LABEL: service}
    name = f"{service}-configuration"
    # By default the provider deletes the old volume first, with the containers that mount it, before the service is
    # drained. The new volume has another name, so both can exist. The same holds for containers that fill it.
    both_exist = ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=False))
    volume = docker.Volume(
        name,
        name=digest.apply(lambda text: names.volume(stack, service, f"configuration-{text}")),
        labels=[{"label": key, "value": value} for key, value in labels.items()],
        opts=both_exist,
    )
    carriers = []
    if files or kept:
        uploads = [
            *_uploads(files),
            *_uploads({f"{SECRETS}/{file}": Output.secret(kept[file]) for file in sorted(kept)}),
        ]
        carriers.append(_carrier(stack, name, volume.name, volume=volume, image=image, uploads=uploads, opts=opts))
    if reread:
        uploads = _uploads({f"{SECRETS}/{file}": Output.secret(reread[file]) for file in sorted(reread)})
        of_secrets = Output.unsecret(_all(reread).apply(lambda values: _digest({}, values, stack)))
        carrier_name = Output.concat(volume.name, "-", of_secrets)
        name = f"{service}-secrets-configuration"
        carriers.append(
            _carrier(stack, name, carrier_name, volume=volume, image=image, uploads=uploads, opts=both_exist)
        )
    return Configuration(volume.name, digest, carriers)


def _uploads(texts: Mapping[str, Input[str]]) -> list[docker.ContainerUploadArgs]:
    return [docker.ContainerUploadArgs(file=path, content=text, permissions=_FILE_MODE) for path, text in texts.items()]


def _carrier(
    stack: str,
    resource: str,
    name: Input[str],
    *,
    volume: docker.Volume,
    image: Input[str],
    uploads: list[docker.ContainerUploadArgs],
    opts: ResourceOptions,
) -> docker.Container:
    """A container whose creation writes files into a volume."""
    # A new image of the service does not change the volume's content. The engine adds its default log options and
    # limits, which are no drift.
    carried = ResourceOptions(additional_secret_outputs=["uploads"], ignore_changes=["image", "logOpts", "ulimits"])
    return docker.Container(
        resource,
        name=name,
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


def _all(values: Mapping[str, Input[str]]) -> Output[dict[str, str]]:
    # `Output.all()` without arguments returns a list.
    return Output.all(**values) if values else Output.from_input({})


def _digest(files: Mapping[str, str], secrets: Mapping[str, str], stack: str) -> str:
    """A digest of files and secrets, from which no secret can be guessed."""
    hashes = [(name, hardened(value, stack)) for name, value in sorted(secrets.items())]
    document = json.dumps([sorted(files.items()), hashes])
    return hashlib.sha256(document.encode()).hexdigest()[:12]
