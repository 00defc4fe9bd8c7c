"""The expected latest states of lions, challenges and users, computed from the events without code of the SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apps.liontrack.producers.events import ACTIVITIES, CHALLENGES, Event
from tests.integration.liontrack.reference import DAY, Fix, LionDay, event_time


@dataclass(frozen=True)
class LionState:
    """A lion's last valid position, and its data quality score."""

    last: Fix
    score: float


def lions(fixes: Mapping[str, Sequence[Fix]], days: Mapping[tuple[str, date], LionDay]) -> dict[str, LionState]:
    """The states of lions with a valid position."""
    found = {}
    for lion, each in fixes.items():
        if valid := [fix for fix in each if fix.reason is None]:
            until = valid[-1].at.date()
            window = {
                day: figures
                for (other, day), figures in days.items()
                if other == lion and until - 30 * DAY < day <= until
            }
            good = sum(figures.fixes for figures in window.values())
            bad = sum(figures.excluded for figures in window.values())
            with_position = sum(figures.fixes > 0 for figures in window.values())
            score = 70 * good / (good + bad) + 30 * with_position / ((until - min(window)).days + 1)
            found[lion] = LionState(valid[-1], score)
    return found


def challenges(events: Iterable[Event]) -> dict[str, tuple[datetime, str | None, str, str]]:
    """By challenge, the time of the latest event, the last known title, the user and the status."""
    found: dict[str, tuple[datetime, str | None, str, str]] = {}
    for event in _in_order(events, CHALLENGES, "updated_at"):
        challenge, title = str(event.fields["challenge_id"]), event.fields["title"]
        known = found[challenge][1] if challenge in found else None
        found[challenge] = (
            event_time(event, "updated_at"),
            known if title is None else str(title),
            str(event.fields["user_id"]),
            str(event.fields["status"]).strip().lower(),
        )
    return found


def users(events: Iterable[Event]) -> dict[str, tuple[datetime, str | None]]:
    """By user, the time of the latest activity, and the last known name."""
    found: dict[str, tuple[datetime, str | None]] = {}
    for event in _in_order(events, ACTIVITIES, "occurred_at"):
        user, name = str(event.fields["user_id"]), event.fields["username"]
        known = found[user][1] if user in found else None
        found[user] = (event_time(event, "occurred_at"), known if name is None else str(name))
    return found


def _in_order(events: Iterable[Event], topic: str, time: str) -> list[Event]:
    return sorted((event for event in events if event.topic == topic), key=lambda event: event_time(event, time))
