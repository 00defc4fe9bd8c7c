"""Rules for every target, and for the code that uses targets."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.services.model import Endpoint
from infra.services.web import frontend
from infra.settings import ROOT, Settings, WebSettings
from infra.targets.base import refuse_replicas
from infra.targets.operations import operations
from infra.targets.traits import TRAITS


def _sources() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def _comparisons(path: Path) -> Iterator[str]:
    """Comparisons of a stack's target with the name of a target."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Compare | ast.Match):
            continue
        for each in [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.subject]:
            named = isinstance(each, ast.Attribute) and ast.unparse(each).endswith("settings.target")
            if named or (isinstance(each, ast.Constant) and each.value in TRAITS):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"


def test_only_targets_and_stacks_compare_the_name_of_a_target() -> None:
    allowed = ("infra/targets/", "stacks/", "tests/")
    others = [path for path in _sources() if not str(path.relative_to(ROOT)).startswith(allowed)]
    assert len(others) > 100
    assert [line for path in others for line in _comparisons(path)] == []
    assert list(_comparisons(ROOT / "stacks" / "environment.py"))


def test_every_target_has_traits() -> None:
    names = Settings.model_json_schema()["properties"]["target"]["enum"]
    assert set(TRAITS) == set(names)


@pytest.mark.parametrize("target", ["host", "docker"])
def test_targets_with_one_machine_refuse_replicas(target: str) -> None:
    service = frontend(WebSettings(), platform_api=Endpoint("http", "platform-api", 8090), products={})
    refuse_replicas(service, target)
    with pytest.raises(ValueError, match=f"frontend has 2 replicas, but target {target} runs only 1"):
        refuse_replicas(replace(service, replicas=2), target)


def test_operations_have_the_addresses_of_their_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    host = operations(Settings.model_validate({"target": "host"}), "local")
    assert (host.address, host.uses_entrances, host.runs_here, host.base_image) == ("127.0.0.1", False, True, "")
    docker = {"target": "docker", "docker": {"operatorAddress": "10.0.0.7"}}
    engine = operations(Settings.model_validate(docker), "dev")
    assert (engine.address, engine.uses_entrances, engine.runs_here) == ("10.0.0.7", True, False)
    assert engine.base_image == "debian:bookworm-slim"
    assert host.services() == {}
    assert host.kept_data().names == ()
