"""The results of `quality_hourly`, and the alerts of `check` about them, on the emulator."""

import json
from datetime import datetime, timedelta

import pytest

from tests.integration.api.platform import Emulator
from tests.integration.tasks.stack import Stack, utc_now, webhook

pytestmark = pytest.mark.integration

COLUMNS = ("station_id", "measured_at", "pm25", "o3", "co", "message_id", "published_at")
HOUR = timedelta(hours=1)


def hour(back: int) -> datetime:
    """Start of an hour, `back` hours before the current one: 1 is the last complete hour."""
    return utc_now().replace(minute=0, second=0) - back * HOUR


def measure(
    station: str, back: int, minutes: list[int], pm25: float | None, o3: float | None, co: float | None
) -> list[tuple[object, ...]]:
    start = hour(back)
    return [(station, start + timedelta(minutes=m), pm25, o3, co, "1:1:0:-1", start) for m in minutes]


@pytest.fixture(scope="module")
def measured(starrocks: Emulator) -> Emulator:
    """Ten days of measurements of stations with each kind of fault, and of a good one."""
    rows: list[tuple[object, ...]] = []
    quarters = [0, 15, 30, 45]
    for back in range(1, 240):
        moving = 10.0 + back % 5
        rows += measure("good", back, quarters, moving, 20.0 + back % 3, 300.0 + back % 7)
        # One sensor is stuck for 30 hours, another measures its detection limit.
        rows += measure("stuck", back, quarters, 50.0 if back <= 30 else moving, moving, 2.0)
        rows += measure("frozen", back, [0], 7.0, 8.0, 9.0)
        rows += measure("half", back, [0, 30] if back == 1 else quarters, moving, moving, moving)
        if back > 5:
            rows += measure("silent", back, quarters, moving, moving, moving)
        rows += measure("smoke-1", back, [0], moving, moving, moving)
    starrocks.insert("sensor_measurements_zeta", COLUMNS, rows)
    starrocks.insert(
        "stations",
        ("station_id", "name", "time_zone", "registered_at"),
        [("never", "Never heard of", "Africa/Abidjan", hour(100)), ("later", "Later", "Africa/Abidjan", hour(-1))],
    )
    starrocks.insert("test_stations", ("station_id", "run", "created_at"), [("smoke-1", "of this test", hour(240))])
    message = ("received_at", "message_id", "station_id", "topic", "payload")
    starrocks.insert("raw_measurements_zeta", message, [(hour(1), f"1:{i}:0:-1", "good", "t", "{}") for i in range(8)])
    starrocks.insert(
        "rejected_measurements_zeta",
        (*message, "reject_reason", "payload_base64"),
        [(hour(1), f"1:{i}:0:-1", "good", "t", "{}", "pm25: -3 is below 0", "") for i in range(2)],
    )
    return starrocks


def quality(starrocks: Emulator, back: int) -> dict[str, tuple[object, ...]]:
    rows = starrocks.execute(
        "SELECT station_id, expected, measurements, completeness, freshness_seconds, stuck_sensors, out_of_range_share "
        f"FROM data_quality_hourly_zeta WHERE hour_start = '{hour(back)}'"
    )
    return {str(row[0]): row[1:] for row in rows}


def test_each_station_has_its_own_quality(stack: Stack, measured: Emulator) -> None:
    command = stack.command("sql", "--statement", "quality_hourly", "--window", "6h")
    code, log = stack.run(command)
    assert code == 0, log
    found = quality(measured, 1)
    assert found == {
        "good": (4, 4, 1.0, 15 * 60, "", 0.25),
        "stuck": (4, 4, 1.0, 15 * 60, "pm25", 0.0),
        # All values are constant: the station is frozen, so no single sensor counts as stuck.
        "frozen": (1, 1, 1.0, 60 * 60, "", 0.0),
        "half": (4, 2, 0.5, 30 * 60, "", 0.0),
        "silent": (4, 0, 0.0, 5 * 3600 + 15 * 60, "", 0.0),
        "never": (1, 0, 0.0, None, "", 0.0),
    }
    # The current hour and the hours outside the window have no row.
    assert quality(measured, 0) == {}
    assert set(quality(measured, 5)) == set(found)
    assert quality(measured, 6) == {}
    assert stack.run(command)[0] == 0
    assert quality(measured, 1) == found


def test_findings_and_their_end_are_each_alerted_once(stack: Stack, measured: Emulator) -> None:
    assert stack.run(stack.command("sql", "--statement", "quality_hourly", "--window", "6h"))[0] == 0
    check = stack.command("check", "--query", "quality_alerts", "--window", "6h", task="check")
    with webhook() as (url, received):
        stack.write(webhook=url)
        code, log = stack.run(check)
        assert code == 0, log
        [alert] = received
        assert alert["severity"] == "warning"
        assert alert["title"] == "quality_alerts: 4 findings"
        assert "half: hour_utc" in alert["text"]
        assert "completeness 0.5" in alert["text"]
        assert "stuck_sensors pm25" in alert["text"]
        assert "good" not in alert["text"]
        assert url not in log
        assert stack.step("check")["details"] == "4 findings: half, never, silent, stuck"
        assert json.loads(str(stack.step("check")["findings"])) == ["half", "never", "silent", "stuck"]
        assert stack.run(check)[0] == 0
        assert len(received) == 1
        measured.execute("UPDATE data_quality_hourly_zeta SET completeness = 0.1 WHERE station_id = 'frozen'")
        assert stack.run(check)[0] == 0
        assert received[1]["title"] == "quality_alerts: 5 findings"
        measured.execute(
            "UPDATE data_quality_hourly_zeta SET completeness = 1, stuck_sensors = '' WHERE station_id <> ''"
        )
        assert stack.run(check)[0] == 0
        assert received[2]["severity"] == "resolved"
        assert received[2]["title"] == "quality_alerts: 5 findings resolved"
        assert "half" in received[2]["text"]
        assert stack.run(check)[0] == 0
        assert len(received) == 3
        assert stack.step("check")["details"] == "no findings"
        assert stack.step("check")["findings"] is None


def test_the_next_run_sends_alerts_that_could_not_be_sent(stack: Stack, measured: Emulator) -> None:
    assert stack.run(stack.command("sql", "--statement", "quality_hourly", "--window", "6h"))[0] == 0
    check = stack.command("check", "--query", "quality_alerts", "--window", "6h", task="check")
    with webhook([500, 500, 500]) as (url, received):
        stack.write(webhook=url)
        code, log = stack.run(check)
        assert (code, "the webhook returned status 500" in log) == (0, True), log
        assert received == []
        assert stack.run(check)[0] == 0
        assert [alert["severity"] for alert in received] == ["warning"]


def test_a_repeated_backfill_of_quality_gives_the_same_rows(stack: Stack, measured: Emulator) -> None:
    options = ("--from", f"{hour(200):%Y-%m-%dT%H:%M:%SZ}", "--to", f"{hour(150):%Y-%m-%dT%H:%M:%SZ}")
    command = stack.command("sql", "--statement", "quality_hourly", *options, run="backfill")
    query = (
        "SELECT station_id, hour_start, expected, measurements, completeness, freshness_seconds, stuck_sensors, "
        f"out_of_range_share FROM data_quality_hourly_zeta WHERE hour_start < '{hour(150)}'"
    )
    assert stack.run(command)[0] == 0
    first = sorted(measured.execute(query), key=str)
    assert len(first) == 50 * 5
    assert stack.run(command)[0] == 0
    assert sorted(measured.execute(query), key=str) == first
