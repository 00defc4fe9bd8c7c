"""The images of the services: which there are, what each holds, and the name that it has on an engine or in a registry.

A Dockerfile in `images/<name>/` copies distributions to `/opt/kappastack/<distribution>`. The tag of an image follows
from them, the Dockerfile and the base image, so that equal tags mean equal content and nothing is built to find out.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from infra.distributions import Distribution, every
from infra.settings import PROJECT, ROOT, DockerSettings

IMAGES = ROOT / "images"
HEALTHY = IMAGES / "healthy"
HOME = "/opt/kappastack"
"""Where an image holds its distributions."""
_COPY = re.compile(rf"^COPY (\S+) {HOME}/(\S+)$", re.MULTILINE)
_GENERATED = {"sbom.cdx.json"}


class ImageError(Exception):
    """An image that cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Image:
    """An image of ours.

    Args:
        name: folder below `images/`, and name of the service's own distribution.
        distributions: all that it holds.
        tag: of its content.
    """

    name: str
    distributions: tuple[Distribution, ...]
    tag: str

    @property
    def dockerfile(self) -> Path:
        """How it is built."""
        return IMAGES / self.name / "Dockerfile"

    @property
    def local(self) -> str:
        """Its name on the engine that built it."""
        return f"{PROJECT}/{self.name.replace('_', '-')}:{self.tag}"

    def reference(self, docker: DockerSettings) -> str:
        """Its name for whoever runs it: a pinned digest where the settings have one, else the tag of its content."""
        if not docker.registry:
            return self.local
        repository = f"{docker.registry}/{self.local.rsplit(':', 1)[0]}"
        digest = docker.digests.get(self.name)
        return f"{repository}@{digest}" if digest else f"{repository}:{self.tag}"


def image(name: str, base_image: str) -> Image:
    """The image of a service, by the name of its distribution.

    Args:
        name: such as `pulsar`.
        base_image: what it is built on.

    Raises:
        ImageError: there is no such image, or it copies what is no distribution.
    """
    dockerfile = IMAGES / name / "Dockerfile"
    if not dockerfile.is_file():
        raise ImageError(f"there is no image for distribution {name!r}: {dockerfile} is missing")
    text = dockerfile.read_text()
    known = {distribution.name: distribution for distribution in every()}
    sources = [source for source, _ in _COPY.findall(text) if source not in _GENERATED]
    if unknown := [source for source in sources if source not in known]:
        raise ImageError(f"{dockerfile} copies {', '.join(unknown)}; distributions are {', '.join(known)}")
    distributions = tuple(known[source] for source in sources)
    content = [text, HEALTHY.read_text(), base_image, *(f"{each.name}-{each.version}" for each in distributions)]
    digest = sha256("\n".join(content).encode()).hexdigest()[:12]
    upstream = known[name].version.split("-", 1)[0]
    return Image(name, distributions, f"{upstream}-{digest}")


def images(base_image: str) -> list[Image]:
    """All images."""
    return [image(path.parent.name, base_image) for path in sorted(IMAGES.glob("*/Dockerfile"))]
