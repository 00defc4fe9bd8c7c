"""Runs on a real server: arguments of tasks, failures, waiting, skipped and stopped runs, alerts."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import psutil
import pytest

from infra.resources.dolphinscheduler.alerts import AlertsInputs, AlertsProvider
from infra.resources.dolphinscheduler.client import DolphinScheduler
from infra.resources.dolphinscheduler.runs import Run, last_runs, run_log, start, stop, task_runs, wait
from infra.resources.dolphinscheduler.workflow import WorkflowProvider
from tests.integration.dolphinscheduler.conftest import PROJECT, Put, begun, task, until
from tests.integration.dolphinscheduler.servers import SERVICE, STACK, Servers, StandIn

pytestmark = pytest.mark.integration

RANGE = {"from": "2024-01-01T00:00:00Z", "to": "2024-02-01T00:00:00Z"}


def run(client: DolphinScheduler, name: str, parameters: dict[str, str] | None = None) -> Run:
    return wait(client, PROJECT, start(client, PROJECT, name, parameters).id, within=300)


def alive(pid: int) -> bool:
    """Whether a process runs. A zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_default_password_is_rejected(servers: Servers) -> None:
    form = {"userName": "admin", "userPassword": "dolphinscheduler123"}
    answer = httpx.post(f"{servers.url}/dolphinscheduler/login", data=form, trust_env=False).json()
    assert answer["code"] != 0
    form["userPassword"] = servers.secrets["dolphinscheduler-admin"]
    answer = httpx.post(f"{servers.url}/dolphinscheduler/login", data=form, trust_env=False).json()
    assert answer["code"] == 0


def test_the_arguments_of_a_task(client: DolphinScheduler, put: Put, tasks: StandIn) -> None:
    job = {"name": "aqi", "type": "zeta_job", "job": "aqi_hourly", "window": "48h", "timeout": "5m"}
    print_arguments = {
        "name": "print_arguments",
        "type": "program",
        "program": "predictor",
        "arguments": ["it's", "$HOME `x`"],
        "timeout": "5m",
    }
    put("arguments", {**job}, {**print_arguments, "needs": ["aqi"]}, parameters={"from": "", "to": ""})
    usual, ranged = run(client, "arguments"), run(client, "arguments", RANGE)
    assert (usual.state, ranged.state) == ("SUCCESS", "SUCCESS")
    by_run = {call.arguments[call.arguments.index("--run") + 1]: call.arguments for call in tasks.calls("aqi")}
    assert by_run.keys() == {str(usual.id), str(ranged.id)}
    assert by_run[str(usual.id)][0] == "zeta-job"
    marks = {each[each.index("--manual") + 1] for each in by_run.values()}
    assert len(marks) == 2
    assert "" not in marks
    assert by_run[str(usual.id)][-8:] == ["--job", "aqi_hourly", "--window", "48h", "--from", "", "--to", ""]
    assert by_run[str(ranged.id)][-4:] == ["--from", RANGE["from"], "--to", RANGE["to"]]
    call = tasks.calls("print_arguments")[0]
    assert call.arguments[-5:] == ["--program", "predictor", "--", "it's", "$HOME `x`"]
    assert json.loads(Path(call.settings).read_text())["stack"] == STACK


def test_a_scheduled_run_is_not_marked_as_manual(put: Put, tasks: StandIn) -> None:
    often = put("often", task("tick"), schedule={"cron": "0/5 * * * * ? *"})
    try:
        until(lambda: tasks.calls("tick"))
    finally:
        WorkflowProvider().remove(often)
    arguments = tasks.calls("tick")[0].arguments
    assert arguments[arguments.index("--manual") + 1] == ""


