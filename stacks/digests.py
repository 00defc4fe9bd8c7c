"""Checks the digests of images in a stack's settings."""

from collections.abc import Iterable

from infra.images import images
from infra.products.model import Product
from infra.services.prometheus import monitoring_images
from infra.services.starrocks_cluster import published_images
from infra.settings import PROJECT, Settings, SettingsError
from infra.targets.traits import TRAITS


def check_digests(settings: Settings, products: Iterable[Product]) -> None:
    """Refuse digests that no image of the stack would use; such an image would run unpinned.

    Args:
        settings: settings of the stack.
        products: data products of the stack.

    Raises:
        SettingsError: a digest belongs to no image, or to a built image without a registry.
    """
    if not settings.images.digests:
        return
    key = f"{PROJECT}:{TRAITS[settings.target].image_section}"
    built = {image.name for image in images(settings.images.base_image, products)}
    known = built | published_images(settings.starrocks).keys() | monitoring_images(settings.monitoring).keys()
    if unknown := sorted(settings.images.digests.keys() - known):
        raise SettingsError(
            f"{key}.digests: the stack has no image {', '.join(unknown)}; it has {', '.join(sorted(known))}"
        )
    if not settings.images.registry and (local := sorted(settings.images.digests.keys() & built)):
        raise SettingsError(
            f"{key}.digests: without {key}.registry, the engine's own images of {', '.join(local)} run, which have no "
            "digest; set the registry or leave the digests out"
        )
