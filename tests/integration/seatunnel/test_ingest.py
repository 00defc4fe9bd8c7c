"""The rules of docs/events.md, with the deployed ingest job on a real Pulsar and a real engine."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pulsar as client
import pytest

from infra.products.fields import JobFields, read_fields
from seatunnel.client.definition import Definition, fill, job_id, read_definition
from seatunnel.client.zeta import JobStatus
from tests.integration.api.platform import DATABASE, ROOT, Emulator, emulator
from tests.integration.sensors.pulsar_process import NAMESPACE, Pulsar
from tests.integration.tasks.zeta_process import ZetaProcess

pytestmark = pytest.mark.integration

TOPICS = ROOT / "topics/ciapol"
FIELDS = read_fields(TOPICS / "sensor-measurements.fields.yaml")
PASSWORD = "the sink's password"
SETTINGS = {
    "starrocks.database": DATABASE,
    "ingest.parallelism": "2",
    "ingest.checkpoint_interval_ms": "1000",
    "ingest.batch_max_rows": "20000",
    "ingest.flush_interval_ms": "100",
}
JOB = job_id("test", "ingest")
WITHIN = 300
EMPTY = dict.fromkeys(FIELDS.measurements)

Event = Mapping[str, object]
Row = dict[str, object]


class Ingest:
    """Publishes messages, and reads the rows that the job wrote for them."""

    def __init__(self, broker: Pulsar, starrocks: Emulator) -> None:
        self._starrocks = starrocks
        self._published = 0
        self._client = client.Client(broker.url, logger=client.FileLogger(client.LoggerLevel.Error, "/dev/null"))
        self._producer = self._client.create_producer(f"persistent://{NAMESPACE}/sensor-measurements")

    def close(self) -> None:
        self._client.close()

    def publish(self, station: str, *payloads: bytes | Event) -> None:
        """Send messages with a station as their key, and wait until all of them are in the raw table."""
        for payload in payloads:
            self.send(station, payload)
        # All messages of a key are in one partition, and each sink keeps its order. When the last row exists, all rows
        # do.
        self._published += 1
        last, broken = f"last-{self._published}", f"broken-{self._published}".encode()
        self.send(station, event(last, pm25=1))
        self.send(station, broken)
        wait(
            lambda: bool(self.clean(last)) and any(row["payload"] == broken.decode() for row in self._rejected(station))
        )

    def send(self, key: str, payload: bytes | Event) -> None:
        """Send a message."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._producer.send(content, partition_key=key)

    def clean(self, station: str) -> list[Row]:
        """The clean rows of a station, by time of measurement."""
        return self._rows("sensor_measurements_zeta", "station_id", station, order="measured_at")

    def rejected(self, station: str) -> list[Row]:
        """The rejected messages with a station as their key, by payload."""
        return [row for row in self._rejected(station) if not str(row["payload"]).startswith("broken-")]

    def _rejected(self, station: str) -> list[Row]:
        return self._rows("rejected_measurements_zeta", "message_key", station, order="payload")

    def unknown_fields(self, station: str) -> list[object]:
        """The column of a station's raw rows, by payload."""
        rows = self._rows("raw_measurements_zeta", "station_id", station, order="payload")
        return [row["unknown_fields"] for row in rows]

    def messages_with_unknown_fields(self, station: str) -> list[Row]:
        """Rows of the view that shows unknown fields to users."""
        return self._rows("messages_with_unknown_fields", "station_id", station, order="message_id")

    def _rows(self, table: str, column: str, value: str, *, order: str) -> list[Row]:
        with self._starrocks.connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s ORDER BY {order}", (value,))
            names = [description[0] for description in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def event(station: str, second: int = 0, /, **fields: object) -> Event:
    return {"event_id": f"e{second}", "station_id": station, "measured_at": f"2026-01-31T12:00:{second:02}Z", **fields}


def values(row: Row) -> Row:
    """The measurements of a row that are not NULL."""
    return {name: row[name] for name in FIELDS.measurements if row[name] is not None}


def wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not ready():
        assert time.monotonic() < deadline, "this did not happen"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        instance.add_user("ciapol_sink", PASSWORD.replace("'", "\\'"), "ciapol_loader")
        yield instance


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulsar]:
    running = Pulsar(tmp_path_factory.mktemp("pulsar"))
    running.start()
    try:
        running.call("PUT", "tenants/ciapol", {"allowedClusters": ["standalone"], "adminRoles": []})
        running.call("PUT", f"namespaces/{NAMESPACE}", {})
        running.create_topic("sensor-measurements")
        yield running
    finally:
        running.kill()


