"""From loaded measurements to predictions in StarRocks, and to prediction errors."""

import logging
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from apps.ciapol.predictor import FALLBACK, MODEL, learning
from apps.ciapol.predictor.__main__ import main
from apps.ciapol.predictor.history import HORIZONS, QUANTITIES
from tests.integration.api.platform import ROOT, Emulator, Rows, emulator

pytestmark = pytest.mark.integration

POLLUTANTS = ["pm25", "pm10", "so2", "no2", "o3", "co"]
WEATHER = ["temperature", "pressure", "humidity", "wind_speed"]
LAST = datetime.fromisoformat("2026-02-28T23:00:00")
"""The last hour with measurements. Abidjan's time zone is UTC."""
AQI = (ROOT / "sql" / "ciapol" / "queries" / "aqi_hourly.sql").read_text()


def measured(station_id: str, hours: int, seed: int, minutes: int = 0) -> pd.DataFrame:
    """Hourly values with a daily cycle, autocorrelated noise, and weather."""
    random = np.random.default_rng(seed)
    times = pd.date_range(end=LAST, periods=hours, freq="h")
    noise = np.zeros(hours)
    for i in range(1, hours):
        noise[i] = 0.85 * noise[i - 1] + random.normal()
    level = 30 + 15 * np.sin(2 * np.pi * times.hour.to_numpy() / 24) + 4 * noise
    frame = pd.DataFrame({"station_id": station_id, "measured_at": times + pd.Timedelta(minutes=minutes)})
    for number, name in enumerate(POLLUTANTS, start=1):
        frame[name] = np.maximum(level * number + random.normal(size=hours), 0).round(1)
    for name in WEATHER:
        frame[name] = (20 + 5 * np.sin(2 * np.pi * times.hour.to_numpy() / 24) + random.normal(size=hours)).round(1)
    return frame


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with stations of every kind and the hourly index of their measurements."""
    gaps = measured("gaps", 60 * 24, 2)
    gaps.loc[gaps.sample(frac=0.2, random_state=1).index, POLLUTANTS] = np.nan
    gaps["co"] = np.nan
    rows = pd.concat(
        [
            measured("steady", 60 * 24, 1),
            gaps.drop(gaps.index[700:750]),
            measured("half past", 60 * 24, 3, minutes=30),
            measured("new", 5 * 24, 4),
            measured("silent", 30 * 24, 5).iloc[:-49],
            measured("a test's", 30, 6),
            measured("smoke-detector-12", 30, 7),
        ],
        ignore_index=True,
    ).assign(message_id="1:1:0:-1", published_at=LAST)
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        instance.add_user("predictor", "secret", "ciapol_forecaster")
        instance.insert("test_stations", ("station_id", "run", "created_at"), [("a test's", "a run", LAST)])
        columns = list(rows.columns)
        instance.load("sensor_measurements_zeta", columns, rows.to_csv(index=False, header=False, na_rep="\\N"))
        query = AQI.replace("${from}", "2025-12-01 00:00:00").replace("${to}", "2026-03-01 00:00:00")
        instance.execute(f"INSERT INTO aqi_hourly_zeta {query}")
        yield instance


@pytest.fixture
def arguments(starrocks: Emulator, tmp_path: Path) -> list[str]:
    password = tmp_path / "password"
    password.write_text("secret\n")
    port = str(starrocks.server.mysql_port)
    return ["--port", port, "--password-file", str(password), "--models", str(tmp_path / "models")]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on fewer pairs, because these tests check the data flow and not the accuracy."""
    monkeypatch.setattr(learning.train, "__defaults__", (3_000,))


def predictions(starrocks: Emulator, made_at: datetime) -> Rows:
    return starrocks.execute(
        "SELECT station_id, quantity, target_hour, value, `lower`, `upper`, model, fallback, sub_index "
        "FROM aqi_predictions_zeta "
        f"WHERE made_at = '{made_at}' ORDER BY station_id, quantity, target_hour"
    )


