"""Checks the digests of images in a stack's settings."""

from collections.abc import Iterable

from infra.images import images
from infra.products.model import Product
from infra.services.prometheus import monitoring_images
from infra.services.starrocks_cluster import published_images
from infra.settings import PROJECT, Settings, SettingsError
from infra.targets.traits import TRAITS


def check_digests(settings: Settings, products: Iterable[Product]) -> None:
    """Refuse digests that no image of the stack would use, and those of images with other contents.

    Args:
        settings: settings of the stack.
        products: data products of the stack.

    Raises:
        SettingsError: a digest belongs to no image, to an image with another tag, or to a built image without a
            registry.
    """
    if not settings.images.digests:
        return
    key = f"{PROJECT}:{TRAITS[settings.target].image_section}"
    built = {image.name: image.tag for image in images(settings.images.base_image, products)}
    published = published_images(settings.starrocks) | monitoring_images(settings.monitoring)
    known = built | {name: reference.rpartition(":")[2] for name, reference in published.items()}
    if unknown := sorted(settings.images.digests.keys() - known.keys()):
        raise SettingsError(
            f"{key}.digests: the stack has no image {', '.join(unknown)}; it has {', '.join(sorted(known))}"
        )
    if not settings.images.registry and (local := sorted(settings.images.digests.keys() & built.keys())):
        raise SettingsError(
            f"{key}.digests: without {key}.registry, the engine's own images of {', '.join(local)} run, which have no "
            "digest; set the registry or leave the digests out"
        )
    others = {name: text.rpartition("@")[0] for name, text in settings.images.digests.items()}
    if outdated := [
        f"{name} {tag} (now {known[name]})" for name, tag in others.items() if tag not in ("", known[name])
    ]:
        raise SettingsError(
            f"{key}.digests: the digests are those of older images: {', '.join(outdated)}; run make push and paste the "
            "lines that it prints"
        )
