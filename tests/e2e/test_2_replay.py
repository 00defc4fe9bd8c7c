"""Measurements replayed while parts of the stack are killed: each is stored once, with the values of the file."""

import time
from pathlib import Path

import pytest
from machine import TestStack
from measurements import Measurement, differences, from_sample, raw_counts, write_csv
from replaying import Replay, counted, wait_for_count

from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

COUNT = 100_000


def check(stack: TestStack, expected: list[Measurement], prefix: str, acknowledged: int) -> None:
    """Every measurement is one clean row. Additional raw rows come from repeated sends."""
    wait_for_count(stack, prefix, len(expected))
    assert differences(stack.name, expected, prefix) == []
    raw, different = raw_counts(stack.name, prefix)
    assert different == len(expected)
    assert raw >= acknowledged == len(expected)
    print(f"{prefix}: {raw:,} raw rows of {different:,} events: {raw - different:,} were sent again")


def test_a_hundred_thousand_measurements_arrive_once_each(stack: TestStack, tmp_path: Path) -> None:
    measurements = list(from_sample(COUNT, prefix="replay"))
    write_csv(tmp_path / "replay.csv", measurements)
    begin = time.monotonic()
    acknowledged = Replay(stack, tmp_path / "replay.csv").finish()
    check(stack, measurements, "replay", acknowledged)
    print(f"{COUNT:,} events in {time.monotonic() - begin:.1f} s from file to StarRocks")


@pytest.mark.parametrize("service", ["pulsar", "starrocks", "seatunnel"])
def test_a_killed_service_loses_and_duplicates_nothing(stack: TestStack, tmp_path: Path, service: str) -> None:
    measurements = list(from_sample(COUNT // 2, prefix=f"kill-{service}"))
    path = tmp_path / f"{service}.csv"
    write_csv(path, measurements)
    replay = Replay(stack, path)
    wait_for_count(stack, f"kill-{service}", 1000, at_least=True)
    stack.kill(service)
    # A killed engine loses its job; the keeper workflow restarts it from its last checkpoint within a minute.
    check(stack, measurements, f"kill-{service}", replay.finish())
    wait_until(lambda: stack.command("status").status == 0, "the stack to be healthy")


def test_a_repeated_replay_changes_nothing(stack: TestStack, tmp_path: Path) -> None:
    measurements = list(from_sample(2000, prefix="twice"))
    write_csv(tmp_path / "twice.csv", measurements)
    for _ in range(2):
        assert Replay(stack, tmp_path / "twice.csv").finish() == len(measurements)
    expected = (2 * len(measurements), len(measurements))
    wait_until(lambda: raw_counts(stack.name, "twice") == expected, lambda: f"{raw_counts(stack.name, 'twice')}")
    assert counted(stack, "twice") == len(measurements)
    assert differences(stack.name, measurements, "twice") == []
