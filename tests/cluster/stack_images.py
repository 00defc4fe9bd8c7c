"""The images of the stack `rehearsal`, in an archive for the node: `python -m tests.cluster.stack_images` builds it.

The cache keeps the archive of the newest images. Its name contains a digest of their names, whose tags are digests of
their content.
"""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from infra.checkout.paths import cache, locked
from infra.configuration import load_settings
from infra.images import images
from infra.products.registry import chosen
from infra.services.prometheus import monitoring_images
from infra.settings import ROOT
from tests.cluster import engine as engines
from tests.cluster.published import build_missing
from tools.stack.configuration import stack_configuration

STACK = "rehearsal"
MONITORING = {"grafana": {"enabled": False}}
"""Settings of the monitoring. Grafana's image cannot be replaced: nothing else contains Grafana."""


def references() -> list[str]:
    """Names and tags of the images."""
    changed = {"kappastack:monitoring": json.dumps(MONITORING)}
    settings = load_settings({**stack_configuration(STACK), **changed}, {})
    own = [each.local for each in images(engines.base_image_name(), chosen(settings.products))]
    return sorted([*own, *monitoring_images(settings.monitoring).values()])


def archive() -> Path:
    """The archive, as `docker save` writes it. It is built if it does not exist.

    Raises:
        RuntimeError: an image cannot be built.
    """
    folder = cache() / "kubernetes" / "images"
    names = " ".join(references())
    target = folder / f"{sha256(names.encode()).hexdigest()[:16]}.tar"
    with locked(cache() / "kubernetes-images.lock", lambda: print("waiting for another run that builds the images …")):
        if not target.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            for outdated in folder.iterdir():
                outdated.unlink()
            draft = target.with_suffix(".draft")
            _save(draft)
            draft.replace(target)
    return target


def _save(draft: Path) -> None:
    with engines.engine() as engine:
        base = engines.base_image(engine)
        build_missing(engine, base)
        command = [sys.executable, "-m", "tools.images", "--stack", STACK, "--base-image", base]
        variables = engines.environment(engine)
        built = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            raise RuntimeError(f"the images cannot be built:\n{built.stdout[-2000:]}{built.stderr[-2000:]}")
        subprocess.run(["docker", "save", "--output", str(draft), *references()], env=variables, check=True)


if __name__ == "__main__":
    if reason := engines.reason_to_skip():
        print(reason)
    else:
        print(f"the images of {STACK} are in {archive()}")
