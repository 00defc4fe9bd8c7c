"""`python -m tools.images [--stack dev] [--base-image REFERENCE] [--push REGISTRY] [name …]`."""

import argparse
import os
import sys

from infra.configuration import load_settings
from infra.images import ImageError, images
from infra.products.registry import chosen
from infra.services.prometheus import monitoring_images
from infra.services.starrocks_cluster import published_images
from infra.settings import SettingsError
from infra.targets.traits import TRAITS
from tools.images.build import build, push, size
from tools.stack.configuration import stack_configuration


def main() -> int:
    """Build, print sizes, and push if `--push` is given."""
    parser = argparse.ArgumentParser(prog="python -m tools.images", description="Builds the images of the services.")
    parser.add_argument("name", nargs="*", help="images; by default all")
    parser.add_argument(
        "--stack", default=os.environ.get("STACK") or "dev", help="stack whose settings name the base image"
    )
    parser.add_argument("--base-image", help="base image instead of the one in the stack's settings")
    parser.add_argument(
        "--push", metavar="REGISTRY", help="push the images to this registry and print the stack's settings"
    )
    options = parser.parse_args()
    settings = load_settings(stack_configuration(options.stack))
    base = options.base_image or settings.images.base_image
    every = images(base, chosen(settings.products))
    if unknown := set(options.name) - {image.name for image in every}:
        parser.error(f"unknown {', '.join(sorted(unknown))}; there are {', '.join(image.name for image in every)}")
    wanted = [image for image in every if not options.name or image.name in options.name]
    build(wanted, base, lambda line: print(line, flush=True))
    for image in wanted:
        print(f"{image.local:<60} {size(image) / 1e6:6,.0f} MB")
    if options.push:
        published = {}
        if not options.name:
            published = {**published_images(settings.starrocks), **monitoring_images(settings.monitoring)}
        section = TRAITS[settings.target].image_section
        print(push(wanted, published, options.push, lambda line: print(line, flush=True), section=section))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ImageError, SettingsError) as problem:
        sys.exit(str(problem))
