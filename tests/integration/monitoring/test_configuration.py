"""The configurations of a stack, checked by the programs that read them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.configuration import load_settings
from infra.services.model import fill
from tests.integration.monitoring.programs import amtool, promtool
from tests.mocking import Recorder, run
from tests.unit.kubernetes.rendered import prod, render
from tests.unit.kubernetes.scraped import files, targets
from tools.stack.configuration import stack_configuration


@pytest.fixture(scope="module", params=["", "https://hooks.example/T0P"], ids=["no webhook", "webhook"])
def local(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """The resources of the stack `local`, without and with a webhook."""
    webhook = {"kappastack:alertWebhook": request.param} if request.param else {}
    yield run(load_settings({**stack_configuration("local"), **webhook}, {}))
    asyncio.set_event_loop(None)


def rendered(recorder: Recorder, service: str, folder: Path) -> Path:
    """Write the files of a service, with paths in place of the placeholders."""
    inputs = recorder.of_type("HostService")[service].inputs
    values = {f"secret.{name}": str(folder / name) for name in inputs["secret_names"]}
    for name in inputs["secret_names"]:
        (folder / name).write_text("https://hooks.example/T0P")
    for name, text in inputs["files"].items():
        (folder / name).write_text(fill(text, values))
    return folder


def test_promtool_accepts_the_configuration_of_prometheus(local: Recorder, tmp_path: Path) -> None:
    done = promtool("check", "config", rendered(local, "prometheus", tmp_path) / "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule files found" in done.stdout


def test_promtool_accepts_a_configuration_that_looks_up_processes(tmp_path: Path) -> None:
    rendered_prod = render(prod(), "prod")
    assert any(target.looked_up for target in targets(rendered_prod))
    for name, text in files(rendered_prod).items():
        (tmp_path / name).write_text(text)
    done = promtool("check", "config", tmp_path / "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "prometheus.yml").write_text(files(rendered_prod)["prometheus.yml"].replace("type: A", "type: B"))
    assert promtool("check", "config", tmp_path / "prometheus.yml").returncode != 0


def test_amtool_accepts_the_configuration_of_alertmanager(local: Recorder, tmp_path: Path) -> None:
    path = rendered(local, "alertmanager", tmp_path) / "alertmanager.yml"
    done = amtool("check-config", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hooks.example" not in path.read_text()
