"""Converts local times of files to UTC, also on days when the clocks of a time zone are changed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

_DAY = timedelta(days=1)


class ClockChange(StrEnum):
    """How to read a local time that a clock change skips or repeats."""

    BEFORE = "before"
    """With the offset before the change: the first of two equal local times."""
    AFTER = "after"
    """With the offset after the change: the second of two equal local times."""
    ORDER = "order"
    """The order of a station's rows decides, so they must be sorted by time. A skipped time is refused."""


class LocalTimeError(Exception):
    """A local time does not identify one UTC time, or an earlier row has this UTC time; the message has the remedy."""


@dataclass
class LocalClock:
    """Converts the local times of one file.

    Args:
        zone: time zone of the local times.
        change: how to read times that a clock change skips or repeats; None means that they are refused.
    """

    zone: tzinfo
    change: ClockChange | None = None
    _latest: dict[str, datetime] = field(default_factory=dict)
    _near_changes: dict[tuple[str, datetime], bool] = field(default_factory=dict)

    def utc(self, local: datetime, station_id: str) -> datetime:
        """The moment of a local time.

        Args:
            local: time without a zone.
            station_id: station of the row; rows of other stations do not influence the result.

        Raises:
            LocalTimeError: a clock change skips or repeats the time, and `change` selects no moment; or `change` would
                give two rows of the station the same moment.
            OverflowError: the moment is before year 1 or after year 9999.
        """
        # PEP 495: in a skipped or repeated time, fold 0 is the offset before the change and fold 1 that after it.
        before = local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        after = local.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        moment = before if before == after else self._chosen(before, after, station_id)
        if self.change is ClockChange.ORDER:
            self._latest[station_id] = max(moment, self._latest.get(station_id, moment))
        elif self.change is not None and self.zone.utcoffset(local - _DAY) != self.zone.utcoffset(local + _DAY):
            self._refuse_second(moment, station_id, chosen=before != after)
        return moment

    def _chosen(self, before: datetime, after: datetime, station_id: str) -> datetime:
        """The moment of a time that is skipped (then `before` is the later moment) or repeated."""
        match self.change:
            case ClockChange.BEFORE:
                return before
            case ClockChange.AFTER:
                return after
            case ClockChange.ORDER if before < after:
                latest = self._latest.get(station_id)
                for moment in (before, after):
                    if latest is None or moment > latest:
                        return moment
                raise LocalTimeError(
                    f"a time after the station's latest row before it ({_text(latest)}), as --clock-change order "
                    "needs rows sorted by time"
                )
        choices = "before or after" if before > after else "before, after or order"
        found = (
            f"clocks in {self.zone} skip this one"
            if before > after
            else f"clocks in {self.zone} show this one twice, at {_text(before)} and {_text(after)}"
        )
        raise LocalTimeError(f"a local time that exists once; {found}. The option --clock-change {choices} reads it")

    def _refuse_second(self, moment: datetime, station_id: str, *, chosen: bool) -> None:
        """Refuse a row whose UTC time equals that of an earlier row, if `change` determined one of the two times.

        It would replace the earlier row.
        """
        key = station_id, moment
        if key in self._near_changes and (chosen or self._near_changes[key]):
            raise LocalTimeError(
                f"another time: with --clock-change {self.change}, an earlier row of the station has the same moment "
                f"({_text(moment)}); order keeps both rows of a repeated time"
            )
        self._near_changes[key] = chosen


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat().replace("+00:00", "Z")
