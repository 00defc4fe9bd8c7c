"""Index, category, dominant pollutant and pollutants of a forecast never contradict each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from apps.ciapol.api.quantities import category
from apps.ciapol.predictor import learning
from apps.ciapol.predictor.backtest.files import histories, index_method
from apps.ciapol.predictor.forecast import predict_station
from apps.ciapol.predictor.history import COLUMNS, HORIZONS, INDEX, POLLUTANTS, History, Station, moment_of
from apps.ciapol.predictor.model import NetworkModel
from apps.ciapol.predictor.starrocks import Prediction
from tests.unit.predictor import made_up
from tests.unit.sql import aqi_reference as reference

METHOD = index_method()


@dataclass(frozen=True)
class ExpectedIndex:
    """The index of an hour, computed by the reference implementation."""

    sub_indices: dict[str, int | None]
    aqi: int | None
    dominant: str


def naive(hour: int) -> datetime:
    return moment_of(hour).astimezone(UTC).replace(tzinfo=None)


def expected(history: History, made_at: int, rows: Sequence[Prediction]) -> dict[datetime, ExpectedIndex]:
    """The reference index of the measured hours of the last days followed by the predicted ones, by hour."""
    end = history.known(made_at) + 1
    begin = max(0, end - 72)
    measured = pd.DataFrame(
        {name: history.series(name)[begin:end] for name in POLLUTANTS},
        index=[naive(history.first_hour + row) for row in range(begin, end)],
    )
    predicted = pd.DataFrame(
        [(naive(row.target_hour), row.quantity, row.value) for row in rows if row.quantity != INDEX],
        columns=["hour", "quantity", "value"],
    ).pivot_table(index="hour", columns="quantity", values="value")
    hours = pd.concat([measured, predicted]).reindex(columns=list(POLLUTANTS)).rename_axis("measured_at").reset_index()
    temperature = history.station.reference_temperature
    found = reference.aqi_hourly(hours.assign(station_id="s", reference_temperature=temperature))
    columns = {name: numbers(found[f"aqi_{name}"]) for name in POLLUTANTS}
    starts = [datetime.fromisoformat(str(start)) for start in found["hour_start"]]
    return {
        hour: ExpectedIndex({name: columns[name][row] for name in POLLUTANTS}, index, dominant)
        for row, (hour, index, dominant) in enumerate(
            zip(starts, numbers(found["aqi"]), found["dominant_pollutant"].astype(str).tolist(), strict=True)
        )
    }


def numbers(column: "pd.Series[int]") -> list[int | None]:
    return [None if np.isnan(value) else int(value) for value in column.to_numpy("float64", na_value=np.nan).tolist()]


def check(history: History, made_at: int, rows: Sequence[Prediction]) -> int:
    """Check every hour of a forecast, and return the number of hours with an index."""
    right = expected(history, made_at, rows)
    by_hour: dict[int, dict[str, Prediction]] = {}
    for row in rows:
        by_hour.setdefault(row.target_hour, {})[row.quantity] = row
    with_index = 0
    for hour, quantities in by_hour.items():
        answer = right[naive(hour)]
        for name in POLLUTANTS:
            if name in quantities:
                assert quantities[name].sub_index == answer.sub_indices[name]
        if answer.aqi is None:
            assert INDEX not in quantities
            continue
        index = quantities[INDEX]
        known = {name: row.sub_index for name, row in quantities.items() if row.sub_index is not None}
        assert index.value == answer.aqi == max(known.values())
        assert known[answer.dominant] == index.value
        assert category(round(index.value)) == category(max(known.values()))
        assert 0 <= index.lower <= index.value <= index.upper
        assert index.fallback == quantities[answer.dominant].fallback
        with_index += 1
    return with_index


@pytest.fixture(scope="module")
def sample() -> list[History]:
    return histories(None)


@pytest.fixture(scope="module")
def model(sample: list[History]) -> NetworkModel:
    until = sample[0].first_hour + 1200
    past = [History(h.station, h.first_hour, h.values[:1200]) for h in sample[:2]]
    return learning.train("Asia/Shanghai", past, until, METHOD, rows=3_000)


def origins(history: History) -> Iterator[int]:
    yield from range(history.first_hour + 1205, history.first_hour + len(history.values) - HORIZONS, 53)


@pytest.mark.parametrize("with_model", [True, False])
def test_every_hour_of_the_sample_s_forecasts_is_consistent(
    sample: list[History], model: NetworkModel, with_model: bool
) -> None:
    hours = 0
    for history in sample[:3]:
        for made_at in origins(history):
            rows = predict_station(history, model if with_model else None, made_at, METHOD)
            hours += check(history, made_at, rows)
    assert hours > 200


@pytest.mark.parametrize("temperature", [0.0, 20.0])
@pytest.mark.parametrize("hours", [1, 3, 8, 30, 400])
def test_the_first_hours_of_a_station_are_consistent(hours: int, temperature: float) -> None:
    """A station's first hours have no index before each pollutant has enough hours; later hours have an index."""
    whole = made_up.station(3, hours)
    station = Station("new", "Africa/Abidjan", "n", temperature)
    history = History(station, whole.first_hour, whole.values)
    made_at = whole.first_hour + hours - 1
    rows = predict_station(history, None, made_at, METHOD)
    found = check(history, made_at, rows)
    assert found == (HORIZONS if hours >= 8 else HORIZONS - (6 - hours) + 1)


def test_a_running_hour_before_the_forecast_is_bridged() -> None:
    """The running hour of a station has no complete value, so its predicted value is used."""
    history = made_up.station(5, 400, delay=1)
    made_at = history.first_hour + 399
    rows = predict_station(history, None, made_at, METHOD)
    assert {row.target_hour for row in rows} == set(range(made_at + 1, made_at + 1 + HORIZONS))
    assert sum(row.quantity == INDEX for row in rows) == HORIZONS
    for row in rows:
        assert row.quantity != INDEX or row.value == max(
            r.sub_index or 0 for r in rows if r.target_hour == row.target_hour
        )


def test_an_outage_of_a_pollutant_before_the_forecast_delays_the_index() -> None:
    history = made_up.station(6, 400)
    history.values[-30:, COLUMNS.index("o3")] = np.nan
    made_at = history.first_hour + 399
    rows = predict_station(history, None, made_at, METHOD)
    ozone = {row.target_hour for row in rows if row.quantity == "o3"}
    index = {row.target_hour for row in rows if row.quantity == INDEX}
    assert check(history, made_at, rows) == len(index)
    late = {hour for hour in ozone if hour < made_at + 6}
    assert not late & index
