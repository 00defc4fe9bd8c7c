"""Rotation of every secret under load, killed in the middle and completed by the next deployment."""

import os
import signal
from pathlib import Path

import pytest
from machine import TestStack
from measurements import differences, raw_counts
from replaying import wait_for_count
from rotating import Load, accepted, watched

from infra import rotation
from infra.services.tasks import ALERT_WEBHOOK
from tests.waiting import PATIENCE, is_busy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

LONGEST = 5.0
"""Seconds in which requests may fail."""


def test_a_killed_rotation_of_all_secrets_is_completed_under_load(stack: TestStack, tmp_path: Path) -> None:
    before = stack.connections.secrets
    load = Load(stack, tmp_path)
    with watched(stack, load) as watch:
        run, _ = stack.until("rotate", "all", words=("StarRocksUsers", "updating"))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait(PATIENCE)
        assert rotation.load(stack.name) is not None
        stack.up()
    assert rotation.load(stack.name) is None
    assert watch.failures == []
    print(f"requests: {watch.requests}, logins: {watch.logins}, events: {len(load.published):,}")
    assert watch.requests.longest <= LONGEST or is_busy(), watch.requests
    assert watch.logins.longest <= LONGEST or is_busy(), watch.logins

    after = stack.connections.secrets
    # The address of the webhook is a setting; it is not generated.
    generated = before.keys() - {ALERT_WEBHOOK}
    assert {name for name in generated if before[name] == after[name]} == set()
    checked = {name for name in generated if not name.startswith("pulsar-")}
    assert accepted(stack, {name: before[name] for name in checked}) == set()
    assert accepted(stack, {name: after[name] for name in checked}) == checked

    wait_for_count(stack, "rotate", len(load.published))
    assert differences(stack.name, load.published, "rotate") == []
    # The publisher sends an event again if a connection ends before its acknowledgement: such an event may have two raw
    # rows, but has one clean row.
    assert raw_counts(stack.name, "rotate")[1] == len(load.published)
    assert stack.command("status").status == 0


def test_an_unknown_secret_is_refused_with_the_nearest_names(stack: TestStack) -> None:
    outcome = stack.command("rotate", "starrocks-rot")
    assert outcome.status == 1
    assert "SECRET=starrocks-rot does not exist; the nearest names are starrocks-root" in outcome.output