def test_predictions_are_written_and_repeatable(
    starrocks: Emulator, arguments: list[str], quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    made_at = LAST
    command = ["predict", "--at", f"{made_at.isoformat()}Z", *arguments]
    caplog.set_level(logging.INFO)
    assert main(command) == 0
    log = caplog.text
    assert "trained co, no2, o3, pm10, pm25, so2 from 6 stations" in log
    first = predictions(starrocks, made_at)
    columns = ["station", "quantity", "hour", "value", "lower", "upper", "model", "fallback", "sub_index"]
    frame = pd.DataFrame(first, columns=columns)
    assert set(frame["station"]) == {"steady", "gaps", "half past", "new", "smoke-detector-12"}
    assert "silent: no value in the last 48 h, skipped" in log
    counts = frame.groupby(["station", "quantity"]).size().to_dict()
    few = counts.pop(("gaps", "aqi"))
    assert 0 < few <= HORIZONS
    assert set(counts.values()) == {HORIZONS}
    greatest = frame.groupby(["station", "hour"])["sub_index"].max()
    index = frame[frame["quantity"] == "aqi"].set_index(["station", "hour"])["value"]
    assert (greatest.loc[index.index] == index).all()
    assert set(frame.loc[frame["station"] == "steady", "quantity"]) == set(QUANTITIES)
    assert set(frame.loc[frame["station"] == "gaps", "quantity"]) == set(QUANTITIES) - {"co"}
    assert "gaps: no values of co, not predicted" in log
    assert (frame["hour"].min(), frame["hour"].max()) == (made_at + timedelta(hours=1), made_at + timedelta(hours=24))
    assert ((frame["lower"] >= 0) & (frame["lower"] <= frame["value"]) & (frame["value"] <= frame["upper"])).all()
    by_station = {name: set(rows["model"]) for name, rows in frame.groupby("station")}
    assert by_station["new"] == {FALLBACK}
    assert by_station["steady"] == by_station["half past"] == {MODEL}
    assert (frame["fallback"] == (frame["model"] == FALLBACK)).all()

    caplog.clear()
    assert main(command) == 0
    assert "made at 2026-02-28T23:00:00+00:00" in caplog.text
    assert "trained" not in caplog.text
    assert predictions(starrocks, made_at) == first


def test_a_test_station_is_predicted_only_on_request(starrocks: Emulator, arguments: list[str]) -> None:
    made_at = LAST - timedelta(hours=1)
    asked = ["--station", "a test's", "--station", "nobody's"]
    assert main(["predict", "--at", f"{made_at.isoformat()}Z", *asked, *arguments]) == 0
    rows = predictions(starrocks, made_at)
    assert {row[0] for row in rows} == {"a test's"}
    assert all(row[7] for row in rows)


def test_predictions_are_compared_with_measurements(starrocks: Emulator, arguments: list[str], quick: None) -> None:
    made_at = LAST - timedelta(days=2)
    assert main(["predict", "--at", f"{made_at.isoformat()}Z", "--station", "steady", *arguments]) == 0
    errors = starrocks.execute(
        "SELECT quantity, horizon_hours, predicted, lower_end, upper_end, actual, error, absolute_error, "
        f"inside_interval FROM prediction_errors WHERE station_id = 'steady' AND made_at = '{made_at}'"
    )
    assert len(errors) == len(QUANTITIES) * HORIZONS
    came = {
        (name, row[0]): row[1]
        for name in POLLUTANTS
        for row in starrocks.execute(
            f"SELECT measured_at, {name} FROM sensor_measurements_zeta WHERE station_id = 'steady'"
        )
    }
    for quantity, horizon, predicted, lower, upper, actual, error, absolute, inside in errors:
        assert isinstance(horizon, int)
        assert isinstance(quantity, str)
        if quantity != "aqi":
            assert actual == came[quantity, made_at + timedelta(hours=horizon)]
        assert isinstance(predicted, float)
        assert isinstance(actual, float)
        assert isinstance(lower, float)
        assert isinstance(upper, float)
        assert math.isclose(float(str(error)), predicted - actual, abs_tol=1e-9)
        assert math.isclose(float(str(absolute)), abs(predicted - actual), abs_tol=1e-9)
        assert bool(inside) == (lower <= actual <= upper)
    tests = starrocks.execute("SELECT COUNT(*) FROM prediction_errors WHERE station_id = 'a test''s'")
    assert tests == [(0,)]


def test_later_measurements_are_not_used(starrocks: Emulator, arguments: list[str]) -> None:
    """Later measurements change nothing. The new station has no model, so its rows show everything that was read."""
    made_at = LAST - timedelta(hours=24)
    command = ["predict", "--at", f"{made_at.isoformat()}Z", "--station", "new", *arguments]
    assert main(command) == 0
    before = predictions(starrocks, made_at)
    assert before
    starrocks.execute(
        f"DELETE FROM sensor_measurements_zeta WHERE station_id = 'new' AND measured_at > '{made_at}'",
        f"DELETE FROM aqi_hourly_zeta WHERE station_id = 'new' AND hour_start > '{made_at}'",
    )
    assert main(command) == 0
    assert predictions(starrocks, made_at) == before


def test_a_prediction_with_existing_models_uses_little_memory(
    starrocks: Emulator, arguments: list[str], quick: None
) -> None:
    made_at = LAST - timedelta(hours=2)
    command = ["predict", "--at", f"{made_at.isoformat()}Z", "--station", "steady", *arguments]
    assert main(command) == 0
    code = (
        "import resource, sys; from apps.ciapol.predictor.__main__ import main; assert main(sys.argv[1:]) == 0; "
        "assert 'sklearn' not in sys.modules; print('KiB', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.rsplit("KiB", 1)[1]) < 500 * 1024


def test_errors_name_the_cause(arguments: list[str], caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    assert main(["predict", *arguments]) == 1
    assert "user predictor, database ciapol_analytics" in caplog.text
