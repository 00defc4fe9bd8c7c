"""The images of the services: their contents, and their names on an engine or in a registry.

An image contains distributions in `/opt/kappastack/<distribution>`. Its Dockerfile consists of fragments from
`images/parts/`, one for each runtime that it needs, and of lines that all images share. It has no health check, because
the target reads the health check from the service's description. The tag contains a digest of the image's content, so
images with equal tags have equal content.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from infra.distributions import Distribution, every
from infra.products.model import Product
from infra.services.model import Service
from infra.settings_base import PROJECT, ROOT
from infra.settings_of_targets import ImageSettings

IMAGES = ROOT / "images"
HEALTHY = IMAGES / "healthy"
HOME = "/opt/kappastack"
"""Folder of the distributions in an image."""
_VOLUMES = "/var/lib/kappastack"
_USER = "10001:0"


class ImageError(Exception):
    """An image cannot be built or does not exist; the message names the remedy."""


@dataclass(frozen=True)
class _Recipe:
    """The parts of an image.

    Args:
        name: name of the image, and of the distribution that its services run.
        title: title of the image, for users.
        parts: names of files in `images/parts/`, without extension.
        volumes: names of the volumes of its services.
        further: names of further distributions.
    """

    name: str
    title: str
    parts: tuple[str, ...] = ("python",)
    volumes: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def _recipes(products: Iterable[Product]) -> list[_Recipe]:
    products = list(products)
    programs = [product.program_distribution(each) for product in products for each in product.programs]
    return [
        _Recipe(
            "dolphinscheduler",
            "DolphinScheduler with the programs of tasks",
            parts=("java", "python", "tasks"),
            volumes=("data",),
            further=("tasks", *programs),
        ),
        _Recipe("frontend", "Page of kappastack"),
        _Recipe("platform_api", "API of the platform"),
        _Recipe("postgres", "PostgreSQL", parts=(), volumes=("data",)),
        _Recipe("pulsar", "Apache Pulsar", parts=("java",), volumes=("data",)),
        _Recipe(
            "seatunnel",
            "SeaTunnel Zeta with the connectors of kappastack",
            parts=("java",),
            volumes=("checkpoints",),
        ),
        _Recipe("starrocks_emulator", "StarRocks emulator of kappastack: for tests, not StarRocks", volumes=("data",)),
        *(_Recipe(each.api_service, f"API of {each.title}") for each in products if each.api is not None),
    ]


@dataclass(frozen=True)
class Image:
    """An image of this repository.

    Args:
        name: name of the image.
        dockerfile: text of its Dockerfile.
        distributions: the distributions that it contains, first the one that its services run.
        base_image: reference of its base image.
    """

    name: str
    dockerfile: str
    distributions: tuple[Distribution, ...]
    base_image: str

    @property
    def tag(self) -> str:
        """The tag: the version of the software and a digest of the image's content."""
        content = [
            self.dockerfile,
            HEALTHY.read_text(),
            self.base_image,
            *(f"{each.name}-{each.version}" for each in self.distributions),
        ]
        digest = sha256("\n".join(content).encode()).hexdigest()[:12]
        return f"{self.distributions[0].version.split('-', 1)[0]}-{digest}"

    @property
    def repository(self) -> str:
        """The repository of the image in a registry."""
        return f"{PROJECT}/{self.name.replace('_', '-')}"

    @property
    def local(self) -> str:
        """Name of the image on the engine that built it. `localhost` excludes a pull from a public registry."""
        return f"localhost/{self.repository}:{self.tag}"

    def reference(self, settings: ImageSettings) -> str:
        """The reference that a target runs: with the digest if the settings contain one, else with the tag."""
        if not settings.registry:
            return self.local
        repository = f"{settings.registry}/{self.repository}"
        digest = settings.digest(self.name)
        return f"{repository}@{digest}" if digest else f"{repository}:{self.tag}"


def images(base_image: str, products: Iterable[Product]) -> list[Image]:
    """The images of the platform and of `products`, built on `base_image`."""
    known = {distribution.name: distribution for distribution in every()}
    return [
        Image(
            recipe.name,
            _dockerfile(recipe),
            tuple(known[name] for name in (recipe.name, *recipe.further)),
            base_image,
        )
        for recipe in _recipes(products)
    ]


def find(name: str, among: Sequence[Image]) -> Image:
    """The image of the services that run a distribution.

    Raises:
        ImageError: there is none; the message names the existing images.
    """
    for image in among:
        if image.name == name:
            return image
    raise ImageError(f"there is no image for distribution {name!r}; there are {', '.join(each.name for each in among)}")


def _dockerfile(recipe: _Recipe) -> str:
    folders = [_VOLUMES, *(f"{_VOLUMES}/{name}" for name in recipe.volumes)] if recipe.volumes else []
    lines = [
        "ARG BASE_IMAGE=debian:bookworm-slim",
        "FROM ${BASE_IMAGE}",
        *((IMAGES / "parts" / f"{part}.dockerfile").read_text().rstrip() for part in recipe.parts),
        "RUN echo 'kappastack:x:10001:0::/tmp:/usr/sbin/nologin' >> /etc/passwd",
        *([f"RUN install --directory --owner=10001 --group=0 --mode=0770 {' '.join(folders)}"] if folders else []),
        "COPY healthy /usr/local/bin/healthy",
        f"COPY sbom.cdx.json {HOME}/sbom.cdx.json",
        *(f"COPY {name} {HOME}/{name}" for name in (recipe.name, *recipe.further)),
        "ARG VERSION=0",
        f'LABEL org.opencontainers.image.title="{recipe.title}" \\',
        f'      org.opencontainers.image.vendor="{PROJECT}" \\',
        '      org.opencontainers.image.version="${VERSION}"',
        f"USER {_USER}",
        "WORKDIR /tmp",
    ]
    return "\n".join(lines) + "\n"


def published(service: Service, settings: ImageSettings) -> str:
    """The reference of a service's published image."""
    assert service.image is not None
    return of_registry(service.image.reference, service.distribution.name, settings)


def of_registry(reference: str, name: str, settings: ImageSettings) -> str:
    """The reference of a published image, with the registry and the digest from the settings, if they are set.

    Args:
        reference: name and tag, as its project publishes it.
        name: key of its digest in the settings.
        settings: registry and digests.
    """
    found = f"{settings.registry}/{reference}" if settings.registry else reference
    digest = settings.digest(name)
    return f"{found.rsplit(':', 1)[0]}@{digest}" if digest else found
