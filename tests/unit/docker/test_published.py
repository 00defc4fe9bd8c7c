"""The replacements of published images, which the tests on a Docker Engine build."""

import subprocess

import pytest

from infra.services.prometheus import monitoring_images
from infra.settings import GrafanaSettings, MonitoringSettings
from tests.cluster import published


def test_each_missing_image_but_that_of_grafana_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def lacking(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, 1)

    def build(_replacement: object, reference: str, _host: str, _base_image: str) -> None:
        built.append(reference)

    monkeypatch.setattr(subprocess, "run", lacking)
    monkeypatch.setattr(published, "_build", build)
    published.build_missing("", "debian:bookworm-slim")
    without = MonitoringSettings(grafana=GrafanaSettings(enabled=False))
    assert built == list(monitoring_images(without).values())
    assert len(built) == 4
