from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from apps.ciapol.predictor.backtest import run
from apps.ciapol.predictor.backtest.errors import Errors, Table
from apps.ciapol.predictor.backtest.files import NoFilesError, histories, hourly, index_method
from apps.ciapol.predictor.history import COLUMNS, HORIZONS
from apps.ciapol.predictor.model import Interval
from tests.unit.predictor import made_up
from tests.unit.sql import aqi_reference


def test_errors_are_compared_on_hours_that_every_method_predicts() -> None:
    happened = np.full((2, HORIZONS), 10.0)
    happened[1, 3] = np.nan
    value = np.full((2, HORIZONS), 12.0)
    value[0, 0] = 7.0
    interval = Interval(value.ravel(), value.ravel() - 2.5, value.ravel() + 1)
    persistence = np.full(2 * HORIZONS, 14.0)
    persistence[HORIZONS + 5] = np.nan
    errors = Errors.of(happened.ravel(), interval, persistence, np.full(2 * HORIZONS, 9.0))
    table = Table.of("pm25", Errors.stations([errors, errors]) + Errors.stations([errors, errors]))
    assert table.predictions == 4 * (2 * HORIZONS - 2)
    assert table.mae[:, 0].tolist() == [2.5, 4, 1]
    assert table.mae[:, 1].tolist() == [2, 4, 1]
    assert table.rmse[0, 0] == pytest.approx(np.sqrt((9 + 4) / 2))
    assert table.coverage[:2].tolist() == [0.5, 1]
    assert table.width[0] == 3.5
    assert table.not_better == list(range(1, HORIZONS + 1))
    lines = list(table.lines())
    assert lines[2].startswith("| 1 | 2.50 | 4.00 | 1.00 |")
    assert len(lines) == 2 + HORIZONS + 1


def test_cuts_cover_the_data_to_its_end() -> None:
    folds = run.folds_of([made_up.station(1, 1600)], None)
    assert [fold.end - fold.cut for fold in folds] == [200, 200]
    assert [fold.cut for fold in folds][1:] == [fold.end for fold in folds][:-1]
    assert folds[-1].end == made_up.FIRST_HOUR + 1600


def test_the_model_is_better_than_both_rules_on_learnable_data() -> None:
    """For generated stations with a daily cycle the model is better at every horizon, for the index too."""
    method = index_method()
    stations = [made_up.station(seed, 1800) for seed in (1, 2, 3)]
    for history in stations:
        made_up.keep(history, {"pm25", "no2"}, method)
    [fold] = run.folds_of(stations, 1)
    errors = run.measure(stations, fold, 7, method)
    assert errors.keys() == {"aqi", "pm25", "no2"}
    for quantity in errors:
        table = Table.of(quantity, errors[quantity])
        assert table.not_better == []
        assert 0.65 < table.coverage.mean() < 0.95


def test_data_after_the_cut_do_not_change_the_model() -> None:
    """Predictions at the cut are equal although all later data differ."""
    stations = [made_up.station(1, 1600)]
    method = index_method()
    made_up.keep(stations[0], {"pm25", "o3"}, method)
    [fold] = run.folds_of(stations, 1)
    at_cut = run.Fold(fold.cut, fold.cut + 1)
    first = run.measure(stations, at_cut, 1, method, rows=4_000)
    stations[0].values[fold.cut - made_up.FIRST_HOUR + 1 :, :] *= 3
    second = run.measure(stations, at_cut, 1, method, rows=4_000)
    for quantity in ("aqi", "o3"):
        np.testing.assert_array_equal(first[quantity].width, second[quantity].width)
        assert not np.array_equal(first[quantity].absolute, second[quantity].absolute)


@pytest.mark.parametrize("temperature", [0.0, 25.0])
def test_the_sample_is_read_with_the_index_that_the_platform_computes(temperature: float) -> None:
    stations = histories(None)
    assert len(stations) == 9
    assert {len(h.values) for h in stations} == {61 * 24}
    random = np.random.default_rng(1)
    measurements = pd.DataFrame(
        {"station_id": "s", "measured_at": pd.date_range("2026-01-31", periods=60, freq="h")}
        | {name: random.uniform(0, 200, 60) for name in COLUMNS[1:]}
    )
    found = hourly(measurements, temperature).sort_values("hour_start", ignore_index=True)
    expected = aqi_reference.aqi_hourly(measurements.assign(reference_temperature=temperature))
    assert_frame_equal(found[["hour_start", "aqi"]], expected[["hour_start", "aqi"]], check_dtype=False)


def test_the_error_names_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(NoFilesError, match=str(tmp_path)):
        histories(tmp_path)
    assert run.backtest(run.Plan(data=tmp_path)) == 2
