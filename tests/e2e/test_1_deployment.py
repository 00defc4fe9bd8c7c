"""A deployed stack: smoke tests, a second `up`, secrets, status, git."""

import json
import subprocess
import sys
import time

import psutil
import pytest
from machine import TestStack

from infra.settings import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_the_smoke_tests_pass(both: TestStack) -> None:
    script = (
        f'eval "$({sys.executable} -m tools.stack --stack {both.name} env)"; '
        f"{sys.executable} -m pytest smoke_tests --stack {both.name} -q -p no:cacheprovider"
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=both.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def test_a_second_up_changes_nothing_and_restarts_no_process(both: TestStack) -> None:
    before = {name: process.pid for name, process in both.processes().items()}
    outcome = both.up()
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-3000:]
    assert {name: process.pid for name, process in both.processes().items()} == before


def test_preview_is_fast_and_shows_no_change(both: TestStack) -> None:
    begin = time.monotonic()
    outcome = both.pulumi("preview")
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-3000:]
    print(f"preview took {time.monotonic() - begin:.1f} s, including the start of the environment")


def test_status_prints_health_address_memory_and_uptime(both: TestStack) -> None:
    outcome = both.command("status")
    assert outcome.status == 0, outcome.output
    for service in ("pulsar", "seatunnel", "starrocks", "ciapol-api", "platform-api", "frontend"):
        line = next(line for line in outcome.output.splitlines() if line.startswith(f"{service} "))
        assert "healthy" in line
    assert "RUNNING" in outcome.output
    assert "MiB" in outcome.output


def test_secrets_are_in_no_state_log_command_line_or_job(both: TestStack) -> None:
    secrets = both.connections.secrets
    texts = {str(path): path.read_bytes() for path in (both.folder / "pulumi").rglob("*.json")}
    texts |= {str(path): path.read_bytes() for path in (both.folder / both.name / "logs").iterdir()}
    texts |= {
        f"command line of {each.pid}": " ".join(each.info["cmdline"] or []).encode()
        for each in psutil.process_iter(["cmdline"])
    }
    checkpoints = both.folder / both.name / "data" / "seatunnel"
    texts |= {str(path): path.read_bytes() for path in checkpoints.rglob("*") if path.is_file()}
    found = [
        f"{name} in {where}"
        for name, secret in secrets.items()
        for where, text in texts.items()
        if secret.encode() in text
    ]
    assert not found


def test_every_listener_is_on_loopback(both: TestStack) -> None:
    family = {process.pid for process in both.processes().values()}
    family |= {child.pid for pid in family for child in psutil.Process(pid).children(recursive=True)}
    listening = [
        connection
        for pid in family
        for connection in psutil.Process(pid).net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 8
    assert {connection.laddr.ip.removeprefix("::ffff:") for connection in listening} <= {"127.0.0.1", "::1"}


def test_git_status_is_clean_after_a_deployment(both: TestStack) -> None:
    done = subprocess.run(
        ["git", "status", "--porcelain", "--", "Pulumi*.yaml", ".kappastack", "build"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


def test_the_start_report_contains_every_service(both: TestStack) -> None:
    report = json.loads((both.folder / both.name / "health.json").read_text())
    assert set(report["services"]) == set(both.processes())
    slowest = max(service["seconds"] for service in report["services"].values())
    assert report["whole_seconds"] >= slowest
