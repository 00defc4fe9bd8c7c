"""`pulumi preview --policy-pack infra/policies` refuses what breaks a rule, and nothing else.

The program declares components with the types and properties of real resources, so no provider plugin is needed.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from infra.checkout import environment
from infra.settings import ROOT

pytestmark = pytest.mark.integration

PROGRAM = """
import json, pathlib
import pulumi
class Any(pulumi.ComponentResource):
    def __init__(self, kind, name, properties):
        super().__init__(kind, name, properties)
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


def preview(folder: Path, stack: str, resources: list[tuple[str, str, dict[str, object]]]) -> tuple[int, str]:
    (folder / "resources.json").write_text(json.dumps(resources))
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(
        "name: policies\nruntime: python\nplugins:\n  analyzers:\n"
        f"    - {{name: policy-kappastack, path: {ROOT}/infra/policies/bin}}\n"
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
    done = pulumi("preview", "--stack", stack, "--policy-pack", str(ROOT / "infra" / "policies"))
    return done.returncode, done.stdout + done.stderr


def test_what_breaks_a_rule_is_refused_with_its_message(tmp_path: Path) -> None:
    status, text = preview(tmp_path, "dev", BREAKING)
    assert status != 0
    for rule, message in (
        ("pinned-images", "image web:latest is not pinned; name a version or a digest"),
        ("no-plain-password", "variable DB_PASSWORD has a password in plain text, and it is a default one"),
        ("limits-and-probes", "the container has no memory limit"),
        ("private-ports", "port 9030 (STARROCKS_QUERY) is published on 0.0.0.0"),
        ("restricted-pods", "the pod of container web may run as root"),
        ("retained-topics", "topic events: namespace air deletes messages"),
    ):
        assert f"[mandatory]  {rule}" in text, text
        assert message in text, text


def test_violations_of_a_local_stack_are_warnings(tmp_path: Path) -> None:
    status, text = preview(tmp_path, "local", BREAKING[:1])
    assert status == 0, text
    assert "[advisory]  pinned-images" in text


def test_what_keeps_the_rules_is_not_refused(tmp_path: Path) -> None:
    status, text = preview(tmp_path, "dev", KEEPING)
    assert status == 0, text
    assert "[mandatory]" not in text
    assert "[advisory]" not in text
