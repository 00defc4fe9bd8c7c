"""The findings of `check`, without SQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from apps.shared.starrocks import Cell, StarRocks
from apps.tasks.run_request import RunRequest
from apps.tasks.statements import run_check
from apps.tasks.steps import LastRun, Step
from apps.tasks.windows import Window
from tests.unit.tasks.memory import TestContext, context

NOW = datetime(2026, 1, 31, tzinfo=UTC)
HOURLY = Step("ciapol", "quality_hourly", "alerts", "1", 3600)
Rows = list[dict[str, Cell]]
LOW: Rows = [{"station": "half", "completeness": 0.5}, {"station": "stuck", "sensors": "pm25"}]


class Result(StarRocks):
    """A connection whose queries have this result."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def query(self, statement: str, arguments: object = ()) -> Rows:
        return self._rows


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "sql" / "ciapol" / "queries"
    folder.mkdir(parents=True)
    (folder / "quality.sql").write_text("SELECT 1;")
    return tmp_path


def check(
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: Rows,
    *,
    known: tuple[str, ...] = (),
    arrive: bool = True,
    step: Step = HOURLY,
    request: RunRequest | None = None,
) -> tuple[TestContext, str]:
    monkeypatch.setattr(TestContext, "store", lambda _self: Result(rows))
    made = context(step=step, last=LastRun(findings=frozenset(known)))
    given = replace(made, files=files, request=request or RunRequest())
    given.alerts.arrive = arrive
    return given, run_check(given, "quality", Window(NOW - timedelta(hours=1), NOW))


def sent(given: TestContext) -> dict[str, bool]:
    """Whether the alert about each subject is resolved."""
    return {alert.labels["subject"]: alert.resolved for alert in given.alerts.sent}


def test_each_finding_has_an_alert_of_its_own(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, details = check(files, monkeypatch, LOW)
    assert details == "2 findings: half, stuck"
    [half, stuck] = given.alerts.sent
    assert half.labels == stuck.labels | {"subject": "half"}
    assert (half.title, half.text) == ("half: finding of check quality (ciapol)", "completeness 0.5")
    assert given.record.reported == [{"half", "stuck"}]


def test_a_persistent_finding_is_sent_at_each_run_for_a_few_periods(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, _ = check(files, monkeypatch, LOW, known=("half", "stuck"))
    assert [alert.lasts for alert in given.alerts.sent] == [timedelta(hours=4)] * 2
    unscheduled, _ = check(files, monkeypatch, LOW, step=replace(HOURLY, every=None))
    assert {alert.lasts for alert in unscheduled.alerts.sent} == {timedelta(days=7)}


def test_a_finding_is_resolved_by_itself(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = check(files, monkeypatch, LOW[:1], known=("half", "stuck"))
    assert sent(given) == {"half": False, "stuck": True}
    assert given.record.reported == [{"half"}]
    given, details = check(files, monkeypatch, [], known=("half",))
    assert (details, sent(given), given.record.reported) == ("no findings", {"half": True}, [set()])
    given, _ = check(files, monkeypatch, [])
    assert given.alerts.requests == []


def test_what_did_not_arrive_is_not_recorded(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = check(files, monkeypatch, LOW[1:], known=("half",), arrive=False)
    assert sent(given) == {"half": True, "stuck": False}
    assert given.record.reported == []


def test_rows_of_one_finding_are_one_alert(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = check(files, monkeypatch, [LOW[0], {"station": "half", "completeness": 0.25}])
    assert [alert.text for alert in given.alerts.sent] == ["completeness 0.5\ncompleteness 0.25"]


def test_a_run_over_a_past_range_neither_raises_nor_resolves_alerts(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = RunRequest(manual=True, begin="2025-01-01")
    given, details = check(files, monkeypatch, LOW, known=("other",), request=past)
    assert (details, given.alerts.requests, given.record.reported) == ("2 findings: half, stuck", [], [])
