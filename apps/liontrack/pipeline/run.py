"""The record of a run: its state, and the days that it computes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from apps.liontrack.pipeline.store import Store, insert
from apps.shared.starrocks import Argument

PIPELINE: Final = "batch_processor"
_RUNS: Final = "liontrack_metadata.pipeline_runs"
_DAYS: Final = "liontrack_metadata.run_days"
_LOAD: Final = timedelta(minutes=20)
"""Longest time from a row's `loaded_at` until the row becomes visible."""
_FIRST: Final = datetime(1970, 1, 1)  # noqa: DTZ001 # as in StarRocks
_BATCH: Final = 500
_ERROR: Final = 1000
_ABANDONED: Final = "a step ended without a record: it was stopped, or reached its time limit"


@dataclass(frozen=True)
class Run:
    """A run of the pipeline.

    Args:
        store: StarRocks.
        id: workflow instance of DolphinScheduler; the same in every attempt.
        first: first day of the range.
        end: day after the last day of the range.
    """

    store: Store
    id: str
    first: date
    end: date

    def begin(self) -> None:
        """Record the start of the run; a further attempt keeps the start time of the first."""
        self._end_abandoned()
        known = self.store.query(f"SELECT started_at FROM {_RUNS} WHERE run_id = %s", (self.id,))
        self._set(status="running", started_at=known[0]["started_at"] if known else _now(), ended_at=None, error=None)

    def succeed(self) -> None:
        """Record the success of the run."""
        self._set(status="success", ended_at=_now(), error=None)

    def fail(self, reason: str, *, last: bool) -> None:
        """Record the failure of a step.

        Args:
            reason: error of the step.
            last: whether the step is not tried again; otherwise the run continues.
        """
        ended: dict[str, Argument] = {"status": "failed", "ended_at": _now()} if last else {}
        self._set(error=reason[:_ERROR], **ended)

    def started_at(self) -> datetime:
        """The start of the first attempt.

        Raises:
            LookupError: no step has recorded the run.
        """
        rows = self.store.query(f"SELECT started_at FROM {_RUNS} WHERE run_id = %s", (self.id,))
        for row in rows:
            if isinstance(started := row["started_at"], datetime):
                return started
        raise LookupError(f"run {self.id} has no start: its step `health` has not ended")

    def find_days(self) -> None:
        """Determine and store the days that the run computes.

        These are the days of the range, every day with an event that was stored since the last successful run, and the
        former days of corrected weighings. The first run finds every day that has an event.

        Days are only added, because an earlier attempt may still run after its worker was killed, and must not remove
        days before the next step reads them.
        """
        before = self.store.query(
            f"SELECT MAX(loaded_until) AS loaded_until FROM {_RUNS} WHERE status = 'success' AND run_id <> %s",
            (self.id,),
        )[0]["loaded_until"]
        # The condition does not limit `received_at`, because a job may load a message long after its receipt. Pulsar
        # keeps an unacknowledged message without a time limit.
        condition = "loaded_at >= %s"
        values: list[Argument] = [before - _LOAD if isinstance(before, datetime) else _FIRST]
        until = self.store.query(
            f"SELECT MAX(loaded_at) AS until FROM liontrack_bronze.messages WHERE {condition}", values
        )
        found = self.store.query(
            f"SELECT DISTINCT DATE(event_time) AS day FROM liontrack_bronze.messages WHERE {condition} AND usable",
            values,
        )
        moved = self.store.query(
            "SELECT DISTINCT checks.weight_date AS day FROM liontrack_silver.weight_checks AS checks "
            "INNER JOIN liontrack_bronze.weights_raw AS raw ON raw.weight_id = checks.weight_id "
            f"INNER JOIN liontrack_bronze.messages AS messages ON messages.message_id = raw.message_id "
            f"WHERE raw.partition_date <> checks.weight_date AND messages.{condition}",
            values,
        )
        late = {day for row in [*found, *moved] if isinstance(day := row["day"], date)}
        requested = {self.first + timedelta(days=number) for number in range((self.end - self.first).days)}
        rows = [(self.id, day, int(day not in requested)) for day in sorted(requested | late)]
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            marks = ", ".join(["(%s, %s, %s)"] * len(batch))
            self.store.change(
                f"INSERT INTO {_DAYS} (run_id, day, late) VALUES {marks}", [value for row in batch for value in row]
            )
        # The earliest time of all attempts, because later messages may be of days that `silver` did not compute.
        known = self.store.query(f"SELECT loaded_until FROM {_RUNS} WHERE run_id = %s", (self.id,))
        times = [row["loaded_until"] for row in known] + [until[0]["until"] or before]
        self._set(loaded_until=min((time for time in times if isinstance(time, datetime)), default=None))

    def days(self, *, late_only: bool = False) -> list[date]:
        """The days that the run computes, in order.

        Raises:
            LookupError: the days are not determined yet.
        """
        rows = self.store.query(f"SELECT day, late FROM {_DAYS} WHERE run_id = %s ORDER BY day", (self.id,))
        if not rows:
            raise LookupError(f"run {self.id} has no days: its step `quality` has not ended")
        return [day for row in rows if isinstance(day := row["day"], date) and (row["late"] or not late_only)]

    def _end_abandoned(self) -> None:
        """Record the failure of runs whose last step ended without a record, as at its time limit.

        The workflow's runs wait for each other, so no other run is active.
        """
        for row in self.store.query(f"SELECT * FROM {_RUNS} WHERE status = 'running' AND run_id <> %s", (self.id,)):
            ended: dict[str, Argument] = {"status": "failed", "ended_at": _now(), "error": row["error"] or _ABANDONED}
            insert(self.store, _RUNS, row | ended)

    def _set(self, **values: Argument) -> None:
        known = self.store.query(f"SELECT * FROM {_RUNS} WHERE run_id = %s", (self.id,))
        row: dict[str, Argument] = {
            "run_id": self.id,
            "pipeline_name": PIPELINE,
            "status": "running",
            "range_from": self.first,
            "range_to": self.end,
            "loaded_until": None,
            "started_at": _now(),
            "ended_at": None,
            "error": None,
        }
        insert(self.store, _RUNS, row | (known[0] if known else {}) | values)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
