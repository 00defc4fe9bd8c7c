"""Alerts: JSON that is posted to a webhook, in a form that Slack and Mattermost display."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from apps.tasks.log import say

SOURCE = "kappastack"
_PAUSES = (1.0, 3.0)
_TIMEOUT = 10.0
_TEXT = 3500


@dataclass(frozen=True)
class Alert:
    """A message to the stack's operators.

    Args:
        severity: `critical` (data are not flowing), `warning`, or `resolved`.
        title: one line.
        text: what was found, and what to do.
        product: data product.
        workflow: the workflow that found it.
    """

    severity: str
    title: str
    text: str
    product: str
    workflow: str


class Webhook:
    """The webhook that alerts are sent to."""

    def __init__(self, stack: str, url_file: str | None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`url_file` holds the URL, which is a secret; None: alerts are only in the log."""
        self._stack = stack
        self._url_file = url_file
        self._sleep = sleep

    def send(self, alert: Alert) -> bool:
        """Send an alert, trying three times; whether it arrived. It never fails the work, and never names the URL."""
        say(f"{alert.severity}: {alert.title}")
        if not self._url_file:
            say("no webhook is set: the alert is only in this log")
            return True
        try:
            url = Path(self._url_file).read_text().strip()
        except OSError as error:
            say(f"the alert was not sent: the file with the webhook's URL cannot be read: {error.strerror}")
            return False
        document = asdict(alert) | {
            "source": SOURCE,
            "stack": self._stack,
            "text": f"[{self._stack}] {alert.title}\n{alert.text[:_TEXT]}",
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for pause in (*_PAUSES, None):
            problem = _post(url, document)
            if not problem:
                say("the alert was sent")
                return True
            say(f"the alert was not sent: {problem}")
            if pause is not None:
                self._sleep(pause)
        return False


def _post(url: str, document: dict[str, str]) -> str:
    """Post once; what went wrong, without the URL."""
    try:
        data = json.dumps(document).encode()
        request = Request(url, data, {"Content-Type": "application/json"}, method="POST")  # noqa: S310
        if request.type not in {"http", "https"}:
            return "the webhook's URL is neither http nor https"
        with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            answer.read()
    except HTTPError as error:
        return f"the webhook answered {error.code}"
    except URLError as error:
        return f"the webhook does not answer: {type(error.reason).__name__}"
    except ValueError:
        return "the webhook's URL is not valid"
    except OSError as error:
        return f"the webhook does not answer: {type(error).__name__}"
    return ""
