"""Alerts of tasks. They are sent to Alertmanager, or in a stack without monitoring to the webhook.

The webhook gets JSON in a form that Slack and Mattermost display.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from apps.tasks.log import print_line

SOURCE = "kappastack"
_PAUSES = (1.0, 3.0)
_TIMEOUT = 10.0
_TEXT = 3500
RESOLVED = "resolved"
_SEVERITIES = ("critical", "warning")
_ALERT_NAME = "WorkflowFinding"
_RUNBOOK = "docs/runbook.md#a-workflow-reports-findings"
_LONGEST = timedelta(days=7)
"""An alert that nothing resolves ends after this time, because its workflow may have been removed."""


@dataclass(frozen=True)
class Alert:
    """A message to the stack's operators.

    Args:
        severity: `critical` (data are not flowing), `warning`, or `resolved`.
        title: one line.
        text: the finding and the remedy.
        product: data product.
        workflow: workflow that sends the alert.
        subject: object of the alert, such as the name of a job. `resolved` ends the alerts with the same subject.
    """

    severity: str
    title: str
    text: str
    product: str
    workflow: str
    subject: str


class Sender(Protocol):
    """Sends alerts."""

    def send(self, alert: Alert) -> bool:
        """Send an alert with up to three attempts; return whether it arrived. Errors are only logged."""


class Alertmanager:
    """Sends alerts to the stack's Alertmanager, which forwards them and shows them on the page."""

    def __init__(self, stack: str, url: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`url` is the address of Alertmanager."""
        self._stack = stack
        self._url = f"{url.rstrip('/')}/api/v2/alerts"
        self._sleep = sleep

    def send(self, alert: Alert) -> bool:
        """Send an alert with up to three attempts; return whether it arrived. Errors are only logged."""
        print_line(f"{alert.severity}: {alert.title}")
        resolved = alert.severity == RESOLVED
        now = datetime.now(UTC)
        severities = _SEVERITIES if resolved else (alert.severity,)
        document = [
            {
                "labels": {
                    "alertname": _ALERT_NAME,
                    "severity": severity,
                    "owner": alert.product,
                    "product": alert.product,
                    "workflow": alert.workflow,
                    "subject": alert.subject,
                    "stack": self._stack,
                },
                "annotations": {
                    "summary": alert.title,
                    "summary_fr": alert.title,
                    "description": alert.text[:_TEXT],
                    "runbook": _RUNBOOK,
                },
                "endsAt": (now if resolved else now + _LONGEST).isoformat(),
            }
            for severity in severities
        ]
        return _repeated(self._url, document, "Alertmanager", self._sleep)


class Webhook:
    """The webhook that alerts are sent to."""

    def __init__(self, stack: str, url_file: str | None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`url_file` contains the URL, which is a secret. With None, alerts are only logged."""
        self._stack = stack
        self._url_file = url_file
        self._sleep = sleep

    def send(self, alert: Alert) -> bool:
        """Send an alert with up to three attempts; return whether it arrived. Errors are logged without the URL."""
        print_line(f"{alert.severity}: {alert.title}")
        if not self._url_file:
            print_line("no webhook is set: the alert is only in this log")
            return True
        try:
            url = Path(self._url_file).read_text().strip()
        except OSError as error:
            print_line(f"the alert was not sent: the file with the webhook's URL cannot be read: {error.strerror}")
            return False
        document = asdict(alert) | {
            "source": SOURCE,
            "stack": self._stack,
            "text": f"[{self._stack}] {alert.title}\n{alert.text[:_TEXT]}",
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return _repeated(url, document, "the webhook", self._sleep)


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
