"""The index of hourly means equals the independent computation that also checks the product's query."""

import numpy as np
import pandas as pd
import pytest

from apps.ciapol.predictor.backtest.files import index_method
from apps.ciapol.predictor.history import POLLUTANTS
from apps.ciapol.predictor.index import DOMINANT_ORDER, dominant, total
from tests.unit.sql import aqi_reference as reference
from tests.unit.sql import edges


def generated(seed: int, hours: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Values from clean air to beyond every table, with missing hours, and a run of missing ones."""
    random = np.random.default_rng(seed)
    level = np.exp(random.normal(0, 0.4, hours).cumsum() * 0.3)
    level /= np.median(level)
    scales = {"pm25": 40, "pm10": 90, "o3": 120, "co": 4000, "no2": 120, "so2": 250}
    means = {}
    for name in POLLUTANTS:
        values = (scales[name] * level * random.lognormal(0, 0.6, hours)).round(1)
        values[random.random(hours) < 0.2] = np.nan
        values[hours // 2 : hours // 2 + 20] = np.nan
        values[-5:] = 0.0
        means[name] = values
    return means


@pytest.mark.parametrize("temperature", [0.0, 20.0, 25.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_hour_equals_the_independent_computation(seed: int, temperature: float) -> None:
    means = generated(seed, 500)
    times = pd.date_range("2026-01-01", periods=500, freq="h")
    frame = pd.DataFrame({"station_id": "s", "measured_at": times, "reference_temperature": temperature} | means)
    expected = reference.aqi_hourly(frame)
    method = index_method()
    found = method.sub_indices(means, temperature)
    for name in POLLUTANTS:
        np.testing.assert_array_equal(found[name], expected[f"aqi_{name}"].to_numpy("float64", na_value=np.nan))
    np.testing.assert_array_equal(total(found, means), expected["aqi"].to_numpy("float64", na_value=np.nan))
    names = [dominant({name: found[name][hour] for name in POLLUTANTS}) for hour in range(500)]
    assert names == [None if pd.isna(name) else name for name in expected["dominant_pollutant"]]
    assert expected["aqi"].max() > 500
    assert expected["aqi"].isna().sum() > 50


def test_both_sides_of_every_edge_are_exact() -> None:
    method = index_method()
    cases = list(edges.cases())
    wrong = {}
    for case in cases:
        values = np.full(24, np.nan)
        values[24 - len(case.newest_first) :] = list(reversed(case.newest_first))
        temperature = reference.DEFAULT_TEMPERATURE if case.temperature is None else case.temperature
        value = method.sub_indices({case.pollutant: values}, temperature)[case.pollutant][-1]
        if (None if np.isnan(value) else int(value)) != case.index:
            wrong[case.station_id] = (value, case.index)
    assert len(cases) > 150
    assert wrong == {}


def test_many_rows_are_computed_at_once() -> None:
    means = [generated(seed, 60) for seed in (4, 5)]
    method = index_method()
    together = method.sub_indices({name: np.stack([each[name] for each in means]) for name in POLLUTANTS}, 25.0)
    for row, each in enumerate(means):
        for name, values in method.sub_indices(each, 25.0).items():
            np.testing.assert_array_equal(together[name][row], values)


def test_the_first_of_equal_sub_indices_is_dominant() -> None:
    assert dominant(dict.fromkeys(DOMINANT_ORDER, 50.0)) == "pm25"
    assert dominant({"so2": 50.0, "o3": 50.0, "pm25": np.nan}) == "o3"
    assert dominant({"pm25": np.nan}) is None
