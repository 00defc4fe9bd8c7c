"""Configuration files and secrets of a service, in a ConfigMap and a Secret.

Their names contain a digest of their content. Changed content thus creates new objects beside the old ones, and pods
that refer to the new names replace the old pods, which read the old objects until they end.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import core, meta

from infra.hardening import hardened
from infra.targets.kubernetes import names


@dataclass(frozen=True)
class Configuration:
    """The objects of a service.

    Args:
        digest: digest of all content.
        files: name of the ConfigMap; None if the service has no files.
        secrets: name of the Secret; None if the service has none.
        paths: path of each file by its key in the ConfigMap.
    """

    digest: Input[str] = ""
    files: Input[str] | None = None
    secrets: Input[str] | None = None
    paths: Mapping[str, str] = field(default_factory=dict)


def configuration(
    service: str,
    namespace: Input[str],
    *,
    labels: Mapping[str, str],
    files: Mapping[str, str],
    secrets: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> Configuration:
    """Declare the objects.

    Args:
        service: name of the service.
        namespace: namespace of the objects.
        labels: labels of the objects.
        files: text of each file by its path.
        secrets: secrets by file name.
        opts: options of the declared resources.
    """
    # The old object is deleted after the pods that read it are gone.
    kept = ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=False))
    paths = {path.replace("/", "."): path for path in files}
    content = _digest(files)
    files_name = f"{service}-{content}" if files else None
    if files_name is not None:
        core.v1.ConfigMap(
            f"{service}-files",
            metadata=_metadata(files_name, namespace, labels),
            immutable=True,
            data={key: files[path] for key, path in paths.items()},
            opts=kept,
        )
    if not secrets:
        return Configuration(content, files_name, None, paths)
    digest = Output.unsecret(Output.all(**secrets).apply(partial(_digest_of_secrets, labels[names.STACK_LABEL])))
    secrets_name = digest.apply(lambda text: f"{service}-{text}")
    core.v1.Secret(
        f"{service}-secrets",
        metadata=_metadata(secrets_name, namespace, labels),
        immutable=True,
        string_data={file: Output.secret(value) for file, value in sorted(secrets.items())},
        opts=ResourceOptions.merge(kept, ResourceOptions(additional_secret_outputs=["stringData", "data"])),
    )
    return Configuration(digest.apply(lambda text: f"{content}-{text}"), files_name, secrets_name, paths)


def _metadata(name: Input[str], namespace: Input[str], labels: Mapping[str, str]) -> meta.v1.ObjectMetaArgs:
    return meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels, annotations=names.REPAIRED)


def _digest(values: Mapping[str, str]) -> str:
    """A digest of texts."""
    return hashlib.sha256(json.dumps(sorted(values.items())).encode()).hexdigest()[:12]


def _digest_of_secrets(stack: str, values: Mapping[str, str]) -> str:
    """A digest from which no secret can be guessed."""
    return _digest({name: hardened(value, stack) for name, value in values.items()})
