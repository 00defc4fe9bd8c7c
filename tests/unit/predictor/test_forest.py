from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from apps.ciapol.predictor.forest import BadForestError, Forest
from apps.ciapol.predictor.learning import exported

Arrays = dict[str, NDArray[np.generic]]


def fitted() -> tuple[HistGradientBoostingRegressor, NDArray[np.float64]]:
    random = np.random.default_rng(1)
    rows = random.normal(size=(3000, 5))
    rows[random.random(rows.shape) < 0.2] = np.nan
    target = np.nan_to_num(rows[:, 0]) * 3 + np.where(np.isnan(rows[:, 1]), 5, 0) + random.normal(size=3000)
    booster = HistGradientBoostingRegressor(loss="quantile", quantile=0.3, max_iter=30, random_state=0)
    return booster.fit(rows, target), rows


def test_exported_trees_predict_the_same_as_the_library() -> None:
    booster, rows = fitted()
    forest = exported(booster, 5)
    np.testing.assert_allclose(forest.predict(rows), booster.predict(rows), rtol=1e-12, atol=1e-12)
    again = Forest.of(forest.arrays(), 5)
    np.testing.assert_array_equal(again.predict(rows), forest.predict(rows))
    assert forest.predict(rows[:0]).shape == (0,)


def _with(name: str, value: NDArray[np.generic]) -> Callable[[Arrays], Arrays]:
    return lambda arrays: arrays | {name: value}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: {k: v for k, v in a.items() if k != "left"}, "left missing"),
        (lambda a: a | {"left": np.zeros_like(a["left"])}, "refers to an earlier node"),
        (lambda a: a | {"right": np.full_like(a["right"], 1_000_000)}, "refers to an earlier node or to a missing one"),
        (lambda a: a | {"feature": np.full_like(a["feature"], 5)}, "outside 0 to 4"),
        (lambda a: a | {"roots": np.full_like(a["roots"], -1)}, "root of a tree does not exist"),
        (lambda a: a | {"value": np.full_like(a["value"], np.nan)}, "not finite"),
        (lambda a: a | {"value": a["value"][:-1]}, "differ in length"),
        (lambda a: a | {"threshold": a["threshold"].astype("U8")}, "threshold is not a row of float64"),
        (_with("base", np.zeros(2)), "single number"),
    ],
)
def test_arrays_that_are_not_trees_are_rejected(change: Callable[[Arrays], Arrays], says: str) -> None:
    arrays = exported(fitted()[0], 5).arrays()
    with pytest.raises(BadForestError, match=says):
        Forest.of(change(arrays), 5)
