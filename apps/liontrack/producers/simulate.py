"""Simulates lions and users: plausible movement, weights, activities and challenges.

A lion walks around a home range: each step is drawn towards the centre, as in an Ornstein-Uhlenbeck process, the usual
model of animals with a home range (Dunn and Gipson 1977, https://doi.org/10.2307/2529779). The same seed gives the same
events.
"""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import JsonValue

from apps.liontrack.producers.events import (
    COMPLETED,
    WEIGHT_ENTRY,
    Event,
    activity,
    challenge,
    event_id,
    position,
    weight,
)

_GENERATED: dict[str, JsonValue] = {"generated": True}
_NAMES = ("Awa", "Koffi", "Mariam", "Yao", "Fatou", "Ibrahim", "Adjoua", "Moussa")
_TITLES = ("Observer un lion à l'aube", "Peser trois lions", "Signaler un collier muet")
_KM_PER_DEGREE = 111.2
_PULL = 0.15
"""Share of the distance to the centre by which each step moves towards it."""
_STEP_KM = 2.0


def movement(
    lions: int, start: datetime, end: datetime, every: timedelta, *, seed: int, centre: tuple[float, float]
) -> Iterator[Event]:
    """Positions of `lions` lions in [`start`, `end`), sorted by time; `centre` is in degrees."""
    chance = random.Random(seed)  # noqa: S311 # no secrets
    homes = [(centre[0] + chance.gauss(0, 0.3), centre[1] + chance.gauss(0, 0.3)) for _ in range(lions)]
    places = list(homes)
    at = start
    while at < end:
        for index in range(lions):
            lion, (lat, lng), home = f"sim-{index + 1:04}", places[index], homes[index]
            lat += _PULL * (home[0] - lat) + chance.gauss(0, _STEP_KM / _KM_PER_DEGREE)
            lng += _PULL * (home[1] - lng) + chance.gauss(
                0, _STEP_KM / _KM_PER_DEGREE / max(0.1, math.cos(math.radians(lat)))
            )
            places[index] = (lat, lng)
            metadata = {**_GENERATED, "accuracy": round(chance.uniform(3, 15), 1)}
            yield position(
                lion, at, round(lat, 6), round(lng, 6), name=f"Lion {index + 1} (simulation)", metadata=metadata
            )
        at += every


def weighings(lions: Sequence[str], start: datetime, end: datetime, *, seed: int, label: str) -> Iterator[Event]:
    """A weighing of each lion about every five days, in kg and lb. The last lion loses weight in the last month."""
    chance = random.Random(seed)  # noqa: S311 # no secrets
    for index, lion in enumerate(lions):
        usual = chance.uniform(42, 60)
        at = start + timedelta(days=chance.uniform(0, 5))
        while at < end:
            days_left = (end - at) / timedelta(days=1)
            loss = 0.25 * max(0.0, 30 - days_left) if index == len(lions) - 1 else 0.0
            kilograms = usual - loss + chance.gauss(0, 0.4)
            unit, value = ("lb", kilograms / 0.45359237) if chance.random() < 0.2 else ("kg", kilograms)
            metadata: dict[str, JsonValue] = {**_GENERATED, "source": label}
            yield weight(event_id("weight", lion, str(at)), lion, at, round(value, 1), unit, metadata=metadata)
            at += timedelta(days=chance.uniform(4, 6))


def people(users: int, start: datetime, end: datetime, *, seed: int, label: str) -> Iterator[Event]:
    """Activities of users from `start`, inclusive, to `end`, exclusive, day by day.

    Some users are more active than others.
    """
    chance = random.Random(seed)  # noqa: S311 # no secrets
    day = start
    while day < end:
        for index in range(users):
            user = f"user-{index + 1:03}"
            name = f"{_NAMES[index % len(_NAMES)]} ({label})"
            for number in range(min(8, int(chance.expovariate(0.5 + 0.3 * index)))):
                at = day + timedelta(seconds=chance.uniform(0, 86_399))
                what = WEIGHT_ENTRY if chance.random() < 0.3 else "map_view"
                if at < end:
                    identifier = event_id("activity", user, str(day.date()), str(number))
                    yield activity(identifier, user, at, what, username=name, metadata=_GENERATED)
            if chance.random() < 0.25 / (index + 1):
                at = day + timedelta(seconds=chance.uniform(0, 80_000))
                done = at + timedelta(hours=1)
                if done < end:
                    title, identifier = chance.choice(_TITLES), event_id("challenge", user, str(day.date()))
                    yield challenge(identifier, user, at, "started", title=title, metadata=_GENERATED)
                    yield challenge(identifier, user, done, COMPLETED, title=title, metadata=_GENERATED)
        day += timedelta(days=1)
