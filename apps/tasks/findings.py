"""The findings of a step: it reports them at each run, and its row in `pipeline_steps` records the known ones."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from apps.tasks.alerts import RESOLVED, Finding, Report
from apps.tasks.context import Context
from apps.tasks.log import print_line

_PERIODS = 4
"""Periods of the schedule for which a finding lasts without a new report: some runs may fail or be late."""

_SHORTEST = timedelta(hours=1)
"""Shortest such time, because an outage of DolphinScheduler or StarRocks lasts longer than some periods."""

_UNSCHEDULED = timedelta(days=7)
"""The time for a step without a schedule."""


class Findings:
    """The findings of one run of a step.

    The row of the step records which alerts are open; the state of a finding's subject does not. An alert is therefore
    resolved whenever its finding no longer persists, and sent again until it is delivered.
    """

    def __init__(self, context: Context, *, severity: str, name: str, ended: Callable[[str], Finding]) -> None:
        """Begin with the findings that the previous run recorded.

        Args:
            context: the step.
            severity: `critical` or `warning`, for all findings of the step.
            name: subject of a message about several findings.
            ended: the description of an ended finding with this key. Product and subject are those of the raised one.
        """
        self._context, self._severity, self._name, self._ended = context, severity, name, ended
        self._known = context.last.findings
        self._reported: frozenset[str] | None = None

    def report(self, found: Iterable[Finding], undecided: Iterable[Finding] = ()) -> None:
        """Send the findings, and record those that were delivered.

        A second call sends nothing unless findings began or ended.

        Args:
            found: findings that persist.
            undecided: findings that may persist. They neither raise an alert nor end one.
        """
        current = {each.key: each for each in undecided if each.key in self._known}
        current |= {each.key: each for each in found}
        keys = frozenset(current)
        if keys == self._reported:
            return
        self._reported = keys
        ended = [self._ended(key) for key in sorted(self._known - keys)]
        for each in current.values():
            if each.key not in self._known:
                print_line(f"{self._severity}: {each.title}")
        for each in ended:
            print_line(f"{RESOLVED}: {each.title}")
        known = self._send(list(current.values()), ended) if current or ended else keys
        if known != self._known:
            self._context.record.findings(known)
        self._known = known

    def _send(self, current: list[Finding], ended: list[Finding]) -> frozenset[str]:
        step = self._context.step
        report = Report(
            severity=self._severity,
            workflow=step.workflow,
            task=step.task,
            name=self._name,
            lasts=max(_SHORTEST, _PERIODS * timedelta(seconds=step.every)) if step.every else _UNSCHEDULED,
            current=current,
            ended=ended,
            known=self._known,
        )
        return self._context.sender().send(report)
