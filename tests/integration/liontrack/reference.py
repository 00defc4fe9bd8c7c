"""The expected results of the pipeline, computed from the events in plain Python without code of the SQL."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import mean, median

from apps.liontrack.producers.events import ACTIVITIES, CHALLENGES, POSITIONS, WEIGHTS, Event

DAY = timedelta(days=1)
REACH = timedelta(hours=72)
_UNITS = {"kg": 1.0, "g": 0.001, "lb": 0.45359237}


@dataclass(frozen=True)
class Fix:
    """A position with the result of its check."""

    at: datetime
    lat: float | None
    lng: float | None
    reason: str | None
    distance: float | None = None


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance on a sphere of 6371.0088 km, by the spherical law of haversines."""
    (lat1, lng1), (lat2, lng2) = (tuple(map(math.radians, place)) for place in (a, b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lng2 - lng1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(1.0, h)))


def event_time(event: Event, field: str) -> datetime:
    """A time of an event, in UTC."""
    return datetime.fromisoformat(str(event.fields[field])).replace(tzinfo=None)


def _number(event: Event, field: str) -> float | None:
    value = event.fields[field]
    return float(value) if isinstance(value, int | float) else None


def positions(events: Iterable[Event], received: Mapping[int, datetime]) -> dict[str, list[Fix]]:
    """The positions of each lion, sorted by time. A later event with the same key replaces the earlier one."""
    latest: dict[tuple[str, datetime], Event] = {}
    for event in events:
        if event.topic == POSITIONS:
            latest[str(event.fields["lion_id"]), event_time(event, "last_update")] = event
    by_lion: dict[str, list[Fix]] = defaultdict(list)
    for (lion, at), event in sorted(latest.items()):
        lat, lng = _number(event, "position_lat"), _number(event, "position_lng")
        reason = None
        if lat is None or lng is None:
            reason = "no_position"
        elif abs(lat) > 90 or abs(lng) > 180 or (lat, lng) == (0, 0):
            reason = "impossible_coordinates"
        elif at > received.get(id(event), at) + timedelta(minutes=10):
            reason = "in_the_future"
        by_lion[lion].append(Fix(at, lat, lng, reason))
    return {lion: _decided(fixes) for lion, fixes in by_lion.items()}


def _decided(fixes: list[Fix]) -> list[Fix]:
    possible = [fix for fix in fixes if fix.reason is None]
    fast = {fix.at for number, fix in enumerate(possible) if _too_fast(possible, number)}
    decided: list[Fix] = []
    last: Fix | None = None
    for fix in fixes:
        reason = fix.reason or ("too_fast" if fix.at in fast else None)
        distance = None
        if reason is None:
            if last is not None and fix.at - last.at <= REACH:
                distance = _between(last, fix)
            last = fix
        decided.append(Fix(fix.at, fix.lat, fix.lng, reason, distance))
    return decided


def _between(a: Fix, b: Fix) -> float:
    assert a.lat is not None
    assert a.lng is not None
    assert b.lat is not None
    assert b.lng is not None
    return kilometres((a.lat, a.lng), (b.lat, b.lng))


def _too_fast(fixes: list[Fix], number: int) -> bool:
    fix = fixes[number]
    before = [other for other in fixes[max(0, number - 3) : number] if fix.at - other.at <= REACH]
    after = [other for other in fixes[number + 1 : number + 4] if other.at - fix.at <= REACH]
    near = [*before, *after]
    far = [other for other in near if _unreachable(other, fix)]
    if len(near) == 1:
        return bool(before) and bool(far)
    return len(near) >= 2 and 2 * len(far) > len(near)


def _unreachable(a: Fix, b: Fix) -> bool:
    seconds = max(1.0, math.floor(abs((b.at - a.at).total_seconds())))
    return _between(a, b) - 0.1 > 80 * seconds / 3600


@dataclass(frozen=True)
class LionDay:
    """A lion's day: valid positions, excluded positions, kilometres, median position, and its accuracy in metres."""

    fixes: int
    excluded: int
    km: float
    lat: float | None = None
    lng: float | None = None
    accuracy: float | None = None


def lion_days(fixes: Mapping[str, list[Fix]]) -> dict[tuple[str, date], LionDay]:
    """The days of each lion, by lion and day."""
    grouped: dict[tuple[str, date], list[Fix]] = defaultdict(list)
    for lion, each in fixes.items():
        for fix in each:
            grouped[lion, fix.at.date()].append(fix)
    return {
        key: LionDay(
            sum(fix.reason is None for fix in each),
            sum(fix.reason is not None for fix in each),
            sum(fix.distance or 0 for fix in each),
            *_centre(each),
        )
        for key, each in grouped.items()
    }


def _centre(fixes: list[Fix]) -> tuple[float | None, float | None, float | None]:
    valid = [fix for fix in fixes if fix.reason is None]
    places = [(fix.lat, fix.lng) for fix in valid if fix.lat is not None and fix.lng is not None]
    if not places:
        return None, None, None
    longitudes = [lng for _, lng in places]
    if max(longitudes) - min(longitudes) > 180:
        longitudes = [lng % 360 for lng in longitudes]
    lat, lng = median(lat for lat, _ in places), median(longitudes)
    lng = lng - 360 if lng > 180 else lng
    metres = median(1000 * kilometres((lat, lng), place) for place in places)
    return lat, lng, metres if len(places) > 1 else None


