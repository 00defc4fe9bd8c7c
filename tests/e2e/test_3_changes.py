"""Changes and drift while events flow: the output of `preview` and `refresh`, and the repairs of `up`."""

from pathlib import Path

import pytest
from additions import JOBS, Additions
from machine import TestStack
from measurements import DATABASE, differences, from_sample, query, write_csv
from replaying import Replay, wait_for_count
from scheduler import Scheduler

from infra.resources.http import HttpService
from infra.state import StackState
from seatunnel.client.definition import job_id
from seatunnel.client.zeta import JobStatus, Zeta
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

TOPIC = "ciapol/air/sensor-measurements"


def test_a_changed_job_continues_from_its_savepoint(stack: TestStack, tmp_path: Path) -> None:
    measurements = list(from_sample(30_000, prefix="change"))
    write_csv(tmp_path / "change.csv", measurements)
    replay = Replay(stack, tmp_path / "change.csv", speed=20_000)
    wait_for_count(stack, "change", 500, at_least=True)
    stack.configure(products={"ciapol": {"ingest": {"flushInterval": 300}}})
    preview = stack.pulumi("preview", "--diff")
    assert preview.resources["to update"] == 1, preview.output[-3000:]
    assert "ciapol-ingest" in preview.output
    assert "batch_interval_ms" in preview.output
    assert stack.up().resources["updated"] == 1
    assert replay.finish() == len(measurements)
    wait_for_count(stack, "change", len(measurements))
    assert differences(stack.name, measurements, "change") == []


def test_manual_damage_is_detected_and_repaired(stack: TestStack) -> None:
    scheduler = Scheduler(stack)
    # The keeper would otherwise repair the job before the refresh.
    Scheduler(stack, "platform").pause("jobs_keep_running")
    scheduler.edit_task("quality_hourly", "quality", timeoutFlag="OPEN", timeoutNotifyStrategy="WARN", timeout=7)
    zeta = Zeta(stack.url("seatunnel", "rest"))
    identity = job_id(stack.name, "ciapol-ingest")
    zeta.stop(identity, savepoint=False)
    zeta.wait(identity, frozenset({JobStatus.CANCELED, JobStatus.UNKNOWN}), within=PATIENCE)
    query(stack.name, f"DROP TABLE {DATABASE}.aqi_predictions_zeta FORCE")
    pulsar = HttpService("Pulsar", stack.url("pulsar", "admin"))
    pulsar.request("POST", "/admin/v2/namespaces/ciapol/air/messageTTL", 60)
    pulsar.request("DELETE", f"/admin/v2/persistent/{TOPIC}/partitions?force=true&deleteSchema=true")
    query(stack.name, f"ALTER TABLE {DATABASE}.stations ADD COLUMN by_hand INT NULL")
    query(stack.name, "REVOKE platform_reader_role FROM USER 'platform_reader'@'%'")
    query(stack.name, "GRANT db_admin TO USER 'platform_reader'@'%'")
    query(stack.name, "GRANT OPERATE ON SYSTEM TO ROLE ciapol_reader")
    frontend = StackState(stack.name).service("frontend")
    (frontend / "run").open("a").write("# by hand\n")
    (frontend / "conf").mkdir(exist_ok=True)
    (frontend / "conf" / "by_hand").touch()
    additions = Additions(stack)

    drift = stack.command("drift")
    assert drift.status != 0
    for resource, line in (
        ("ciapol-schema", "aqi_predictions_zeta is missing: it will be recreated EMPTY"),
        ("ciapol-schema", "table stations: column by_hand was added"),
        ("ciapol-topics", "namespace ciapol/air has the policy message_ttl_in_seconds: 60"),
        ("ciapol-topics", f"topic {TOPIC} is missing"),
        ("ciapol-ingest", "job ciapol-ingest is CANCELED"),
        ("platform-jobs-keep-running", "workflow jobs_keep_running: the schedule is paused"),
        ("ciapol-quality-hourly", "workflow quality_hourly: task quality"),
        ("platform-users", "user platform_reader lacks the role platform_reader_role"),
        ("platform-users", "user platform_reader also has db_admin"),
        ("frontend", "services/frontend/run was changed by hand"),
        ("frontend", "services/frontend/conf/by_hand was added by hand"),
        ("ciapol-schema", "role ciapol_reader also has OPERATE on SYSTEM"),
        ("dolphinscheduler-database", "admin has 1 further tokens"),
        ("ciapol-project", f"workflow {additions.workflow} is not declared"),
        ("platform-users", "user by_hand is not declared"),
        *(("seatunnel-jobs", f"with id {identity}") for identity in JOBS),
    ):
        assert line in drift.output, drift.output[-5000:]
        assert f"::{resource}]" in drift.output, drift.output[-5000:]

    mended = stack.up()
    assert mended.resources["updated"] == 10, mended.output[-3000:]
    assert query(stack.name, "SELECT COUNT(*) FROM aqi_predictions_zeta") == [(0,)]
    assert pulsar.request("GET", f"/admin/v2/persistent/{TOPIC}/partitions") == {"partitions": 4, "deleted": False}
    assert zeta.status(identity) == JobStatus.RUNNING
    assert "table stations was changed by hand and is not repaired" in mended.output
    assert additions.kept()
    additions.remove()
    query(stack.name, f"ALTER TABLE {DATABASE}.stations DROP COLUMN by_hand")
    assert set(stack.up().resources) == {"unchanged"}


def test_events_flow_after_the_repair(stack: TestStack, tmp_path: Path) -> None:
    measurements = list(from_sample(1000, prefix="after"))
    write_csv(tmp_path / "after.csv", measurements)
    assert Replay(stack, tmp_path / "after.csv").finish() == len(measurements)
    wait_for_count(stack, "after", len(measurements))
    assert differences(stack.name, measurements, "after") == []
