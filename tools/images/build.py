"""Builds and pushes images."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial

from infra.checkout.process import Report
from infra.distributions import AssemblyError, assemble_all
from infra.images import Image, ImageError
from infra.settings import PROJECT, ROOT
from tools.images import context, sbom
from tools.images.engine import docker, exists

SBOMS = ROOT / "build" / "images"


def build(wanted: Sequence[Image], base_image: str, report: Report) -> None:
    """Build the images that the engine does not have.

    Args:
        wanted: images to build.
        base_image: reference of the base image.
        report: called with a progress line for each image.

    Raises:
        ImageError: the build failed; the message contains the end of its output.
    """
    missing = [image for image in wanted if not exists(image.local)]
    if not missing:
        return
    _assemble(missing, report)
    for image in missing:
        begun = time.monotonic()
        docker(*_arguments(image, base_image), write=partial(context.write, image))
        SBOMS.mkdir(parents=True, exist_ok=True)
        (SBOMS / f"{image.name}.cdx.json").write_text(sbom.document(image))
        report(f"{image.local}: built in {time.monotonic() - begun:.0f} s, {size(image) / 1e6:,.0f} MB")
        _remove_older(image)


def _assemble(images: Sequence[Image], report: Report) -> None:
    names = sorted({each.name for image in images for each in image.distributions})
    results = assemble_all(names, report)
    for name, result in results.items():
        if isinstance(result, AssemblyError):
            raise ImageError(f"{name} could not be assembled: {result}")


def _arguments(image: Image, base_image: str) -> list[str]:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    arguments = {"BASE_IMAGE": base_image, "VERSION": image.tag}
    if "ARG PYTHON_VERSION" in image.dockerfile:
        arguments["PYTHON_VERSION"] = python
    return [
        "build",
        *(part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")),
        *("--tag", image.local),
        *("--label", f"io.{PROJECT}.image={image.name}"),
        "-",
    ]


def size(image: Image) -> int:
    """Size of an image with its base image, in bytes."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", image.local))


def _remove_older(image: Image) -> None:
    """Remove all but the newest two versions of an image; the engine keeps those that a container uses."""
    listed = docker(
        "image", "ls", "--filter", f"label=io.{PROJECT}.image={image.name}", "--format", "{{.Repository}}:{{.Tag}}"
    )
    tags = [tag for tag in listed.split() if tag.startswith(image.local.rsplit(":", 1)[0]) and tag != image.local]
    for tag in tags[1:]:
        subprocess.run(["docker", "image", "rm", tag], capture_output=True, check=False)


def push(
    wanted: Sequence[Image], published: Mapping[str, str], registry: str, report: Report, *, section: str = "docker"
) -> str:
    """Push images, and return the settings by which a stack pulls these images.

    Args:
        wanted: images that the engine has.
        published: references of upstream images, by distribution; missing ones are pulled first.
        registry: registry and path, such as `registry.example:5000/team`.
        report: called with a progress line for each image.
        section: section of the settings for these images.

    Returns:
        Lines for `Pulumi.<stack>.yaml`, with the images' digests.
    """
    for reference in published.values():
        if not exists(reference):
            docker("pull", "--quiet", reference)
    own = {image.name: (image.local, f"{image.repository}:{image.tag}") for image in wanted}
    sources = own | {name: (reference, reference) for name, reference in published.items()}
    digests: dict[str, str] = {}
    for name, (source, target) in sources.items():
        remote = f"{registry}/{target}"
        docker("tag", source, remote)
        docker("push", "--quiet", remote)
        found: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RepoDigests}}", remote))
        digest = next(each for each in found if each.startswith(f"{registry}/")).split("@")[1]
        digests[name] = f"{target.rpartition(':')[2]}@{digest}"
        report(f"{remote}@{digest}")
    lines = [f"  kappastack:{section}:", f"    registry: {registry}", "    digests:"]
    return "\n".join([*lines, *(f"      {name}: {digest}" for name, digest in digests.items())])