@dataclass(frozen=True)
class Window:
    """A lion's positions in five minutes: their number, the last one, and the length of the path in kilometres."""

    positions: int
    last: Fix
    km: float


def windows(fixes: Mapping[str, list[Fix]]) -> dict[tuple[str, datetime], Window]:
    """The windows by lion and start. They have every position with possible coordinates."""
    grouped: dict[tuple[str, datetime], list[Fix]] = defaultdict(list)
    for lion, each in fixes.items():
        for fix in each:
            if fix.lat is not None and fix.lng is not None and abs(fix.lat) <= 90 and abs(fix.lng) <= 180:
                start = fix.at.replace(minute=fix.at.minute // 5 * 5, second=0, microsecond=0)
                grouped[lion, start].append(fix)
    return {
        key: Window(len(each), each[-1], sum(_between(a, b) for a, b in pairwise(each)))
        for key, each in grouped.items()
    }


def weights(events: Iterable[Event]) -> dict[str, dict[date, list[float]]]:
    """Kilograms by lion and day.

    Of several events with the same weight_id, only the last is used. Of several weighings of a lion at the same time,
    only the last is used.
    """
    by_id: dict[str, Event] = {}
    for event in events:
        if event.topic == WEIGHTS:
            by_id.pop(str(event.fields["weight_id"]), None)
            by_id[str(event.fields["weight_id"])] = event
    by_time: dict[tuple[str, datetime], float] = {}
    for event in by_id.values():
        factor = _UNITS.get(str(event.fields["unit"]).strip().lower())
        value = _number(event, "weight")
        if factor is not None and value is not None and 0.5 <= value * factor <= 400:
            by_time[str(event.fields["lion_id"]), event_time(event, "measured_at")] = value * factor
    found: dict[str, dict[date, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (lion, at), kilograms in by_time.items():
        found[lion][at.date()].append(kilograms)
    return found


@dataclass(frozen=True)
class Metrics:
    """Metrics of a lion's day."""

    avg_weight: float | None
    weight_trend: float | None
    tracking_frequency: int
    distance_km: float
    health_score: float | None


def metrics(
    days: Mapping[tuple[str, date], LionDay], weighed: Mapping[str, Mapping[date, list[float]]], until: date
) -> dict[tuple[str, date], Metrics]:
    """The metrics by lion and day, up to `until`."""
    found: dict[tuple[str, date], Metrics] = {}
    seen: dict[str, set[date]] = defaultdict(set)
    for (lion, day), figures in days.items():
        if figures.fixes:
            seen[lion].add(day)
    for lion, by_day in weighed.items():
        seen[lion] |= set(by_day)
    for lion, dates in seen.items():
        targets = {day + number * DAY for day in dates for number in range(30)}
        for day in targets:
            if day <= until:
                found[lion, day] = _metrics(lion, day, days, weighed.get(lion, {}))
    return found


def _metrics(
    lion: str, day: date, days: Mapping[tuple[str, date], LionDay], weighed: Mapping[date, list[float]]
) -> Metrics:
    window = [day - number * DAY for number in range(30)]
    daily = {each: mean(weighed[each]) for each in window if each in weighed}
    average = mean(daily.values()) if daily else None
    slopes = [(daily[b] - daily[a]) / (b - a).days for a in daily for b in daily if a < b]
    trend = median(slopes) if len(daily) >= 3 else None
    weight_score = None
    if trend is not None and average is not None:
        weight_score = min(100.0, max(0.0, 100 * (1 + 30 * trend / (0.1 * average))))
    moved = {each: days[lion, each].km for each in window if (lion, each) in days and days[lion, each].fixes}
    recent = [km for each, km in moved.items() if each > day - 3 * DAY]
    movement_score = None
    if len(moved) >= 7 and recent and median(moved.values()) > 0:
        movement_score = min(100.0, 100 * mean(recent) / (0.5 * median(moved.values())))
    health: float | None
    if weight_score is not None and movement_score is not None:
        health = 0.6 * weight_score + 0.4 * movement_score
    else:
        health = weight_score if movement_score is None else movement_score
    today = days.get((lion, day), LionDay(0, 0, 0))
    km = today.km if today.fixes else 0.0
    return Metrics(average, trend, today.fixes, km, health)


def engagement(events: Iterable[Event]) -> dict[tuple[str, date], tuple[int, int, float]]:
    """Challenges completed, weight entries and engagement score by user and day."""
    completed: dict[tuple[str, date], set[str]] = defaultdict(set)
    entries: dict[tuple[str, date], set[str]] = defaultdict(set)
    others: dict[tuple[str, date], set[str]] = defaultdict(set)
    for event in events:
        if event.topic == ACTIVITIES:
            key = (str(event.fields["user_id"]), event_time(event, "occurred_at").date())
            (entries if event.fields["activity"] == "weight_entry" else others)[key].add(str(event.fields["event_id"]))
        elif event.topic == CHALLENGES and str(event.fields["status"]).strip().lower() == "completed":
            key = (str(event.fields["user_id"]), event_time(event, "updated_at").date())
            completed[key].add(str(event.fields["challenge_id"]))
    return {
        key: (
            len(completed[key]),
            len(entries[key]),
            100 * (1 - math.exp(-(10 * len(completed[key]) + 4 * len(entries[key]) + len(others[key])) / 20)),
        )
        for key in {*completed, *entries, *others}
    }
