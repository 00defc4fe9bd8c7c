"""`pulumi preview --policy-pack infra/policies` rejects resources and settings that break a rule, and no others.

The program declares components with the types and properties of real resources, so no provider plugin is needed. The
pack runs from a copy of the repository, because it reads the files of stacks, and the stacks of this test break rules.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.checkout import environment
from infra.policies import on_resources, on_settings, on_stack
from infra.settings import ROOT
from tests.tracked_stacks import TRACKED_STACKS

pytestmark = pytest.mark.integration

PROGRAM = """
import json, pathlib
import pulumi
class Any(pulumi.ComponentResource):
    def __init__(self, kind, name, properties):
        super().__init__(kind, name, properties)
        # Rules about the whole stack get the outputs of resources.
        self.register_outputs(properties)
for kind, name, properties in json.loads(pathlib.Path("resources.json").read_text()):
    Any(kind, name, properties)
"""
CONTAINER = "docker:index/container:Container"
BREAKING: list[tuple[str, str, dict[str, object]]] = [
    ("docker:index/remoteImage:RemoteImage", "unpinned", {"name": "web:latest"}),
    (CONTAINER, "password", {"memory": 1, "healthcheck": {"tests": ["x"]}, "envs": ["DB_PASSWORD=admin"]}),
    (CONTAINER, "unlimited", {"healthcheck": {"tests": ["x"]}}),
    (CONTAINER, "open", {"memory": 1, "healthcheck": {"tests": ["x"]}, "ports": [{"internal": 9030, "ip": "0.0.0.0"}]}),
    (
        "kubernetes:apps/v1:Deployment",
        "privileged",
        {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1"}]}}}},
    ),
    (
        "kappastack:index:PulsarTopics",
        "forgetful",
        {
            "topics": {"events": {"namespace": "air"}},
            "namespaces": {"air": {"retention_minutes": 0, "retention_size_mb": 0}},
        },
    ),
]
KEEPING: list[tuple[str, str, dict[str, object]]] = [
    ("docker:index/remoteImage:RemoteImage", "pinned", {"name": "web:1.2"}),
    (
        CONTAINER,
        "limited",
        {"memory": 512, "healthcheck": {"tests": ["x"]}, "ports": [{"internal": 9030, "ip": "127.0.0.1"}]},
    ),
]


DOCKER = """\
config:
  kappastack:target: docker
  kappastack:alertWebhook: https://chat.example/hook
  kappastack:docker:
    operatorAddress: 10.0.0.5
"""
PRODUCTION = """\
config:
  kappastack:target: kubernetes
  kappastack:keepData: "false"
  kappastack:kubernetes:
    registry: registry.example/kappastack
  kappastack:starrocks:
    edition: EDITION
"""
REFUSED_RESOURCES = {
    "pinned-images": "image web:latest is not pinned; name a version or a digest",
    "no-plain-password": "variable DB_PASSWORD has a password in plain text, and it is a default password",
    "limits-and-probes": "the container has no memory limit",
    "private-ports": "port 9030 (STARROCKS_QUERY) is published on 0.0.0.0",
    "restricted-pods": "the pod of container web may run as root",
    "retained-topics": "topic events: namespace air deletes messages",
    "no-unmarked-loss": "V001__gone.sql:1: `DROP TABLE readings`",
}
REFUSED_ON_DOCKER = {
    "encrypted-secrets": "pulumi config set --secret alertWebhook VALUE -s broken-docker",
    "private-data-ports": "kappastack:docker.operatorAddress 10.0.0.5 publishes the ports of databases",
}
REFUSED_IN_PRODUCTION = {
    "quorums": "kappastack:pulsar.bookies is 1: the loss of one stops the stack or loses data",
    "kept-data": "kappastack:keepData is false: a removed service or product would lose its data",
    "disruption-budgets": "the 3 pods of undisrupted in namespace here have no PodDisruptionBudget",
}
# The settings reject this themselves, before any rule is checked.
NO_EMULATOR = "starrocks.edition emulator is for a laptop and for tests; target kubernetes needs edition cluster"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the files that the pack reads, with stacks that break rules about settings."""
    folder = tmp_path_factory.mktemp("copy")
    generated = shutil.ignore_patterns("node_modules", "target", "__pycache__")
    for part in ("apps", "infra", "seatunnel", "sql", "stacks", "tools", "topics"):
        shutil.copytree(ROOT / part, folder / part, ignore=generated)
    for name in TRACKED_STACKS:
        shutil.copy2(ROOT / f"Pulumi.{name}.yaml", folder)
    (folder / "Pulumi.broken-docker.yaml").write_text(DOCKER)
    (folder / "Pulumi.broken-production.yaml").write_text(PRODUCTION.replace("EDITION", "cluster"))
    (folder / "Pulumi.emulated-production.yaml").write_text(PRODUCTION.replace("EDITION", "emulator"))
    yield folder
    shutil.rmtree(folder)