@pytest.fixture(scope="module")
def zeta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZetaProcess]:
    engine = ZetaProcess(tmp_path_factory.mktemp("zeta"))
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture(scope="module")
def ingest(
    starrocks: Emulator, broker: Pulsar, zeta: ZetaProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ingest]:
    publisher = Ingest(broker, starrocks)
    try:
        job = definition(starrocks, broker, tmp_path_factory.mktemp("secrets"))
        zeta.client.submit(JOB, "ingest", job, restore=False)
        zeta.client.wait(JOB, frozenset({JobStatus.RUNNING}), within=WITHIN)
        yield publisher
    finally:
        publisher.close()


def definition(starrocks: Emulator, broker: Pulsar, folder: Path) -> Definition:
    (folder / "password").write_text(PASSWORD)
    (folder / "token").write_text("no token is needed")
    path = ROOT / "seatunnel/ciapol/ingest.conf"
    job = read_definition(path, SETTINGS, files=ROOT, fields=JobFields(TOPICS))
    return fill(
        job,
        {
            "pulsar.broker_url": broker.url,
            "pulsar.seatunnel_token_file": str(folder / "token"),
            "starrocks.http_address": f"127.0.0.1:{starrocks.server.fe_http_port}",
            "starrocks.jdbc_url": f"jdbc:mysql://127.0.0.1:{starrocks.server.mysql_port}",
            "starrocks.ciapol_sink_password_file": str(folder / "password"),
        },
    )


def test_a_good_event_is_one_clean_row(ingest: Ingest) -> None:
    full = {name: float(400 if name == "pressure" else index) for index, name in enumerate(FIELDS.measurements)}
    ingest.publish("good", event("good", **full))
    [row] = ingest.clean("good")
    assert values(row) == full
    assert row["event_id"] == "e0"
    assert row["measured_at"] == datetime(2026, 1, 31, 12, tzinfo=UTC).replace(tzinfo=None)
    assert ingest.rejected("good") == []
    assert ingest.unknown_fields("good") == [None]


def test_an_invalid_value_does_not_affect_the_valid_ones(ingest: Ingest) -> None:
    ingest.publish(
        "channel",
        event("channel", 1, pm25=-3, pm10=20, no2="high", temperature=25),
        event("channel", 2, pm25=12, co=100_001),
    )
    assert [values(row) for row in ingest.clean("channel")] == [{"pm10": 20.0, "temperature": 25.0}, {"pm25": 12.0}]
    first, second = ingest.rejected("channel")
    assert first["reject_reason"] == (
        "pm25: -3 is below 0; no2: 'high' is text; expected: a number; the other values are stored"
    )
    assert second["reject_reason"] == "co: 100001 is above 100000; the other values are stored"
    assert first["station_id"] == "channel"


def test_an_event_without_a_valid_measurement_gives_no_clean_row(ingest: Ingest) -> None:
    ingest.publish(
        "nothing",
        event("nothing", 1),
        event("nothing", 2, **{"PM2.5": 35, "pm_25": 35}),
        event("nothing", 3, pm25=-1),
        {"station": "nothing", "ts": 1769860800, "sensordatavalues": [{"value_type": "P2", "value": "35"}]},
    )
    assert ingest.clean("nothing") == []
    reasons = [str(row["reject_reason"]) for row in ingest.rejected("nothing")]
    assert len(reasons) == 4
    assert all("payload: has no usable measurement; expected: at least one of pm25, pm10" in text for text in reasons)
    assert reasons[1].endswith("; unknown fields: PM2.5, pm_25")
    assert "station_id: is missing" in reasons[3]


