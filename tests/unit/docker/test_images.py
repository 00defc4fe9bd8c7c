"""Images. Their names depend only on their content, and equal content results in an equal build context."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from infra.distributions import Distribution, every
from infra.images import Image, ImageError, find, images
from infra.products.registry import declared
from infra.services.prometheus import monitoring_images
from infra.settings import DockerSettings, MonitoringSettings
from tools.images import context, sbom

BASE = "debian:bookworm-slim"


def image(name: str, base: str = BASE) -> Image:
    return find(name, images(base, declared().values()))


def test_every_service_has_an_image() -> None:
    programs = {"tasks", *(each.name for each in every() if each.name.endswith(("-predictor", "-pipeline")))}
    published = monitoring_images(MonitoringSettings()).keys()
    wanted = {each.name for each in every()} - programs - published
    assert {each.name for each in images(BASE, declared().values())} == wanted


def test_a_platform_without_products_needs_no_product_image() -> None:
    assert not [each.name for each in images(BASE, []) if "ciapol" in each.name or "ciapol" in each.dockerfile]


def test_worker_images_contain_the_task_programs() -> None:
    assert {each.name for each in image("dolphinscheduler").distributions} == {
        "dolphinscheduler",
        "ciapol-predictor",
        "liontrack-pipeline",
        "tasks",
    }


def test_the_name_depends_on_content_and_base_image_only() -> None:
    assert image("ciapol-api") == image("ciapol-api")
    assert image("ciapol-api").local != image("ciapol-api", "debian:trixie-slim").local
    assert image("starrocks_emulator").local.startswith("localhost/kappastack/starrocks-emulator:0.1.0-")


def test_every_image_runs_as_an_unprivileged_user_and_has_labels() -> None:
    for each in images(BASE, declared().values()):
        assert each.dockerfile.startswith("ARG BASE_IMAGE=debian:bookworm-slim\nFROM ${BASE_IMAGE}\n"), each.name
        assert "\nUSER 10001:0\n" in each.dockerfile, each.name
        # The deployment defines the health check from the description of the service.
        assert "HEALTHCHECK" not in each.dockerfile, each.name
        for label in ("title", "vendor", "version"):
            assert f"org.opencontainers.image.{label}=" in each.dockerfile, each.name


def test_the_error_for_an_unknown_image_names_it() -> None:
    with pytest.raises(ImageError, match="no image for distribution 'nobody'"):
        image("nobody")


def test_references_follow_the_settings() -> None:
    found = image("pulsar")
    digest = f"sha256:{'c' * 64}"
    assert found.reference(DockerSettings()) == found.local
    assert found.reference(DockerSettings(registry="r:5000/t")) == f"r:5000/t/kappastack/pulsar:{found.tag}"
    pinned = DockerSettings(registry="r:5000/t", digests={"pulsar": digest})
    assert found.reference(pinned) == f"r:5000/t/kappastack/pulsar@{digest}"
    tagged = DockerSettings(registry="r:5000/t", digests={"pulsar": f"{found.tag}@{digest}"})
    assert found.reference(tagged) == f"r:5000/t/kappastack/pulsar@{digest}"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Image:
    """An image of one small distribution."""
    folder = tmp_path / "api-1"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "org.example-thing-1.2.jar").write_text("jar")
    (folder / "lib" / "same.jar").hardlink_to(folder / "lib" / "org.example-thing-1.2.jar")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o700)
    monkeypatch.setattr("infra.distributions.model.DIST", tmp_path)
    (folder / "requirements.txt").write_text("fastapi==0.1\n")
    return Image("api", "FROM x\n", (Distribution("api", "1"),), BASE)


def written(image: Image) -> bytes:
    stream = io.BytesIO()
    context.write(image, stream)
    return stream.getvalue()


def test_equal_content_gives_an_equal_context(small: Image) -> None:
    first = written(small)
    for path in small.distributions[0].path.rglob("*"):
        path.touch()
    assert written(small) == first
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        members = {member.name: member for member in tar}
    assert {"Dockerfile", "healthy", "sbom.cdx.json", "api/run", "api/lib/same.jar"} <= set(members)
    assert {member.mtime for member in members.values()} == {0}
    assert {(member.uid, member.gid) for member in members.values()} == {(0, 0)}
    assert members["api/run"].mode == 0o755
    assert members["api/lib/same.jar"].islnk()


def test_the_bill_of_materials_names_packages_and_jars(small: Image) -> None:
    found = json.loads(sbom.document(small))
    purls = {component["purl"] for component in found["components"]}
    assert "pkg:maven/org.example/thing@1.2" in purls
    assert any(purl.startswith("pkg:pypi/fastapi@") for purl in purls)
    assert found["metadata"]["component"]["version"] == small.tag
