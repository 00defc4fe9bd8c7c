"""Causes of alerts in services, each a context in which the cause exists."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import httpx
import psutil
import psycopg
from alerting import Webhook, series
from machine import TestStack
from measurements import DATABASE, query

from apps.tasks.alerts import WARNING, Alertmanager, Finding, Report
from infra.configuration import load_settings
from infra.resources.dolphinscheduler.database import SUPERUSER_SECRET
from infra.services.postgres import SUPERUSER
from infra.state import StackState
from infra.targets.host.operations import HostOperations
from infra.targets.host.supervisor import Supervisor
from tests.waiting import wait_until
from tools.stack.configuration import stack_configuration

CONNECTIONS = 88
"""Connections above the threshold of 80 and below the limit of 100, so that DolphinScheduler still gets new ones."""
RESTARTS = 3
REFUSED_LOADS = 8
SLOW_QUERIES = 5
SLOW_SECONDS = 6.0


@contextmanager
def suspended(stack: TestStack, *services: str) -> Iterator[None]:
    """The processes of services do not run, but keep their ports and memory."""
    found = stack.processes()
    parents = [psutil.Process(found[service].pid) for service in services]
    processes = [each for parent in parents for each in (parent, *parent.children(recursive=True))]
    try:
        for process in processes:
            process.suspend()
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


@contextmanager
def stopped(stack: TestStack, service: str) -> Iterator[None]:
    """A service does not run."""
    Supervisor(stack.name).stop(service)
    try:
        yield
    finally:
        Supervisor(stack.name).start(service)


@contextmanager
def killed(stack: TestStack, service: str, times: int = RESTARTS) -> Iterator[None]:
    """A service was killed several times."""
    for _ in range(times):
        _seen_restart(stack, service, lambda: stack.kill(service))
    yield


def restart(stack: TestStack, service: str) -> None:
    """Restart a service several times, as `make restart` does."""
    operations = HostOperations(load_settings(stack_configuration(stack.name)), stack.name)
    for _ in range(RESTARTS):
        _seen_restart(stack, service, lambda: operations.restart(service))


def _seen_restart(stack: TestStack, service: str, restart: Callable[[], None]) -> None:
    """Restart a service, and wait until Prometheus has collected metrics of the new process."""

    def starts() -> set[str]:
        return {each.value[1] for each in series(stack, f'process_start_time_seconds{{service="{service}"}}')}

    before = starts()
    restart()
    wait_until(lambda: bool(starts() - before), f"a restart of {service} in Prometheus", pause=0.5)


@contextmanager
def broken_rule(stack: TestStack) -> Iterator[None]:
    """Prometheus has a rule that cannot be evaluated, because several series have the same labels."""
    path = StackState(stack.name).service("prometheus") / "conf" / "rules-broken.yml"
    rule = "{record: broken, expr: 'up * on () up'}"
    path.write_text(f"groups: [{{name: broken, rules: [{rule}]}}]\n")
    reload = f"{stack.url('prometheus', 'http')}/-/healthy"
    try:
        _hang_up(stack, "prometheus")
        yield
    finally:
        path.unlink()
        _hang_up(stack, "prometheus")
        assert httpx.get(reload, timeout=60).is_success


def _hang_up(stack: TestStack, service: str) -> None:
    """Send SIGHUP, after which Prometheus reads its configuration again."""
    psutil.Process(stack.processes()[service].pid).send_signal(1)


@contextmanager
def refusing(stack: TestStack, webhook: Webhook) -> Iterator[None]:
    """The webhook accepts no alerts, and there is one to send."""
    sender = Alertmanager(stack.name, stack.url("alertmanager", "http"))
    finding = Finding("refused", "ciapol", "refused", "a finding", "une anomalie", "details")
    report = Report(WARNING, "quality_hourly", "alerts", "quality_alerts", timedelta(days=1), [finding])
    webhook.status = 503
    try:
        assert sender.send(report)
        yield
    finally:
        webhook.status = 200
        assert not sender.send(replace(report, current=[], ended=[finding], known=report.keys))


@contextmanager
def connected(stack: TestStack) -> Iterator[None]:
    """PostgreSQL has almost as many connections as it accepts."""
    endpoint = stack.connections.endpoint("postgres", "sql")
    with ExitStack() as opened:
        for _ in range(CONNECTIONS):
            connection = opened.enter_context(
                psycopg.connect(
                    host=endpoint.host,
                    port=endpoint.port,
                    user=SUPERUSER,
                    password=stack.connections.secrets[SUPERUSER_SECRET],
                    dbname="postgres",
                    autocommit=True,
                )
            )
            count = connection.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE datname IS NOT NULL").fetchone()
            if count is not None and count[0] >= CONNECTIONS:
                break
        yield


@contextmanager
def refused_loads(stack: TestStack) -> Iterator[None]:
    """StarRocks refused several loads, whose rows have no valid time."""
    url = f"{stack.url('starrocks', 'be-http')}/api/{DATABASE}/sensor_measurements_zeta/_stream_load"
    for _ in range(REFUSED_LOADS):
        answer = httpx.put(
            url,
            content=b'[{"station_id": "refused", "measured_at": "never"}]',
            auth=("root", stack.connections.secrets["starrocks-root"]),
            headers={"format": "json", "strip_outer_array": "true"},
            timeout=120,
        )
        assert answer.json()["Status"] == "Fail", answer.text
    yield


@contextmanager
def slow_queries(stack: TestStack) -> Iterator[None]:
    """Several queries took more than five seconds."""

    def seconds(rows: int) -> float:
        began = time.monotonic()
        query(
            stack.name,
            f"SELECT SUM(SQRT(a.n * b.n)) FROM TABLE(generate_series(1, {rows})) AS a(n) "
            f"CROSS JOIN TABLE(generate_series(1, {rows})) AS b(n)",
        )
        return time.monotonic() - began

    rows = 10_000
    while seconds(rows) < SLOW_SECONDS:
        rows *= 2
    with ThreadPoolExecutor(SLOW_QUERIES) as pool:
        list(pool.map(seconds, [rows] * SLOW_QUERIES))
    yield


@contextmanager
def broken_view(stack: TestStack) -> Iterator[None]:
    """The refresh of a materialized view fails, because its regular expression is invalid."""
    query(stack.name, "CREATE TABLE texts (id INT NOT NULL, value VARCHAR(20)) PRIMARY KEY (id)")
    try:
        query(
            stack.name,
            "CREATE MATERIALIZED VIEW broken_mv REFRESH DEFERRED ASYNC AS "
            "SELECT id, REGEXP_EXTRACT(value, '(', 1) AS part FROM texts",
        )
        query(stack.name, "INSERT INTO texts VALUES (1, 'text')")
        yield
    finally:
        query(stack.name, "DROP MATERIALIZED VIEW IF EXISTS broken_mv")
        query(stack.name, "DROP TABLE texts FORCE")
