from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from apps.ciapol.predictor import features as module
from apps.ciapol.predictor.features import Features, carried, same_hour_before, trailing_mean
from apps.ciapol.predictor.history import QUANTITIES, History, Station, counting, hour_number, moment_of
from apps.ciapol.predictor.model import DISTANCES
from tests.unit.predictor import made_up

ALL_DISTANCES = np.arange(1, DISTANCES + 1)


@pytest.mark.parametrize("delay", [0, 1])
@pytest.mark.parametrize("origin", [0, 5, 30, 200, 400])
def test_no_feature_uses_data_after_its_origin(origin: int, delay: int) -> None:
    """Features are equal although all data after the origin are missing or different."""
    history = made_up.station(1, 500, gaps=0.1, delay=delay)
    other = history.values.copy()
    other[origin + 1 :] = np.random.default_rng(2).uniform(0, 1e6, other[origin + 1 :].shape)
    cut = History(history.station, history.first_hour, history.values[: origin + 1], delay)
    changed = History(history.station, history.first_hour, other, delay)
    origins = np.full(DISTANCES, origin)
    for quantity in QUANTITIES:
        whole, without, with_other = (
            (
                f.matrix(quantity, origins, ALL_DISTANCES),
                f.last(quantity, origins),
                f.level(quantity, origins),
                f.yesterday(quantity, origins, ALL_DISTANCES),
            )
            for f in (Features(history), Features(cut), Features(changed))
        )
        for expected, found, despite in zip(whole, without, with_other, strict=True):
            np.testing.assert_array_equal(found, expected)
            np.testing.assert_array_equal(despite, expected)


def test_the_test_finds_a_leak() -> None:
    """A feature from one hour later differs, so the comparison above can fail."""
    history = made_up.station(1, 100)
    cut = History(history.station, history.first_hour, history.values[:51])
    origins = np.array([51])
    assert not np.array_equal(
        Features(cut).last("pm25", np.array([50])), Features(history).last("pm25", origins), equal_nan=True
    )


def test_until_omits_incomplete_hours() -> None:
    for delay in (0, 1):
        history = made_up.station(1, 100, delay=delay)
        made_at = history.first_hour + 60
        assert len(history.until(made_at).values) == 61 - delay
        assert history.known(made_at) == 60 - delay
        assert history.until(history.first_hour - 10).values.shape == (0, 11)


def test_the_number_of_columns_is_as_declared() -> None:
    matrix = Features(made_up.station(1, 50)).matrix("pm25", np.array([40]), np.array([24]))
    assert matrix.shape == (1, module.COUNT)


def test_same_hour_before_is_known_and_has_the_same_hour_of_the_day() -> None:
    origins = np.full(DISTANCES, 100)
    rows = same_hour_before(origins, ALL_DISTANCES)
    assert (rows <= origins).all()
    assert ((origins + ALL_DISTANCES - rows) % 24 == 0).all()
    assert rows.tolist()[:2] == [77, 78]
    assert rows.tolist()[-2:] == [100, 77]


def test_the_last_value_is_carried_over_six_hours() -> None:
    series = np.array([1.0, *[np.nan] * 8, 2.0])
    values, ages = carried(series)
    np.testing.assert_array_equal(values, [*[1.0] * 7, np.nan, np.nan, 2.0])
    np.testing.assert_array_equal(ages, [0, 1, 2, 3, 4, 5, 6, np.nan, np.nan, 0])


def test_means_ignore_missing_values() -> None:
    series = np.array([1.0, np.nan, 3.0, 5.0, np.nan, np.nan])
    np.testing.assert_array_equal(trailing_mean(series, 3), [np.nan, np.nan, 2, 4, 4, np.nan])


def test_the_calendar_is_that_of_the_station() -> None:
    moment = datetime(2026, 1, 31, 18, tzinfo=UTC)
    history = History(Station("s", "Asia/Shanghai", "n"), hour_number(moment), np.zeros((1, 11)))
    local = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    assert history.calendar.hour[0] == local.hour == 2
    assert history.calendar.weekday[0] == local.weekday() == 6
    assert history.calendar.day[0] == 32
    assert len(history.calendar.hour) == 1 + DISTANCES
    assert moment_of(hour_number(moment)) == moment
    assert hour_number(moment.replace(tzinfo=None)) == hour_number(moment)


def test_an_hour_with_few_of_its_usual_values_is_not_used() -> None:
    """The usual number is the median over the hours with values of the 168 hours before, as pandas computes it."""
    random = np.random.default_rng(7)
    counts = random.choice([0.0, 1.0, 30.0, 44.0, 45.0, 60.0], 800, p=[0.1, 0.1, 0.1, 0.1, 0.1, 0.5])
    counts[300:500] = 0.0
    means = np.where(counts > 0, random.uniform(0, 100, 800), np.nan)
    having = pd.Series(counts).where(counts > 0)
    usual = having.rolling(168, min_periods=1).median().shift(1).fillna(1)
    np.testing.assert_array_equal(counting(means, counts), np.where(counts >= 0.75 * usual, means, np.nan))
    assert np.isnan(counting(np.array([10.0, 500.0]), np.array([60.0, 1.0]))[1])
    assert counting(np.full(0, np.nan), np.zeros(0)).shape == (0,)
