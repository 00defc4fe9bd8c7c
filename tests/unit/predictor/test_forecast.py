import logging

import numpy as np
import pytest

from apps.ciapol.predictor import FALLBACK, MODEL, fallback, learning
from apps.ciapol.predictor.backtest.files import index_method
from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.forecast import predict_station
from apps.ciapol.predictor.history import COLUMNS, HORIZONS, INDEX, QUANTITIES, History, Station
from apps.ciapol.predictor.model import DISTANCES, Interval, NetworkModel
from tests.unit.predictor import made_up

MADE_AT = made_up.FIRST_HOUR + 800
TRAINED = ("pm25", "o3")
METHOD = index_method()


@pytest.fixture(scope="module")
def model() -> NetworkModel:
    """Models of two quantities, trained on two stations with gaps."""
    stations = [Features(made_up.station(seed, 1200, gaps=0.1)) for seed in (1, 2)]
    trained = {pollutant: learning.train_pollutant(pollutant, stations, rows=4000) for pollutant in TRAINED}
    models = {pollutant: each.model for pollutant, each in trained.items() if each is not None}
    return NetworkModel("Asia/Shanghai", MADE_AT, models, np.linspace(0.5, 1.5, DISTANCES + 1))


def test_intervals_are_ordered_and_never_negative() -> None:
    found = Interval.ordered(np.array([5.0, -1.0, 3.0]), np.array([6.0, -3.0, -2.0]), np.array([4.0, -2.0, 9.0]))
    assert found.value.tolist() == [5, 0, 3]
    assert found.lower.tolist() == [5, 0, 0]
    assert found.upper.tolist() == [5, 0, 9]


@pytest.mark.parametrize("delay", [0, 1])
@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_every_hour_has_an_ordered_prediction(model: NetworkModel, delay: int, gaps: float) -> None:
    history = made_up.station(3, 801, gaps=gaps, delay=delay)
    history.values[-4:, COLUMNS.index("pm25")] = 35.0
    rows = predict_station(history, model, MADE_AT, METHOD)
    assert {row.quantity for row in rows} == set(QUANTITIES)
    coming = list(range(MADE_AT + 1, MADE_AT + 1 + HORIZONS))
    for quantity in QUANTITIES:
        own = [row for row in rows if row.quantity == quantity]
        # After gaps, the means over eight hours have too few values in the first hours.
        first = 0 if quantity != INDEX or gaps == 0 else 6
        assert [row.target_hour for row in own][-HORIZONS + first :] == coming[first:]
        assert all(0 <= row.lower <= row.value <= row.upper for row in own)
        assert all(row.fallback == (row.model == FALLBACK) for row in own)
    assert {row.model for row in rows if row.quantity == "pm25"} == {MODEL}
    assert {row.model for row in rows if row.quantity == "so2"} == {FALLBACK}


def test_the_same_history_gives_the_same_model_and_predictions(model: NetworkModel) -> None:
    stations = [Features(made_up.station(seed, 1200, gaps=0.1)) for seed in (1, 2)]
    trained = learning.train_pollutant("o3", stations, rows=4000)
    assert trained is not None
    again = trained.model
    for name, array in again.median.arrays().items():
        np.testing.assert_array_equal(array, model.quantities["o3"].median.arrays()[name])
    np.testing.assert_array_equal(again.trust, model.quantities["o3"].trust)


def test_too_little_history_is_logged_and_marked_as_fallback(
    model: NetworkModel, caplog: pytest.LogCaptureFixture
) -> None:
    whole = made_up.station(4, 801)
    young = History(whole.station, whole.first_hour + 500, whole.values[500:])
    rows = predict_station(young, model, MADE_AT, METHOD)
    assert all(row.fallback for row in rows)
    assert len(rows) == HORIZONS * len(QUANTITIES)
    assert "S4: too little history or no recent value, simple rules for pm25, pm10" in caplog.text


def test_a_quantity_without_values_is_not_predicted(model: NetworkModel, caplog: pytest.LogCaptureFixture) -> None:
    history = made_up.station(5, 801)
    history.values[:, COLUMNS.index("co")] = np.nan
    history.values[-8:, COLUMNS.index("o3")] = np.nan
    with caplog.at_level(logging.WARNING):
        rows = predict_station(history, model, MADE_AT, METHOD)
    assert "co" not in {row.quantity for row in rows}
    assert "S5: no values of co, not predicted" in caplog.text
    ozone = [row for row in rows if row.quantity == "o3"]
    assert ozone
    assert all(row.fallback for row in ozone)


def test_too_little_history_gives_no_model() -> None:
    assert learning.train_pollutant("pm25", [Features(made_up.station(1, 200))]) is None
    empty = History(Station("s", "Africa/Abidjan", "n"), made_up.FIRST_HOUR, np.full((0, 11), np.nan))
    assert learning.train_pollutant("pm25", [Features(empty)]) is None


def test_the_rule_with_the_smaller_error_is_used_with_its_errors_as_interval() -> None:
    days = np.tile(np.arange(24.0), 10)
    values = np.full((len(days), 11), np.nan)
    values[:, COLUMNS.index("pm25")] = days
    features = Features(History(Station("s", "Africa/Abidjan", "n"), made_up.FIRST_HOUR, values))
    found = fallback.predict(features, "pm25", len(days) - 1, range(1, 25))
    assert found.value.tolist() == list(range(24))  # the same hour yesterday is always exact
    assert (found.upper - found.lower).max() == 0

    values[:, COLUMNS.index("pm25")] = np.repeat(np.random.default_rng(1).uniform(0, 100, 60), 4)
    found = fallback.predict(Features(features.history), "pm25", len(days) - 1, range(1, 25))
    assert found.value[0] == values[-1, COLUMNS.index("pm25")]  # persistence has the smaller error
    assert found.upper[0] > found.value[0] > found.lower[0] or found.lower[0] == 0


def test_a_rule_without_past_errors_has_a_wide_interval() -> None:
    values = np.full((3, 11), np.nan)
    values[:, COLUMNS.index("pm25")] = [10.0, 30.0, 20.0]
    features = Features(History(Station("s", "Africa/Abidjan", "n"), made_up.FIRST_HOUR, values))
    found = fallback.predict(features, "pm25", 2, range(1, 25))
    assert (found.value[0], found.lower[0], found.upper[0]) == (20, 0, 60)
