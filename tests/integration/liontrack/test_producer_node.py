"""The Node.js package against a real Pulsar that is killed while it publishes."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.products.fields import pulsar_schema, read_fields
from infra.settings import ROOT
from tests.integration.sensors.pulsar_process import Pulsar
from tests.waiting import PATIENCE

pytestmark = pytest.mark.integration

PACKAGE = ROOT / "apps/liontrack/producer-node"
NAMESPACE = "liontrack/tracking"
TOPIC = "lions.position.events"
EVENTS = 10_000


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, installed and compiled."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is missing: run `make setup`")
    folder = tmp_path_factory.mktemp("node") / "package"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    for command in ([npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit"], [npm, "run", "build"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Pulsar]:
    """A Pulsar with LionTrack's namespace and the topic of positions."""
    running = Pulsar(tmp_path)
    running.start()
    try:
        running.call("PUT", "tenants/liontrack", {"allowedClusters": ["standalone"], "adminRoles": []})
        running.call("PUT", f"namespaces/{NAMESPACE}", {})
        retention = {"retentionTimeInMinutes": 60, "retentionSizeInMB": -1}
        running.call("POST", f"namespaces/{NAMESPACE}/retention", retention)
        running.call("PUT", f"persistent/{NAMESPACE}/{TOPIC}/partitions", 4)
        schema = pulsar_schema(read_fields(ROOT / f"topics/liontrack/{TOPIC}.fields.yaml"))
        body = {"type": "JSON", "schema": schema, "properties": {}}
        running.call("POST", f"schemas/{NAMESPACE}/{TOPIC}/schema", body)
        yield running
    finally:
        running.kill()


def test_the_packages_own_tests_pass(package: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "--test", "dist/test/"], cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "\n# pass 7\n" in done.stdout


def test_every_event_arrives_although_pulsar_is_killed(package: Path, broker: Pulsar) -> None:
    """An event that arrives twice is the same event: its row in bronze has one key."""
    node = shutil.which("node")
    assert node is not None
    command = [node, "dist/examples/publish.js", broker.admin, str(EVENTS)]
    with subprocess.Popen(
        command, cwd=package, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as publisher:
        assert publisher.stdout is not None
        try:
            for line in publisher.stdout:
                if line.startswith("3000 "):
                    break
            broker.kill()
            broker.start()
            said, _ = publisher.communicate(timeout=10 * PATIENCE)
        finally:
            publisher.kill()
    assert publisher.returncode == 0, said
    found: dict[tuple[str, str], set[bytes]] = {}
    for message in broker.messages(f"persistent://{NAMESPACE}/{TOPIC}"):
        event = json.loads(message.data())
        assert message.partition_key() == event["lion_id"]
        found.setdefault((event["lion_id"], event["last_update"]), set()).add(message.data())
    assert len(found) == EVENTS
    assert all(len(payloads) == 1 for payloads in found.values())
