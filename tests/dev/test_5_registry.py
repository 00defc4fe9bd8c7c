"""Images are pushed to a registry, as for a machine without internet access, and pulled from there by digest."""

import subprocess
import sys
from pathlib import Path

import docker
import pytest
import yaml

from infra.images import find, images
from infra.settings import ROOT, DockerSettings
from tests.cluster import engine as engines
from tests.cluster.registry import registry

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

NAME = "postgres"


def test_pushed_images_are_pulled_with_the_printed_settings(engine: str, tmp_path: Path) -> None:
    base = engines.base_image(engine)
    client = docker.DockerClient(base_url=engine) if engine else docker.from_env()
    with registry(tmp_path) as address:
        prefix = f"{address}/team"
        command = [sys.executable, "-m", "tools.images", NAME, "--base-image", base, "--push", prefix]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=engines.environment(engine),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        lines = done.stdout[done.stdout.index("  kappastack:docker:") :]
        settings = DockerSettings.model_validate(yaml.safe_load(lines)["kappastack:docker"])
        built = find(NAME, images(base, []))
        pushed = client.images.get(built.local).id
        client.images.remove(f"{prefix}/{built.repository}:{built.tag}")

        reference = built.reference(settings)
        assert reference.startswith(f"{prefix}/kappastack/{NAME}@sha256:")
        try:
            assert client.images.pull(reference).id == pushed
        finally:
            client.images.remove(reference)