def lossy(folder: Path) -> tuple[str, str, dict[str, object]]:
    """A schema whose migration drops a table without a reason."""
    (folder / "sql").mkdir()
    (folder / "sql" / "V001__gone.sql").write_text("DROP TABLE readings;\n")
    return "kappastack:index:StarRocksSchema", "lossy", {"folder": str(folder / "sql"), "replication_num": 1}


def preview(
    folder: Path, copy: Path, stack: str, resources: list[tuple[str, str, dict[str, object]]]
) -> tuple[int, str]:
    (folder / "resources.json").write_text(json.dumps(resources))
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(
        "name: policies\nruntime: python\nplugins:\n  analyzers:\n"
        f"    - {{name: policy-kappastack, path: {copy}/infra/policies/bin}}\n"
    )
    variables = {
        **os.environ,
        **environment.variables(),
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "of a test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }

    def pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", *arguments, "--non-interactive"]
        return subprocess.run(
            command, cwd=folder, env=variables, check=False, capture_output=True, text=True, timeout=900
        )

    made = pulumi("stack", "select", "--create", stack)
    assert made.returncode == 0, made.stderr
    done = pulumi("preview", "--stack", stack, "--policy-pack", str(copy / "infra" / "policies"))
    return done.returncode, done.stdout + done.stderr


def check_refused(text: str, refused: dict[str, str]) -> None:
    for rule, message in refused.items():
        assert f"[mandatory]  {rule}" in text, text
        assert message in text, text


def test_resources_that_break_a_rule_are_refused_with_the_rules_message(tmp_path: Path, copy: Path) -> None:
    status, text = preview(tmp_path, copy, "broken-docker", [*BREAKING, lossy(tmp_path)])
    assert status != 0
    check_refused(text, REFUSED_RESOURCES | REFUSED_ON_DOCKER)


def test_settings_that_break_a_rule_of_production_are_refused(tmp_path: Path, copy: Path) -> None:
    pods: dict[str, object] = {"metadata": {"namespace": "here"}, "spec": {"replicas": 3}}
    unprotected = ("kubernetes:apps/v1:StatefulSet", "undisrupted", pods)
    status, text = preview(tmp_path, copy, "broken-production", [*KEEPING, unprotected])
    assert status != 0
    check_refused(text, REFUSED_IN_PRODUCTION)


def test_the_emulator_in_production_is_refused(tmp_path: Path, copy: Path) -> None:
    status, text = preview(tmp_path, copy, "emulated-production", KEEPING)
    assert status != 0
    assert NO_EMULATOR in text


def test_every_rule_is_broken_by_an_example() -> None:
    broken = REFUSED_RESOURCES | REFUSED_ON_DOCKER | REFUSED_IN_PRODUCTION
    assert {rule.name for rule in (*on_resources.RULES, *on_settings.RULES, *on_stack.RULES)} == broken.keys() | {
        "no-emulator"
    }


def test_violations_of_a_local_stack_are_warnings(tmp_path: Path, copy: Path) -> None:
    status, text = preview(tmp_path, copy, "local", BREAKING[:1])
    assert status == 0, text
    assert "[advisory]  pinned-images" in text


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_resources_that_follow_the_rules_are_not_refused(tmp_path: Path, copy: Path, stack: str) -> None:
    status, text = preview(tmp_path, copy, stack, KEEPING)
    assert status == 0, text
    assert "[mandatory]" not in text
    assert "[advisory]" not in text