def test_a_failed_task_ends_the_run_and_its_log_is_complete(client: DolphinScheduler, put: Put, tasks: StandIn) -> None:
    put("failing", task("work"), task("after", needs=["work"]))
    tasks.behave(work={"exit": 3, "lines": 2500})
    failed = run(client, "failing")
    assert failed.state == "FAILURE"
    assert tasks.calls("after") == []
    project = client.project_code(PROJECT)
    assert [(each.name, each.state) for each in task_runs(client, project, failed.id)] == [("work", "FAILURE")]
    # The complete output, in the order in which it was written.
    lines = [line.strip() for line in run_log(client, project, failed.id).splitlines()]
    assert [line for line in lines if line.startswith("line ")] == [f"line {number}" for number in range(2500)]


def test_a_stopped_run_leaves_no_process(client: DolphinScheduler, put: Put, tasks: StandIn) -> None:
    put("stopped")
    tasks.behave(work={"seconds": 1200})
    going = start(client, PROJECT, "stopped")
    begun(client, going)
    until(lambda: tasks.calls("work"))
    stop(client, client.project_code(PROJECT), going.id)
    assert wait(client, PROJECT, going.id, within=300).state == "STOP"
    pid = tasks.calls("work")[0].pid
    until(lambda: not alive(pid), within=300)


def test_a_run_that_is_due_during_another_run_is_skipped_or_waits(
    client: DolphinScheduler, put: Put, tasks: StandIn
) -> None:
    put("skipping", overlap="skip")
    put("queueing", overlap="wait")
    tasks.behave(work={"seconds": 120})
    first, second = start(client, PROJECT, "skipping"), start(client, PROJECT, "skipping")
    assert second.state == "STOP"
    third, fourth = start(client, PROJECT, "queueing"), start(client, PROJECT, "queueing")
    assert fourth.state == "SERIAL_WAIT"
    until(lambda: len(tasks.calls("work")) == 2)
    tasks.go_on()
    for each in (first, third, fourth):
        assert wait(client, PROJECT, each.id, within=300).state == "SUCCESS"
    assert len(tasks.calls("work")) == 3


WAIT = {"name": "wait", "type": "wait_for", "workflow": "hourly", "in_the_same": "hour", "timeout": "5m"}
SOON = {"cron": "*/5 * * * * ? *"}
NEVER = {"cron": "0 0 0 1 1 ? 2099"}


def test_a_schedule_starts_immediately(client: DolphinScheduler, put: Put) -> None:
    """The first run does not wait for the server's check for missed runs, which runs once a minute."""
    put("fresh", schedule=SOON, overlap="skip")
    project = client.project_code(PROJECT)
    code = client.processes(project)["fresh"].code
    until(lambda: last_runs(client, project, code), within=300)
    put("fresh", schedule=NEVER)
    runs = len(last_runs(client, project, code))
    put("fresh", schedule=SOON, overlap="skip")
    until(lambda: len(last_runs(client, project, code)) > runs, within=300)
    assert {run.started_by for run in last_runs(client, project, code)} == {"SCHEDULER"}


def test_waiting_for_another_workflow(client: DolphinScheduler, put: Put, tasks: StandIn) -> None:
    """A manual run does not wait. A scheduled run waits for the other workflow's success, and fails if it failed."""
    if time.time() % 3600 > 3500:
        until(lambda: time.time() % 3600 < 3500, within=101)
    put("hourly", task("slow"))
    waits = put("following", WAIT, task("work", needs=["wait"]), schedule=NEVER, overlap="skip")
    project = client.project_code(PROJECT)
    assert run(client, "following").state == "SUCCESS"
    tasks.behave(slow={"seconds": 120})
    other = start(client, PROJECT, "hourly")
    until(lambda: tasks.calls("slow"))
    put("following", WAIT, task("work", needs=["wait"]), schedule=SOON, overlap="skip")
    code = client.processes(project)["following"].code

    def scheduled(state: str) -> list[Run]:
        runs = last_runs(client, project, code, limit=50)
        return [each for each in runs if each.started_by == "SCHEDULER" and each.state == state]

    until(lambda: scheduled("RUNNING_EXECUTION"))
    waiting = scheduled("RUNNING_EXECUTION")[0]
    assert [each.name for each in task_runs(client, project, waiting.id)] == ["wait"]
    assert tasks.calls("work") == []
    tasks.go_on()
    assert wait(client, PROJECT, other.id, within=300).state == "SUCCESS"
    assert wait(client, PROJECT, waiting.id, within=300).state == "SUCCESS"
    assert len(tasks.calls("work")) >= 1
    tasks.behave(slow={"exit": 1})
    assert run(client, "hourly").state == "FAILURE"
    until(lambda: scheduled("FAILURE"))
    put("following", WAIT, task("work", needs=["wait"]), schedule=NEVER, overlap="skip")
    assert WorkflowProvider().find_drift(waits) == []


