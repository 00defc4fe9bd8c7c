"""Alerts fire for real causes, clear when these are gone, and reach page and webhook.

These tests run before the large replays: the rejected share counts recent events, so that fewer bad events suffice.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from alerting import Exercise, Expected, Times, Watch, Webhook, shown, table
from machine import TestStack
from measurements import Measurement, query, write_csv
from panels import check_panels
from replaying import Replay

from infra.monitoring.rules import alerts
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

PACE = 0.05
INTERVAL = 2
VALUES = ("10", "20", "5", "5", "5", "500", "20", "1000", "2")
PRODUCTS = ["ciapol"]
TIMES: dict[str, Times] = {}
"""Measured by the tests of this file."""


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module", autouse=True)
def _fast(stack: TestStack, webhook: Webhook) -> Iterator[None]:
    """Short durations in rules, and a webhook. Afterwards the stack has its usual settings."""
    stack.configure(monitoring={"interval": INTERVAL, "alertPace": PACE}, alertWebhook=webhook.url)
    stack.up()
    yield
    stack.configure(monitoring={})
    stack.up()


@pytest.fixture(scope="module")
def watch(stack: TestStack) -> Iterator[Watch]:
    with Watch(stack) as watching:
        yield watching


def events(count: int, prefix: str, *, begin: datetime) -> list[Measurement]:
    """Measurements of ten stations, one second apart."""
    return [
        Measurement(f"{prefix}-{index % 10:02}", begin + timedelta(seconds=index // 10), VALUES)
        for index in range(count)
    ]


def test_prometheus_reads_every_target(stack: TestStack) -> None:
    url = f"{stack.url('prometheus', 'http')}/api/v1/targets"

    def health() -> dict[str, str]:
        targets = httpx.get(url, timeout=120).raise_for_status().json()["data"]["activeTargets"]
        return {target["labels"]["service"]: target["health"] for target in targets}

    wait_until(lambda: set(health().values()) == {"up"}, health)
    # PostgreSQL does not serve metrics over HTTP; its exporter does.
    assert set(health()) == set(stack.processes()) - {"postgres"}


def test_prometheus_evaluates_every_rule(stack: TestStack) -> None:
    url = f"{stack.url('prometheus', 'http')}/api/v1/rules"

    def rules() -> list[dict[str, str]]:
        groups = httpx.get(url, timeout=120).raise_for_status().json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    wait_until(lambda: {rule["health"] for rule in rules()} == {"ok"}, rules)
    expected = {name for name, rule in alerts(PRODUCTS).items() if rule.series == "stack"}
    assert {rule["name"] for rule in rules() if rule["type"] == "alerting"} == expected


def test_every_query_of_every_panel_has_data(stack: TestStack, tmp_path: Path) -> None:
    check_panels(stack, tmp_path, PRODUCTS)


def test_metrics_of_zeta_are_found_by_their_prefix(stack: TestStack) -> None:
    url = f"{stack.url('prometheus', 'http')}/federate"
    text = httpx.get(url, params={"match[]": '{__name__=~".+"}'}, timeout=120).raise_for_status().text
    lines = [line for line in text.splitlines() if "seatunnel_zeta" in line and not line.startswith("#")]
    assert any(line.startswith("job_count{") for line in lines)
    assert any(line.startswith("seatunnel_zeta_job_source_received_total{") for line in lines)


def rejected(stack: TestStack, folder: Path) -> AbstractContextManager[None]:
    """Publish events with times in the future until a tenth of all recent events is rejected, then valid events."""

    @contextmanager
    def cause() -> Iterator[None]:
        [[recent]] = query(
            stack.name,
            "SELECT COUNT(*) FROM raw_measurements_zeta "
            "WHERE received_at >= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 15 MINUTE)",
        )
        bad = int(str(recent)) // 9 + 100
        write_csv(folder / "bad.csv", events(bad, "bad", begin=datetime.now(UTC) + timedelta(days=1)))
        assert Replay(stack, folder / "bad.csv").finish() == bad
        wait_until(lambda: "CiapolRejectedShare" in shown(stack), "the alert on the page")
        yield
        good = 40 * bad
        write_csv(folder / "good.csv", events(good, "good", begin=datetime.now(UTC) - timedelta(days=3)))
        assert Replay(stack, folder / "good.csv").finish() == good

    return cause()


def test_rejected_events_raise_an_alert(stack: TestStack, watch: Watch, tmp_path: Path) -> None:
    rejections = Exercise(lambda: rejected(stack, tmp_path), [Expected("CiapolRejectedShare")])
    TIMES.update(watch.exercise(rejections))
    wait_until(lambda: "CiapolRejectedShare" not in shown(stack), "the end of the alert on the page")


def test_the_tests_raised_every_alert_that_its_rule_assigns_to_them(webhook: Webhook) -> None:
    print(table(TIMES, alerts(PRODUCTS)))
    assert set(TIMES) == {name for name, rule in alerts(PRODUCTS).items() if rule.tested == "stack"}
    wait_until(lambda: all(any(name in body for body in webhook.bodies) for name in TIMES), "the alerts at the webhook")


def test_no_log_and_no_configuration_has_the_url_of_the_webhook(stack: TestStack) -> None:
    folder = stack.folder / stack.name
    files = [*(folder / "logs").iterdir(), *(folder / "services").glob("*/conf/*")]
    assert [str(path) for path in files if b"planted-key" in path.read_bytes()] == []
