"""Replacements for the published images of the monitoring, if no registry can be reached.

They contain Debian's programs at the paths, with the users and with the entrypoints of the published images.
"""

import io
import subprocess
import tarfile
from dataclasses import dataclass

from infra.distributions import (
    Distribution,
    alertmanager,
    assemble,
    node_exporter,
    postgres_exporter,
    prometheus,
)
from infra.services.prometheus import monitoring_images
from infra.settings import GrafanaSettings, MonitoringSettings
from tests.cluster.engine import environment


@dataclass(frozen=True)
class _Replacement:
    distribution: Distribution
    data: str = "/tmp"  # a folder in an image

    @property
    def dockerfile(self) -> str:
        """The Dockerfile. The published images contain BusyBox, whose `wget` runs the health check."""
        return "\n".join(
            [
                "ARG BASE_IMAGE",
                "FROM ${BASE_IMAGE}",
                "RUN apt-get update -qq && apt-get install -qq --yes --no-install-recommends busybox "
                "&& ln -s /bin/busybox /usr/bin/wget && rm -rf /var/lib/apt/lists",
                "COPY distribution /opt/published",
                "RUN for program in /opt/published/bin/*; do ln -s $program /bin/; done",
                f"RUN install --directory --owner=65534 --group=65534 {self.data}",
                "LABEL io.kappastack.replacement=1",
                "USER 65534",
                "WORKDIR /opt/published",
                f'ENTRYPOINT ["/opt/published/bin/{self.distribution.name}"]',
            ]
        )


def _replacements() -> dict[str, _Replacement]:
    return {
        "prometheus": _Replacement(prometheus(), "/prometheus"),
        "alertmanager": _Replacement(alertmanager(), "/alertmanager"),
        "node_exporter": _Replacement(node_exporter()),
        "postgres_exporter": _Replacement(postgres_exporter()),
    }


def build_missing(host: str, base_image: str) -> None:
    """Build replacements under the names of the published images that the engine lacks.

    Args:
        host: value of DOCKER_HOST for the engine.
        base_image: a Debian image.
    """
    # No package contains Grafana, so the stacks of the tests run without it.
    settings = MonitoringSettings(grafana=GrafanaSettings(enabled=False))
    for name, reference in monitoring_images(settings).items():
        found = subprocess.run(
            ["docker", "image", "inspect", reference], env=environment(host), capture_output=True, check=False
        )
        if found.returncode != 0:
            _build(_replacements()[name], reference, host, base_image)


def _build(replacement: _Replacement, reference: str, host: str, base_image: str) -> None:
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        text = replacement.dockerfile.encode()
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
        tar.add(assemble(replacement.distribution, lambda _line: None), "distribution")
    done = subprocess.run(
        ["docker", "build", "--quiet", "--tag", reference, "--build-arg", f"BASE_IMAGE={base_image}", "-"],
        env=environment(host),
        input=context.getvalue(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
