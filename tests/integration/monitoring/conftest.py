"""The rule files of a stack with all products."""

from pathlib import Path

import pytest
import yaml

from infra.monitoring.rules import rendered, scoped_groups
from infra.products.registry import declared
from infra.services.model import fill
from tests.integration.monitoring.evaluation import NORMAL


@pytest.fixture(scope="session")
def scoped_rules(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The rule files of the stack `mine`, for a Prometheus that has the metrics of other programs too."""
    folder = tmp_path_factory.mktemp("scoped")
    paths = []
    for name, groups in scoped_groups(declared(), NORMAL, "mine").items():
        paths.append(folder / f"{name}.yml")
        paths[-1].write_text(fill(yaml.safe_dump({"groups": groups}), {"namespaces": "mine|mine-data"}))
    return paths


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The rule files of the stack's own Prometheus."""
    folder = tmp_path_factory.mktemp("rules")
    paths = []
    for name, text in rendered(declared(), NORMAL).items():
        paths.append(folder / name)
        paths[-1].write_text(text)
    return paths
