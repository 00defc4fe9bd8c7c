"""Compares the index with one that uses AirNow's NowCast of ozone: python -m tests.benchmarks.ozone_nowcast.

The NowCast is that of https://github.com/USEPA/O3-Nowcast (its white paper by Reff, Mintz and Naess describes it): an
estimate of the mean from 4 hours before to 3 hours after the current hour. A partial least squares regression on the
last 96 hours is fitted at each hour and monitor to the last 336 hours, with as many components as there are predictors,
which equals ordinary least squares. With too few values it is 0.85 times the newest hour plus 4.5 ppb.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from apps.ciapol.predictor.backtest.files import SAMPLE
from apps.ciapol.sensors.files import in_time_order
from tests.unit.sql import aqi_reference as reference

Floats = NDArray[np.float64]

FIT_HOURS = 336
LAGS = 96
LEAST_VALUES = 252
LONGEST_GAP = 7
AROUND = (4, 3)
"""Hours before and after the current one whose mean is estimated."""
_SURROGATE = (0.85, 4.5)
_NEIGHBOURS = 4
_REFERENCE = 0.0
"""°C that the published files of UCI data set 501 refer to."""


def imputed(values: Floats) -> Floats:
    """The values with gaps filled by the mean of neighbours, of weight 1/2 per hour of distance (`imputeTS::na_ma`)."""
    result = values.copy()
    for gap in np.flatnonzero(np.isnan(values)).tolist():
        reach = _NEIGHBOURS
        while True:
            near = np.arange(max(0, gap - reach), min(len(values), gap + reach + 1))
            near = near[~np.isnan(values[near])]
            if len(near) >= 2 or reach >= len(values):
                break
            reach += 1
        weights = 0.5 ** np.abs(near - gap)
        result[gap] = float(np.sum(weights * values[near]) / np.sum(weights))
    return result


def around(values: Floats) -> Floats:
    """For each hour, the mean from 4 hours before to 3 hours after it; NaN with fewer than 6 values or at an end."""
    before, after = AROUND
    means = np.full(len(values), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(values, before + after + 1)
    enough = (~np.isnan(windows)).sum(axis=1) >= 6
    means[before : len(values) - after][enough] = np.nanmean(windows[enough], axis=1)
    return means


def nowcast(values: Floats) -> float:
    """The NowCast of the last of 336 hours of ozone in ppb; NaN without a value in the last three hours."""
    recent = values[-1:-4:-1]
    known = recent[~np.isnan(recent)]
    if not len(known):
        return float("nan")
    gaps = np.diff(np.flatnonzero(np.concatenate([[True], ~np.isnan(values), [True]]))) - 1
    means = around(values)[LAGS - 1 :]
    sparse = int((~np.isnan(values)).sum()) < LEAST_VALUES or int(gaps.max()) > LONGEST_GAP
    if sparse or np.isnan(recent[0]) or float(np.isnan(means).mean()) > 0.25:
        slope, intercept = _SURROGATE
        return slope * float(known[0]) + intercept
    lags = np.lib.stride_tricks.sliding_window_view(imputed(values), LAGS)
    rows = np.column_stack([np.ones(len(lags)), lags])
    fitted = ~np.isnan(means)
    coefficients = np.linalg.lstsq(rows[fitted], means[fitted], rcond=None)[0]
    return max(0.0, float(rows[-1] @ coefficients))


def differences(measurements: pd.DataFrame, every: int) -> Iterator[dict[str, float]]:
    """For every n-th hour with an index: the indices with the 8-hour mean and with the NowCast of ozone."""
    factor = reference.molar_volume(_REFERENCE) / reference.MOLAR_MASS["o3"]
    for _, rows in measurements.groupby("station_id"):
        found = reference.aqi_hourly(rows.assign(reference_temperature=_REFERENCE)).set_index("hour_start")
        ozone = rows.set_index("measured_at")["o3"].resample("h").mean().reindex(found.index) * factor
        values = ozone.to_numpy(dtype=np.float64)
        for position in range(FIT_HOURS, len(found), every):
            row = found.iloc[position]
            estimate = nowcast(values[position - FIT_HOURS + 1 : position + 1])
            if pd.isna(row["aqi"]) or pd.isna(row["aqi_o3"]) or np.isnan(estimate):
                continue
            ozone_index = reference.index("o3_8h", estimate / 1000)
            if ozone_index is None:
                continue
            others = [
                int(row[f"aqi_{name}"])
                for name in reference.POLLUTANTS
                if name != "o3" and pd.notna(row[f"aqi_{name}"])
            ]
            yield {
                "month": float(found.index[position].month),
                "o3": float(row["aqi_o3"]),
                "o3_nowcast": float(ozone_index),
                "aqi": float(row["aqi"]),
                "aqi_nowcast": float(max([*others, ozone_index])),
            }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ozone_nowcast", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of UCI data set 501; default: the sample")
    parser.add_argument("--every", type=int, default=7, metavar="N", help="compare every n-th hour")
    options = parser.parse_args()
    paths = [SAMPLE] if options.data is None else sorted(options.data.glob("*.csv.xz"))
    rows = [
        {"station_id": m.station_id, "measured_at": m.measured_at.replace(tzinfo=None), **m.values}
        for m in in_time_order(paths)
    ]
    measurements = pd.DataFrame(rows).reindex(columns=["station_id", "measured_at", *reference.POLLUTANTS])
    compared = pd.DataFrame(differences(measurements, options.every))
    table = Table(
        "hours",
        "compared",
        "ozone: mean change",
        "95 %",
        "largest",
        "index moves",
        "mean of those",
        "largest",
        "other category",
    )
    for name, part in (("all", compared), ("April to September", compared[compared["month"].between(4, 9)])):
        if len(part):
            table.add_row(name, *_cells(part))
    Console().print(table)
    return 0


def _cells(part: pd.DataFrame) -> list[str]:
    ozone = (part["o3_nowcast"] - part["o3"]).abs()
    index = (part["aqi_nowcast"] - part["aqi"]).abs()
    moved = index[index > 0]
    edges = [-1, 50, 100, 150, 200, 300, np.inf]
    other = pd.cut(part["aqi"], edges).cat.codes != pd.cut(part["aqi_nowcast"], edges).cat.codes
    return [
        str(len(part)),
        f"{ozone.mean():.1f}",
        f"{ozone.quantile(0.95):.0f}",
        f"{ozone.max():.0f}",
        f"{len(moved) / len(part):.1%}",
        f"{moved.mean():.1f}",
        f"{index.max():.0f}",
        f"{other.mean():.1%}",
    ]


if __name__ == "__main__":
    raise SystemExit(main())
