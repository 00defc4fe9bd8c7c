"""LionTrack's producers with a real Pulsar that requires tokens and grants permissions by topic."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from apps.liontrack.producers.events import position
from apps.liontrack.producers.publisher import Publisher
from apps.shared.publishing.broker import BrokerError
from infra.products.fields import pulsar_schema, read_fields
from infra.settings import ROOT
from tests.integration.liontrack.node_package import build, program
from tests.integration.sensors.pulsar_process import Pulsar

pytestmark = pytest.mark.integration

NAMESPACE = "liontrack/tracking"
TOPIC = "lions.position.events"
MAY, MAY_NOT = "liontrack-app", "liontrack-monitor"
"""Roles: one may publish positions, the other only quality reports."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("node") / "package")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulsar]:
    """A Pulsar with LionTrack's namespace and the topic of positions, with the permissions of its file."""
    running = Pulsar(tmp_path_factory.mktemp("pulsar"), authenticated=True)
    running.start()
    try:
        running.call("PUT", "tenants/liontrack", {"allowedClusters": ["standalone"], "adminRoles": []})
        running.call("PUT", f"namespaces/{NAMESPACE}", {})
        retention = {"retentionTimeInMinutes": 60, "retentionSizeInMB": -1}
        running.call("POST", f"namespaces/{NAMESPACE}/retention", retention)
        running.call("PUT", f"persistent/{NAMESPACE}/{TOPIC}/partitions", 4)
        schema = pulsar_schema(read_fields(ROOT / f"topics/liontrack/{TOPIC}.fields.yaml"))
        running.call(
            "POST", f"schemas/{NAMESPACE}/{TOPIC}/schema", {"type": "JSON", "schema": schema, "properties": {}}
        )
        topics = yaml.safe_load((ROOT / "topics/liontrack/topics.yaml").read_text())
        for role, actions in topics["topics"][TOPIC]["permissions"].items():
            running.call("POST", f"persistent/{NAMESPACE}/{TOPIC}/permissions/{role}", actions)
        yield running
    finally:
        running.kill()


def stored(broker: Pulsar, prefix: str) -> list[str]:
    """Keys of the messages whose lion ids start with a prefix."""
    found = []
    for message in broker.messages(f"persistent://{NAMESPACE}/{TOPIC}"):
        lion = json.loads(message.data())["lion_id"]
        assert message.partition_key() == lion
        found += [lion] if lion.startswith(prefix) else []
    return found


def test_the_packages_own_tests_pass(package: Path) -> None:
    done = subprocess.run(
        [program("node"), "--test", "dist/test/"], cwd=package, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "\n# pass 7\n" in done.stdout


def publish_from_node(package: Path, broker: Pulsar, *token_file: str) -> "subprocess.CompletedProcess[str]":
    command = [program("node"), "dist/examples/publish.js", broker.admin, "200", *token_file]
    return subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)


def test_node_publishes_with_the_token_of_a_role_that_may(package: Path, broker: Pulsar) -> None:
    done = publish_from_node(package, broker, str(broker.token_file(MAY)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(stored(broker, "node-")) == 200


def test_node_is_refused_without_a_token_and_with_another_role(package: Path, broker: Pulsar) -> None:
    before = len(stored(broker, "node-"))
    for token_file in ([], [str(broker.token_file(MAY_NOT))]):
        done = publish_from_node(package, broker, *token_file)
        assert done.returncode != 0
        assert "RefusedError" in done.stderr
    assert len(stored(broker, "node-")) == before


def test_python_publishes_with_the_token_of_a_role_that_may(broker: Pulsar) -> None:
    event = position("python-1", datetime(2026, 1, 31, tzinfo=UTC), 1.0, 30.0)
    with Publisher(broker.url, broker.token_file(MAY)) as publisher:
        assert publisher.publish(event)
        assert publisher.flush()
    assert stored(broker, "python-") == ["python-1"]
    other = Publisher(broker.url, broker.token_file(MAY_NOT))
    with other as publisher, pytest.raises(BrokerError, match="may not write to the topic"):
        publisher.publish(event)
    assert stored(broker, "python-") == ["python-1"]
