"""Alerts of tasks. They are sent to Alertmanager, or in a stack without monitoring to the webhook.

Alertmanager gets every finding at each run, because it removes duplicates itself and forgets alerts when it loses its
data. The webhook gets a message only if a finding is new or has ended. Its JSON has a form that Slack and Mattermost
display.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from pydantic import JsonValue

from apps.tasks.log import print_line

SOURCE = "kappastack"
CRITICAL = "critical"
"""Severity: data are not flowing."""

WARNING = "warning"
RESOLVED = "resolved"
"""In place of the severity in a message of the webhook: findings that have ended."""

_CLOCKS = timedelta(minutes=1)
"""Permitted difference between the clocks of two machines."""
_PAUSES = (1.0, 3.0)
_TIMEOUT = 10.0
_TEXT = 3500
_ALERT_NAME = "WorkflowFinding"
_RUNBOOK = "docs/runbook.md#a-workflow-reports-findings"


@dataclass(frozen=True)
class Finding:
    """A problem that persists until a later run of the step no longer finds it.

    Args:
        key: unique among the findings of the step.
        product: data product.
        subject: object of the finding, such as the name of a job or of a data source.
        title: one line in English.
        title_fr: the same in French.
        text: details and the remedy.
    """

    key: str
    product: str
    subject: str
    title: str
    title_fr: str
    text: str


@dataclass(frozen=True)
class Report:
    """The findings of a step at one moment.

    Args:
        severity: `critical` or `warning`.
        workflow: workflow of the step.
        task: its task.
        name: subject of a message about several findings.
        lasts: time after which Alertmanager ends a finding that no later run reports, such as after the removal of the
            workflow.
        current: findings that persist.
        ended: known findings that no longer persist.
        known: keys of the findings that the receiver knows.
    """

    severity: str
    workflow: str
    task: str
    name: str
    lasts: timedelta
    current: Sequence[Finding]
    ended: Sequence[Finding] = ()
    known: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the findings that persist."""
        return frozenset(each.key for each in self.current)


class Sender(Protocol):
    """Sends reports."""

    def send(self, report: Report) -> frozenset[str]:
        """Send a report with up to three attempts; return the keys of the findings that the receiver now knows.

        Errors are only logged.
        """


class Alertmanager:
    """Sends findings to the stack's Alertmanager, which forwards them and shows them on the page."""

    def __init__(self, stack: str, url: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`url` is the address of Alertmanager."""
        self._stack = stack
        self._url = f"{url.rstrip('/')}/api/v2/alerts"
        self._sleep = sleep

    def send(self, report: Report) -> frozenset[str]:
        """Send all findings in one request with up to three attempts; return the keys that Alertmanager now knows."""
        alerts: list[JsonValue] = [*alertmanager_alerts(report, self._stack, datetime.now(UTC))]
        return report.keys if _repeated(self._url, alerts, "Alertmanager", self._sleep) else report.known


def alertmanager_alerts(report: Report, stack: str, now: datetime) -> list[dict[str, JsonValue]]:
    """A report in the form of Alertmanager's API: one alert for each finding.

    Alertmanager identifies an alert by its labels, so an ended finding has the labels with which it was raised. Its end
    is a little in the past, so that it has ended by Alertmanager's clock too.
    """
    past = now - _CLOCKS
    times = [(each, now, now + report.lasts) for each in report.current] + [(each, past, past) for each in report.ended]
    return [
        {
            "labels": {
                "alertname": _ALERT_NAME,
                "severity": report.severity,
                "owner": each.product,
                "product": each.product,
                "workflow": report.workflow,
                "task": report.task,
                "subject": each.subject,
                "stack": stack,
            },
            "annotations": {
                "summary": each.title,
                "summary_fr": each.title_fr,
                "description": each.text[:_TEXT],
                "runbook": _RUNBOOK,
            },
            # Without a start, Alertmanager uses the end. It keeps the earliest start of an alert that it knows.
            "startsAt": begin.isoformat(),
            "endsAt": end.isoformat(),
        }
        for each, begin, end in times
    ]


class Webhook:
    """The webhook that messages are sent to."""

    def __init__(self, stack: str, url_file: str | None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`url_file` contains the URL, which is a secret. With None, alerts are only logged."""
        self._stack = stack
        self._url_file = url_file
        self._sleep = sleep

    def send(self, report: Report) -> frozenset[str]:
        """Send a message about all findings if one is new, and a message about the ended ones.

        Returns:
            The keys of the findings that were delivered, by this call or before. They include an ended finding whose
            message was not delivered, so that the next call sends it again.
        """
        ended = frozenset(each.key for each in report.ended)
        known = report.keys
        if not known <= report.known and not self._message(report, report.severity, report.current):
            known &= report.known
        if report.ended and not self._message(report, RESOLVED, report.ended):
            known |= ended
        return known

    def _message(self, report: Report, severity: str, findings: Sequence[Finding]) -> bool:
        if not self._url_file:
            print_line("kappastack:alertWebhook is not set: the alert is only in this log")
            return True
        try:
            url = Path(self._url_file).read_text().strip()
        except OSError as error:
            reason = f"{self._url_file}, which contains the webhook's URL, cannot be read: {error.strerror}"
            print_line(f"the alert was not sent: {reason}")
            return False
        title, text, subject = _summary(report, severity, findings)
        document: dict[str, JsonValue] = {
            "source": SOURCE,
            "stack": self._stack,
            "severity": severity,
            "title": title,
            "text": f"[{self._stack}] {title}\n{text[:_TEXT]}",
            "product": ", ".join(sorted({each.product for each in findings})),
            "workflow": report.workflow,
            "task": report.task,
            "subject": subject,
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return _repeated(url, document, "the webhook", self._sleep)


def _summary(report: Report, severity: str, findings: Sequence[Finding]) -> tuple[str, str, str]:
    """Title, text and subject of a message."""
    if len(findings) == 1:
        return findings[0].title, findings[0].text, findings[0].subject
    ended = " resolved" if severity == RESOLVED else ""
    lines = [f"{each.subject}: {each.text}" for each in findings]
    return f"{report.name}: {len(findings)} findings{ended}", "\n".join(lines), report.name


def _repeated(url: str, document: object, receiver: str, sleep: Callable[[float], None]) -> bool:
    """Post up to three times; return whether the receiver accepted it."""
    for pause in (*_PAUSES, None):
        problem = _post(url, document, receiver)
        if not problem:
            print_line("the alert was sent")
            return True
        print_line(f"the alert was not sent: {problem}")
        if pause is not None:
            sleep(pause)
    return False


def _post(url: str, document: object, receiver: str) -> str:
    """Post once; return an error message without the URL, or an empty string."""
    try:
        data = json.dumps(document).encode()
        request = Request(url, data, {"Content-Type": "application/json"}, method="POST")  # noqa: S310
        if request.type not in {"http", "https"}:
            return f"the URL of {receiver} is neither http nor https"
        with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            answer.read()
    except HTTPError as error:
        return f"{receiver} returned status {error.code}"
    except URLError as error:
        return f"{receiver} does not respond: {type(error.reason).__name__}"
    except ValueError:
        return f"the URL of {receiver} is not valid"
    except OSError as error:
        return f"{receiver} does not respond: {type(error).__name__}"
    return ""