def test_an_event_with_only_nulls_gives_a_clean_row(ingest: Ingest) -> None:
    ingest.publish("null", event("null", 1, pm25=None), event("null", 2, **EMPTY))
    assert [values(row) for row in ingest.clean("null")] == [{}, {}]
    assert ingest.rejected("null") == []


def test_unknown_fields_are_recorded_with_the_raw_message(ingest: Ingest) -> None:
    ingest.publish("unknown", event("unknown", 1, pm25=3, pm_10=4, battery=3.7), event("unknown", 2, pm25=3))
    assert ingest.unknown_fields("unknown") == ["battery, pm_10", None]
    assert [row["unknown_fields"] for row in ingest.messages_with_unknown_fields("unknown")] == ["battery, pm_10"]
    assert [values(row) for row in ingest.clean("unknown")] == [{"pm25": 3.0}] * 2
    assert ingest.rejected("unknown") == []


@pytest.mark.parametrize("field", ["station_id", "event_id"])
def test_ids_that_break_the_rule_are_rejected(ingest: Ingest, field: str) -> None:
    bad = [" a", "a ", "a\n", "a\0b", "=HYPERLINK(1)", "a/b", "../a", "é", "-a", "", "a" * 65, 7]
    key = f"ids-{field}"
    ingest.publish(key, *({**event(key, pm25=1), field: value} for value in bad))
    reasons = [str(row["reject_reason"]) for row in ingest.rejected(key)]
    assert len(reasons) == len(bad)
    assert [text for text in reasons if not text.startswith(f"{field}: ")] == []
    assert ingest.clean(key) == []
    if field == "station_id":
        assert [row["station_id"] for row in ingest.rejected(key)] == [None] * len(bad)


@pytest.mark.parametrize(
    "moment",
    [
        "1970-01-01T00:00:00Z",
        "1980-01-01T00:00:03Z",
        "1980-01-06T00:00:00Z",
        "2000-01-01T00:00:00Z",
        "2000-01-01T09:30:00Z",
    ],
)
def test_clocks_after_a_reset_are_rejected(ingest: Ingest, moment: str) -> None:
    key = f"clock-{moment.replace(':', '.')}"
    ingest.publish(key, {**event(key, pm25=1), "measured_at": moment})
    assert ingest.clean(key) == []
    [row] = ingest.rejected(key)
    assert row["reject_reason"] == f"measured_at: {moment} is on {moment[:10]}, the date of a clock after a reset"


def test_a_later_event_replaces_the_whole_row(ingest: Ingest) -> None:
    """Partial events erase each other's values. The complete event restores them, also after repetitions."""
    parts = [
        event("whole", pm25=1, pm10=2),
        event("whole", temperature=25),
        event("whole", pm25=1, pm10=2, temperature=25),
    ]
    ingest.publish("whole", *parts[:2])
    assert [values(row) for row in ingest.clean("whole")] == [{"temperature": 25.0}]
    ingest.publish("whole", *parts, parts[2])
    assert [values(row) for row in ingest.clean("whole")] == [{"pm25": 1.0, "pm10": 2.0, "temperature": 25.0}]


def starts(zeta: ZetaProcess) -> float:
    """The number of starts of the job's source, from the engine's metrics."""
    metrics = httpx.get(f"{zeta.url}/hazelcast/rest/instance/metrics", timeout=60).raise_for_status().text
    topic = f"persistent://{NAMESPACE}/sensor-measurements"
    name = "seatunnel_zeta_source_starts_total"
    [value] = re.findall(rf'^{name}{{topic="{topic}",subscription="ingest",}} ([0-9.]+)$', metrics, re.MULTILINE)
    return float(value)


def test_the_engine_counts_its_own_restarts_of_a_job_that_fails(
    ingest: Ingest, starrocks: Emulator, zeta: ZetaProcess
) -> None:
    assert starts(zeta) == 1
    # This is the last test of the module, because the job does not recover.
    starrocks.execute(f"DROP TABLE {DATABASE}.rejected_measurements_zeta FORCE")
    ingest.send("broken", b"broken")
    wait(lambda: starts(zeta) >= 2)
    assert zeta.client.status(JOB) == JobStatus.RUNNING
