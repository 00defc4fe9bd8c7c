"""Load, API requests and logins while secrets are rotated, and checks of which secrets the services accept."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from machine import TestStack
from measurements import Measurement, differences, from_sample, raw_counts, write_csv
from replaying import Replay, wait_for_count

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from apps.shared.starrocks_errors import StarRocksError
from infra import rotation
from infra.resources.dolphinscheduler.database import (
    ADMIN_SECRET,
    SUPERUSER_SECRET,
    TOKEN_SECRET,
)
from infra.services.postgres import MONITORING_ROLE, MONITORING_SECRET
from infra.services.tasks import ALERT_WEBHOOK
from infra.settings_postgres import DATABASE_PASSWORD
from tests.waiting import PATIENCE, is_busy

LONGEST = 5.0
"""Seconds in which requests may fail."""
EVERY = 0.1
"""Seconds between two requests."""
_BATCH = 2_000
_PREFIX = "rotate"


class Load:
    """Publishes batches of measurements, one after another, until it is stopped."""

    def __init__(self, stack: TestStack, folder: Path) -> None:
        """`folder` receives the files of the batches."""
        self.published: list[Measurement] = []
        self._stack, self._folder = stack, folder

    def publish(self) -> None:
        """Publish one batch; each of its events is acknowledged."""
        name = f"{_PREFIX}-{len(self.published) // _BATCH}"
        measurements = list(from_sample(_BATCH, prefix=name))
        path = self._folder / f"{name}.csv"
        write_csv(path, measurements)
        replay = Replay(self._stack, path)
        while replay.found_no_broker():
            replay = Replay(self._stack, path)
        assert replay.finish() == _BATCH
        self.published += measurements


@dataclass
class Gaps:
    """The longest time in which every attempt failed, in seconds, and the last error."""

    attempts: int = 0
    longest: float = 0
    error: str = ""
    _last: float = field(default_factory=time.monotonic)

    def note(self, attempt: Callable[[], None]) -> None:
        """Make an attempt."""
        begin = time.monotonic()
        self.attempts += 1
        try:
            attempt()
        except (httpx.HTTPError, StarRocksError) as error:
            self.error = str(error)
            self.longest = max(self.longest, time.monotonic() - self._last)
        else:
            self._last = begin


@dataclass
class Watch:
    """What users notice: requests to the API, and logins with the password file of the API."""

    requests: Gaps = field(default_factory=Gaps)
    logins: Gaps = field(default_factory=Gaps)
    failures: list[BaseException] = field(default_factory=list)


@contextmanager
def watched(stack: TestStack, load: Load) -> Iterator[Watch]:
    """Publish, request and log in beside the block."""
    watch, stopped = Watch(), threading.Event()
    url = f"{stack.url('ciapol-api', 'http')}/api/v1/aqi/current"
    client = httpx.Client(trust_env=False, timeout=PATIENCE)

    def request() -> None:
        client.get(url).raise_for_status()

    def log_in() -> None:
        password, former, *_ = [*stack.secret_file("ciapol-api", "starrocks-ciapol_api").splitlines(), ""]
        log_in_to_starrocks(stack, "ciapol_api", password, former)

    def repeat(work: Callable[[], None], pause: float) -> None:
        try:
            while not stopped.is_set():
                work()
                stopped.wait(pause)
        except BaseException as error:  # the test reports it
            watch.failures.append(error)

    threads = [
        threading.Thread(target=repeat, args=arguments)
        for arguments in (
            (load.publish, 0),
            (lambda: watch.requests.note(request), EVERY),
            (lambda: watch.logins.note(log_in), EVERY),
        )
    ]
    for each in threads:
        each.start()
    try:
        yield watch
    finally:
        stopped.set()
        for each in threads:
            each.join()
        client.close()


def kill_and_complete(stack: TestStack, folder: Path) -> None:
    """Kill a rotation of all secrets under load, and complete it by the next deployment.

    No event is lost, no request fails for long, and only the new secrets are accepted.
    """
    before = stack.connections.secrets
    load = Load(stack, folder)
    with watched(stack, load) as watch:
        run, _ = stack.until("rotate", "all", words=("StarRocksUsers", "updating"))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait(PATIENCE)
        assert rotation.load(stack.name) is not None
        stack.up()
    assert rotation.load(stack.name) is None
    assert watch.failures == [], watch.failures
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

    wait_for_count(stack, _PREFIX, len(load.published))
    assert differences(stack.name, load.published, _PREFIX) == []
    # The publisher sends an event again if a connection ends before its acknowledgement: such an event may have two raw
    # rows, but has one clean row.
    assert raw_counts(stack.name, _PREFIX)[1] == len(load.published)
    assert stack.command("status").status == 0


def log_in_to_starrocks(stack: TestStack, user: str, password: str, former: str = "") -> None:
    """Open and close a connection."""
    endpoint = stack.connections.endpoint("starrocks", "query")
    with StarRocks(Address(endpoint.host, endpoint.port, user, password, former=former)) as connection:
        connection.connect()


def accepted(stack: TestStack, secrets: dict[str, str]) -> set[str]:
    """The names of the secrets that servers accept."""
    return {name for name, value in secrets.items() if _accepts(stack, name, value)}


def _accepts(stack: TestStack, name: str, value: str) -> bool:
    if name.startswith("starrocks-"):
        return _starrocks(stack, name.removeprefix("starrocks-"), value)
    if name in _POSTGRES:
        return _postgres(stack, *_POSTGRES[name], value)
    return _dolphinscheduler(stack, name, value)


def _starrocks(stack: TestStack, user: str, password: str) -> bool:
    try:
        log_in_to_starrocks(stack, user, password)
    except StarRocksError as error:
        if "Access denied" not in str(error):
            raise
        return False
    return True


_POSTGRES = {
    SUPERUSER_SECRET: ("postgres", "postgres"),
    DATABASE_PASSWORD: ("dolphinscheduler", "dolphinscheduler"),
    MONITORING_SECRET: (MONITORING_ROLE, "postgres"),
}


def _postgres(stack: TestStack, user: str, database: str, password: str) -> bool:
    endpoint = stack.connections.endpoint("postgres", "sql")
    try:
        psycopg.connect(
            host=endpoint.host, port=endpoint.port, user=user, password=password, dbname=database, connect_timeout=60
        ).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        return False
    return True


def _dolphinscheduler(stack: TestStack, name: str, value: str) -> bool:
    base = f"{stack.url('dolphinscheduler', 'rest')}/dolphinscheduler"
    if name == ADMIN_SECRET:
        form = {"userName": "admin", "userPassword": value}
        answer = httpx.post(f"{base}/login", data=form, timeout=60, trust_env=False)
    else:
        assert name == TOKEN_SECRET, name
        answer = httpx.get(f"{base}/users/get-user-info", headers={"token": value}, timeout=60, trust_env=False)
    return answer.status_code == 200 and answer.json()["code"] == 0
