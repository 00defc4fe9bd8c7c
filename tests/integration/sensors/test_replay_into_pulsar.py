"""Replaying into a real Pulsar, including its restarts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.ciapol.sensors.event import encode
from apps.ciapol.sensors.files import read_measurements
from tests.integration.sensors.pulsar_process import Pulsar
from tests.waiting import wait_until

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "apps/ciapol/sensors/data/beijing-sample.csv.xz"


def start(broker: Pulsar, topic: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "apps.ciapol.sensors", *arguments, "--broker", broker.url, "--topic", topic]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[str], expected: int = 0) -> str:
    output, errors = process.communicate(timeout=600)
    assert process.returncode == expected, output + errors
    return output + errors


def counts(output: str) -> dict[str, int]:
    found = re.search(r"read (\d+), published (\d+), acknowledged (\d+), skipped (\d+)", output)
    assert found, output
    return dict(zip(("read", "published", "acknowledged", "skipped"), map(int, found.groups()), strict=True))


def acknowledged(state: Path) -> int:
    if not state.exists():
        return 0
    number = json.loads(state.read_text())["acknowledged"]
    assert isinstance(number, int)
    return number


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """60,000 measurements of 20 stations."""
    path = tmp_path / "rows.csv"
    first = datetime(2020, 1, 1, tzinfo=UTC)
    with path.open("w") as file:
        file.write("station_id,measured_at,pm25\n")
        for hour in range(3_000):
            moment = (first + timedelta(hours=hour)).isoformat()
            file.writelines(f"S-{station},{moment},{hour % 90}.5\n" for station in range(20))
    return path


def test_the_sample_arrives_unchanged_with_the_registered_schema(broker: Pulsar) -> None:
    topic = broker.create_topic("sample")
    output = finish(start(broker, topic, "replay", str(SAMPLE)))
    assert counts(output) == {"read": 13176, "published": 13176, "acknowledged": 13176, "skipped": 0}
    messages = broker.messages(topic)
    assert sorted(message.data() for message in messages) == sorted(map(encode, read_measurements(SAMPLE)))
    assert all(json.loads(message.data())["station_id"] == message.partition_key() for message in messages)
    assert {message.schema_version() for message in messages} == {(0).to_bytes(8, "big").decode("latin-1")}
    by_station: dict[str, list[str]] = {}
    for message in messages:
        by_station.setdefault(message.partition_key(), []).append(json.loads(message.data())["measured_at"])
    assert all(times == sorted(times) for times in by_station.values())


def test_a_killed_broker_loses_nothing(broker: Pulsar, rows: Path, tmp_path: Path) -> None:
    topic = broker.create_topic("killed")
    state = tmp_path / "state.json"
    process = start(broker, topic, "replay", str(rows), "--resume", str(state))
    wait_until(lambda: acknowledged(state) > 5_000, "the replay's first acknowledgements", pause=0.02)
    broker.kill()
    broker.start()
    output = finish(process)
    assert counts(output) == {"read": 60_000, "published": 60_000, "acknowledged": 60_000, "skipped": 0}
    assert acknowledged(state) == 60_000
    events = [json.loads(message.data())["event_id"] for message in broker.messages(topic)]
    assert len(set(events)) == 60_000
    # The killed broker's entries must have expired: the new broker would otherwise replace them while clients connect.
    before, _, after = broker.log.rpartition("Starting BK with RocksDb metadata store")
    held = re.compile(r"Deleting path: (/ledgers/available|/loadbalance/leader|/namespace/ciapol/air)/?")
    assert set(held.findall(before)) == {"/ledgers/available", "/loadbalance/leader", "/namespace/ciapol/air"}
    assert held.findall(after) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_replay_continues_where_it_ended(
    broker: Pulsar, rows: Path, tmp_path: Path, number: signal.Signals
) -> None:
    topic = broker.create_topic(f"interrupted-{number.name.lower()}")
    state = tmp_path / "state.json"
    arguments = ("replay", str(rows), "--resume", str(state))
    process = start(broker, topic, *arguments)
    wait_until(lambda: acknowledged(state) > 5_000, "the replay's first acknowledgements", pause=0.02)
    os.kill(process.pid, number)
    output = finish(process, expected=130 if number == signal.SIGINT else -number)
    before = acknowledged(state)
    assert 5_000 < before < 60_000
    if number == signal.SIGINT:
        # All pending events were acknowledged, and the saved state includes them.
        assert counts(output)["published"] == counts(output)["acknowledged"] == before
    output = finish(start(broker, topic, *arguments))
    assert counts(output)["acknowledged"] == 60_000 - before
    events = [json.loads(message.data())["event_id"] for message in broker.messages(topic)]
    assert len(set(events)) == 60_000
    if number == signal.SIGINT:
        assert len(events) == 60_000


def test_a_missing_topic_or_another_schema_fails_at_once(broker: Pulsar) -> None:
    missing = "persistent://ciapol/air/missing"
    output = finish(start(broker, missing, "replay", str(SAMPLE)), expected=1)
    assert f"{missing} at {broker.url}: the topic does not exist" in output
    other = broker.create_topic(
        "other", '{"type": "record", "name": "Other", "fields": [{"name": "weight", "type": "double"}]}'
    )
    output = finish(start(broker, other, "replay", str(SAMPLE)), expected=1)
    assert "the topic has a different schema" in output
    assert counts(output)["published"] == 0


def test_simulated_stations_keep_their_rate(broker: Pulsar) -> None:
    topic = broker.create_topic("simulated")
    started = time.monotonic()
    output = finish(
        start(broker, topic, "simulate", "--stations", "200", "--rate", "100", "--duration", "3", "--seed", "7")
    )
    assert time.monotonic() - started >= 2.9
    assert counts(output)["acknowledged"] == 300
    events = [json.loads(message.data()) for message in broker.messages(topic)]
    assert len({(event["station_id"], event["measured_at"]) for event in events}) == 300
