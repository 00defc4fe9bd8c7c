"""Simulated stations."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from apps.ciapol.sensors.simulate import Simulation

MIDNIGHT = datetime(2026, 1, 31, tzinfo=UTC)


def test_stations_alternate_at_the_given_rate() -> None:
    simulation = Simulation(stations=4, rate=2, start=MIDNIGHT, seed=1)
    first = list(islice(simulation.measurements(), 8))
    assert [item.station_id for item in first] == ["ABJ-001", "ABJ-002", "ABJ-003", "ABJ-004"] * 2
    assert [(item.measured_at - MIDNIGHT).seconds for item in first] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_no_two_measurements_have_the_same_station_and_time() -> None:
    simulation = Simulation(stations=7, rate=7, start=MIDNIGHT, seed=1)
    found = list(islice(simulation.measurements(), 7_000))
    assert len({(item.station_id, item.measured_at) for item in found}) == len(found)


def test_the_same_seed_gives_the_same_values() -> None:
    def values(seed: int) -> list[object]:
        return list(islice(Simulation(3, 3, MIDNIGHT, seed).measurements(), 100))

    assert values(5) == values(5)
    assert values(5) != values(6)


def test_a_day_has_its_cycle_and_possible_values() -> None:
    day = list(islice(Simulation(20, 20 / 600, MIDNIGHT, 3).measurements(), 20 * 144))
    assert all(value >= 0 for item in day for value in item.values.values())
    assert all(item.values["humidity"] <= 100 for item in day)

    def mean(quantity: str, hours: range) -> float:
        values = [item.values[quantity] for item in day if item.measured_at.hour in hours]
        return sum(values) / len(values)

    assert mean("temperature", range(13, 17)) > mean("temperature", range(1, 5)) + 3
    assert mean("humidity", range(13, 17)) < mean("humidity", range(1, 5)) - 10
    assert mean("no2", range(7, 9)) > 1.3 * mean("no2", range(1, 4))
    assert mean("o3", range(12, 15)) > 1.5 * mean("o3", range(1, 4))


@pytest.mark.parametrize(("stations", "rate", "message"), [(0, 1, "stations"), (10, 11, "1 a second"), (1, 0, "rate")])
def test_impossible_simulations_are_rejected(stations: int, rate: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Simulation(stations, rate, MIDNIGHT, 1)
