"""Invalid messages do not stop ingestion and are not lost."""

import base64

import httpx
import pytest

from smoke_tests.ciapol.scenario import InvalidMessage, Scenario
from smoke_tests.ciapol.store import Row, Store
from smoke_tests.outputs import ProductOutputs
from smoke_tests.waiting import wait_until

NAMES = [invalid.name for invalid in Scenario.new().invalid]


def _invalid_message(scenario: Scenario, name: str) -> InvalidMessage:
    return next(invalid for invalid in scenario.invalid if invalid.name == name)


def _rejected(scenario: Scenario, store: Store, payload: bytes, within: float) -> Row:
    encoded = base64.b64encode(payload).decode()
    rows = wait_until(
        f"{payload!r} among the rejected messages",
        lambda: [row for row in store.rejected(scenario.broken) if row["payload_base64"] == encoded],
        lambda rows: len(rows) > 0,
        within,
    )
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("name", NAMES)
def test_invalid_messages_are_stored_with_reason_and_bytes(
    scenario: Scenario, store: Store, within: float, name: str
) -> None:
    """The rejected row contains the message's bytes and a reason that names the error."""
    invalid = _invalid_message(scenario, name)
    row = _rejected(scenario, store, invalid.payload, within)
    assert invalid.reason in str(row["reject_reason"])


def test_invalid_messages_are_not_among_the_measurements(scenario: Scenario, store: Store, within: float) -> None:
    """Invalid messages have only raw and rejected rows."""
    for invalid in scenario.invalid:
        _rejected(scenario, store, invalid.payload, within)
    assert store.measurements(scenario.broken) == []


@pytest.mark.parametrize("through_page", [False, True])
def test_the_api_returns_rejected_messages_with_reasons(
    *, scenario: Scenario, ciapol: ProductOutputs, page_api: str, http: httpx.Client, within: float, through_page: bool
) -> None:
    """The API returns the rejected messages and reasons, directly and through the page's server."""
    address = f"{page_api if through_page else f'{ciapol.api_url}/api'}/v1/rejected"

    def ask() -> list[dict[str, str]]:
        answer = http.get(address, params={"station_id": scenario.broken, "limit": "100"})
        answer.raise_for_status()
        items: list[dict[str, str]] = answer.json()["items"]
        return items

    items = wait_until("the rejected messages", ask, lambda items: len(items) >= len(scenario.invalid), within)
    assert len(items) == len(scenario.invalid)
    reasons = "\n".join(item["reject_reason"] for item in items)
    assert all(invalid.reason in reasons for invalid in scenario.invalid)
    assert all(scenario.broken in item["payload"] for item in items)