class Webhook:
    """Receives alerts."""

    def __init__(self) -> None:
        received: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.received = received
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook?key=planted-key&x=1"
        threading.Thread(target=self._server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def webhook(servers: Servers) -> Iterator[Webhook]:
    webhook = Webhook()
    servers.set_webhook(webhook.url)
    yield webhook
    webhook.stop()


@pytest.fixture
def alerts(webhook: Webhook, project: str) -> Iterator[AlertsInputs]:
    inputs = AlertsInputs(stack=STACK, service=SERVICE, group=PROJECT, secret_id="1")
    AlertsProvider().apply(inputs, None)
    yield inputs
    AlertsProvider().remove(inputs)


def test_a_failed_run_raises_an_alert(
    client: DolphinScheduler,
    alerts: AlertsInputs,
    put: Put,
    tasks: StandIn,
    webhook: Webhook,
) -> None:
    put("alerting", schedule=NEVER, alert_group=PROJECT)
    assert run(client, "alerting").state == "SUCCESS"
    tasks.behave(work={"exit": 1})
    failed = run(client, "alerting")
    until(lambda: webhook.received)
    [alert] = webhook.received
    [what] = json.loads(alert["text"])
    assert (what["processId"], what["taskName"], what["taskState"]) == (failed.id, "work", "FAILURE")
    assert (alert["source"], alert["stack"], alert["product"]) == ("dolphinscheduler", STACK, PROJECT)


def test_alerts_that_were_changed_by_hand(
    servers: Servers, client: DolphinScheduler, alerts: AlertsInputs, webhook: Webhook
) -> None:
    provider = AlertsProvider()
    assert provider.find_drift(alerts) == []
    servers.set_webhook(webhook.url + "&new=1")
    assert provider.find_drift(alerts) == ["alert group trial: url changed"]
    provider.apply(alerts, alerts)
    assert provider.find_drift(alerts) == []
    group = client.alert_groups()[PROJECT]
    client.call("PUT", f"/alert-groups/{group}", groupName=PROJECT, description="", alertInstanceIds="")
    assert provider.find_drift(alerts) == ["alert group trial has another receiver, or none"]
    provider.apply(alerts, alerts)
    assert provider.find_drift(alerts) == []
    client.call("DELETE", f"/alert-groups/{group}")
    assert provider.find_drift(alerts) == ["alert group trial is missing"]
    provider.apply(alerts, alerts)
    assert provider.find_drift(alerts) == []


@pytest.mark.long
def test_a_run_over_its_limit_raises_an_alert_and_its_task_is_killed(
    client: DolphinScheduler,
    alerts: AlertsInputs,
    put: Put,
    tasks: StandIn,
    webhook: Webhook,
) -> None:
    """DolphinScheduler counts whole minutes: it alerts after one minute and kills the task after two."""
    put("slow", task("work", timeout="2m"), timeout="1m", schedule=NEVER, alert_group=PROJECT)
    tasks.behave(work={"seconds": 600})
    slow = wait(client, PROJECT, start(client, PROJECT, "slow").id, within=300)
    assert slow.state == "FAILURE"
    log = run_log(client, client.project_code(PROJECT), slow.id)
    assert "timeout: sending signal TERM" in log
    assert "received SIGTERM" in log
    until(lambda: len(webhook.received) == 2)
    events = [what.get("event") for alert in webhook.received for what in json.loads(alert["text"])]
    assert sorted(events, key=str) == [None, "TIME_OUT"]
