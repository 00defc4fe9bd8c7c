"""Generated forecasts, steps, jobs and data quality for the fake API."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.integration.frontend.sample_air import SampleStation, category_of, hour_of, hourly, index_of, iso


def predictions_of(station: SampleStation, now: datetime) -> dict[str, object]:
    """The forecast made at the start of the current hour. Unregistered stations have too little history."""
    hour = hour_of(now)
    if station.level == 0:
        return {"station_id": station.station_id, "made_at": None, "model": None, "fallback": None, "items": []}
    fallback = not station.registered
    items: list[dict[str, object]] = []
    for ahead in range(1, 25):
        target = hour + timedelta(hours=ahead)
        values = hourly(station, target) or hourly(station, target - timedelta(days=1)) or {}
        bent = 1 + 0.1 * math.sin(ahead)
        found = {name: value * bent for name, value in values.items() if value is not None}
        if "pm25" not in found:
            continue
        index = float(index_of(found["pm25"]))
        width = 0.12 + 0.02 * ahead
        quantities = {
            name: {"value": value, "lower": value * (1 - width), "upper": value * (1 + width), "fallback": fallback}
            for name, value in {**found, "aqi": index}.items()
            if name in {"aqi", "pm25", "pm10", "o3", "no2", "so2", "co"}
        }
        category, color = category_of(round(index))
        items.append(
            {
                "target_hour": iso(target),
                "category": category,
                "color": color,
                "dominant_pollutant": "pm25",
                "sub_indices": {**dict.fromkeys(("pm10", "o3", "co", "no2", "so2")), "pm25": round(index)},
                "quantities": quantities,
            }
        )
    model = "same-hour-yesterday" if fallback else "trees-1"
    made_at = iso(hour + (now - hour) / 8)
    return {"station_id": station.station_id, "made_at": made_at, "model": model, "fallback": fallback, "items": items}


@dataclass
class SamplePipeline:
    """State of the pipeline. Its faults may change while the API runs."""

    failing: bool = False
    late: bool = False
    given_up: bool = False

    def body(self, now: datetime) -> dict[str, object]:
        """The API's response."""
        good = iso(now - timedelta(minutes=8))
        bad = iso(now - timedelta(minutes=4))
        names = (("aqi_hourly", "aqi"), ("predict_hourly", "predict"), ("quality_hourly", "quality"))
        steps: list[dict[str, object]] = [
            {
                "product": "ciapol",
                "workflow": workflow,
                "task": task,
                "state": "succeeded",
                "started_at": iso(now - timedelta(minutes=9)),
                "ended_at": good,
                "last_succeeded_at": good,
                "last_failed_at": None,
                "last_error": None,
                "late": False,
            }
            for workflow, task in names
        ]
        if self.failing:
            steps[1] |= {"state": "failed", "ended_at": bad, "last_failed_at": bad, "last_error": "Zeta is away <b>"}
        if self.late:
            steps[1] |= {"last_succeeded_at": iso(now - timedelta(hours=5)), "late": True}
        job: dict[str, object] = {
            "product": "ciapol",
            "name": "ingest",
            "wanted": "running",
            "state": "given_up" if self.given_up else "running",
            "failures": 3 if self.given_up else 0,
            "reason": "the topic does not exist" if self.given_up else None,
            "checked_at": iso(now - timedelta(seconds=20)),
            "restarted_at": None,
        }
        return {"checked_at": iso(now), "steps": steps, "jobs": [job]}

    def quality(self, stations: tuple[SampleStation, ...], now: datetime) -> list[dict[str, object]]:
        """Quality of the last 24 hours, by hour and station."""
        items: list[dict[str, object]] = []
        for back in range(24, 0, -1):
            hour = hour_of(now) - timedelta(hours=back)
            for station in sorted(stations, key=lambda found: found.station_id):
                measured = 0 if hourly(station, hour) is None else 60 - (back * len(station.station_id)) % 4
                items.append(
                    {
                        "station_id": station.station_id,
                        "hour_start": iso(hour),
                        "expected": 60,
                        "measurements": measured,
                        "completeness": measured / 60,
                        "freshness_seconds": None if station.level == 0 else 30 if measured else 3600,
                        "stuck_sensors": ["o3", "no2"] if station.station_id == "ABJ-002" else [],
                        "out_of_range_share": 0.02,
                    }
                )
        return items
