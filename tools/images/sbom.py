"""Bills of materials in CycloneDX format, from the locks and the jars of distributions."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from infra.distributions import Distribution
from infra.distributions.recipes.python_app import LOCK
from infra.images import Image
from infra.settings import PROJECT

_PINNED = re.compile(r"^([a-zA-Z0-9][a-zA-Z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_JAR = re.compile(r"^(?P<name>.+?)-(?P<version>\d[^/]*)\.jar$")


def document(image: Image) -> str:
    """The bill of materials of an image. It depends on the image's content only."""
    components = sorted(
        {component for distribution in image.distributions for component in _components(distribution)},
    )
    return (
        json.dumps(
            {
                "bomFormat": "CycloneDX",
                "specVersion": "1.5",
                "version": 1,
                "metadata": {
                    "component": {"type": "container", "name": f"{PROJECT}/{image.name}", "version": image.tag}
                },
                "components": [
                    {"type": "library", "name": name, "version": version, "purl": purl}
                    for name, version, purl in components
                ],
            },
            indent=1,
        )
        + "\n"
    )


def _components(distribution: Distribution) -> Iterator[tuple[str, str, str]]:
    yield distribution.name, distribution.version, f"pkg:generic/{PROJECT}/{distribution.name}@{distribution.version}"
    lock = distribution.path / LOCK
    if lock.is_file():
        for name, version in _PINNED.findall(lock.read_text()):
            yield name, version, f"pkg:pypi/{name.lower()}@{version}"
    yield from _jars(distribution.path)


def _jars(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in folder.rglob("*.jar"):
        match = _JAR.match(path.name)
        name, version = (match["name"], match["version"]) if match else (path.stem, "unknown")
        # The jars of some releases are named `group.id-artifact-1.0.jar`.
        group, _, artifact = name.rpartition("-") if re.match(r"^[a-z]+(\.[a-z0-9_]+)+-", name) else ("", "", name)
        yield name, version, f"pkg:maven/{group or 'unknown'}/{artifact}@{version}"
