"""Response models of the API. Times are UTC, ISO 8601 with Z; null means not measured or unknown."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from apps.ciapol.api.quantities import CategoryKey

Interval = Literal["raw", "hour", "day"]


class Station(BaseModel):
    """A station; one that sends data without being registered has no name."""

    station_id: str = Field(examples=["ABJ-001"])
    name: str | None = Field(examples=["Plateau"])
    commune: str | None = Field(examples=["Plateau"])
    latitude: float | None = Field(examples=[5.3237], description="degrees north")
    longitude: float | None = Field(examples=[-4.0206], description="degrees east")
    time_zone: str = Field(examples=["Africa/Abidjan"])
    demonstration: str | None = Field(examples=[None], description="source of demonstration data")
    reference_temperature: float = Field(
        examples=[25.0], description="°C that the station's µg/m³ of gases refer to, at 1013.25 hPa"
    )
    registered: bool = Field(examples=[True])
    last_measured_at: datetime | None = Field(examples=["2026-01-31T12:00:00Z"])


class StationPage(BaseModel):
    """Stations by id."""

    items: list[Station]
    next_cursor: str | None = Field(examples=[None])


class Measurement(BaseModel):
    """Measured values, or their means if the request has an interval; measured_at is then the interval's start.

    With `pollutant`, only these pollutants are included.
    """

    measured_at: datetime = Field(examples=["2026-01-31T12:00:00Z"])
    pm25: float | None = Field(default=None, examples=[35.1], description="µg/m³")
    pm10: float | None = Field(default=None, examples=[51.0], description="µg/m³")
    so2: float | None = Field(default=None, examples=[4.2], description="µg/m³")
    no2: float | None = Field(default=None, examples=[18.0], description="µg/m³")
    o3: float | None = Field(default=None, examples=[40.5], description="µg/m³")
    co: float | None = Field(default=None, examples=[800.0], description="µg/m³")
    temperature: float | None = Field(default=None, examples=[28.4], description="°C")
    pressure: float | None = Field(default=None, examples=[1011.2], description="hPa")
    humidity: float | None = Field(default=None, examples=[81.0], description="%")
    wind_speed: float | None = Field(default=None, examples=[2.3], description="m/s")
    count: int | None = Field(default=None, description="measurements in the interval; absent for raw", examples=[60])


QUANTITIES: Final = tuple(name for name in Measurement.model_fields if name not in ("measured_at", "count"))
"""Columns of the measured values, in the order of an event's fields."""


class StationDetail(Station):
    """A station and its newest measurement."""

    latest: Measurement | None


class MeasurementPage(BaseModel):
    """Measurements of a station by time; the start of the range is inclusive, its end exclusive."""

    model_config = ConfigDict(populate_by_name=True)

    station_id: str = Field(examples=["ABJ-001"])
    interval: Interval
    start: datetime = Field(alias="from", examples=["2026-01-31T00:00:00Z"])
    end: datetime = Field(alias="to", examples=["2026-02-01T00:00:00Z"])
    items: list[Measurement]
    next_cursor: str | None = Field(examples=[None])


class SubIndices(BaseModel):
    """The index of each pollutant."""

    pm25: int | None = Field(examples=[99])
    pm10: int | None = Field(examples=[47])
    o3: int | None = Field(examples=[19])
    co: int | None = Field(examples=[8])
    no2: int | None = Field(examples=[8])
    so2: int | None = Field(examples=[1])


class MissingIndex(BaseModel):
    """A pollutant that was measured in the hour and has no sub-index yet."""

    pollutant: str = Field(examples=["pm25"])
    expected_at: datetime = Field(
        examples=["2026-01-31T14:00:00Z"],
        description="end of the first hour that has its sub-index, if every hour until then has enough values",
    )


Reason = Literal["running", "too_few_values", "too_few_hours", "nothing_measured"]


class HourIndex(BaseModel):
    """The air quality index of an hour, or the reason why there is none."""

    hour_start: datetime | None = Field(examples=["2026-01-31T12:00:00Z"])
    aqi: int | None = Field(
        examples=[99],
        description="US EPA; above 500 the scale continues. Null unless the hour has ended and every pollutant "
        "measured in it has a sub-index",
    )
    at_least: int | None = Field(
        examples=[99],
        description="greatest known sub-index; the index is at least this value, and without `aqi` may be much higher",
    )
    category: CategoryKey | None = Field(
        examples=["moderate"],
        description="category of `aqi`; without `aqi`, that of `at_least` if it is above 100, because the index is not "
        "lower",
    )
    dominant_pollutant: str | None = Field(examples=["pm25"], description="pollutant with the greatest sub-index known")
    provisional: bool = Field(examples=[False], description="the hour has not ended; its values will change")
    reason: Reason | None = Field(
        examples=[None],
        description="why `aqi` is null: the hour is running; a pollutant has fewer than 75 % of its usual values; a "
        "pollutant has too few hours; no pollutant was measured",
    )
    missing: list[MissingIndex] = Field(examples=[[]], description="pollutants measured without a sub-index")
    sub_indices: SubIndices


class HourlyAqi(HourIndex):
    """The air quality index of an hour, or the reason why there is none."""

    hour_start: datetime = Field(examples=["2026-01-31T12:00:00Z"])


class AqiPage(BaseModel):
    """Hourly index of a station by time; the start of the range is inclusive, its end exclusive."""

    model_config = ConfigDict(populate_by_name=True)

    station_id: str = Field(examples=["ABJ-001"])
    start: datetime = Field(alias="from", examples=["2026-01-31T00:00:00Z"])
    end: datetime = Field(alias="to", examples=["2026-02-01T00:00:00Z"])
    items: list[HourlyAqi]
    next_cursor: str | None = Field(examples=[None])


class CurrentAqi(HourIndex):
    """The index of a station in its newest hour that has ended, of the last three hours.

    If no such hour has an index, it is the newest hour with the reason. The current hour has no rank.
    """

    rank: int | None = Field(
        examples=[1], description="1 is the worst; equal indices share a rank; null without a category"
    )
    station: Station
    color: str | None = Field(examples=["#FFFF00"], description="official colour of the category")


class CurrentAqiList(BaseModel):
    """Every station, worst first, those without an index last."""

    computed_at: datetime = Field(examples=["2026-01-31T12:40:00Z"])
    items: list[CurrentAqi]


class Rejected(BaseModel):
    """A rejected message."""

    received_at: datetime = Field(examples=["2026-01-31T12:00:00.123000Z"])
    message_id: str = Field(examples=["17:42:0:-1"])
    station_id: str | None = Field(examples=["ABJ-001"])
    reject_reason: str = Field(examples=["pm25: -3 is below 0"])
    payload: str | None = Field(
        default=None,
        examples=['{"station_id": "ABJ-001", "pm25": -3}'],
        description="the message as text; absent unless the messages of one station are requested",
    )


class RejectedPage(BaseModel):
    """Rejected messages, newest first."""

    items: list[Rejected]
    next_cursor: str | None = Field(examples=[None])


class Prediction(BaseModel):
    """A predicted value with its interval: an index for aqi, µg/m³ for a pollutant."""

    value: float | None = Field(examples=[104.0])
    lower: float | None = Field(examples=[88.0], description="lower end of the prediction interval")
    upper: float | None = Field(examples=[131.0], description="upper end of the prediction interval")
    fallback: bool = Field(examples=[False], description="true if a simple rule was used because of too little history")


class PredictedHour(BaseModel):
    """The predictions for an hour; `quantities` contains the predicted ones of aqi, pm25, pm10, so2, no2, o3 and co.

    `aqi` is absent if a predicted pollutant has no sub-index.
    """

    target_hour: datetime = Field(examples=["2026-01-31T18:00:00Z"], description="start of the hour")
    category: CategoryKey | None = Field(
        examples=["unhealthy_sensitive"], description="category of the predicted index"
    )
    color: str | None = Field(examples=["#FF7E00"], description="official colour of the category")
    dominant_pollutant: str | None = Field(examples=["pm25"], description="pollutant with the greatest sub-index")
    sub_indices: SubIndices = Field(
        description="sub-indices of the predicted pollutants, by the method of the measured index, which averages over "
        "previous hours; the predicted index is the greatest. Null if too few hours have a value"
    )
    quantities: dict[str, Prediction]


class Predictions(BaseModel):
    """The newest prediction for a station; without a prediction, all fields except its id are null or empty."""

    station_id: str = Field(examples=["ABJ-001"])
    made_at: datetime | None = Field(examples=["2026-01-31T12:07:00Z"])
    model: str | None = Field(examples=["gradient-boosting-1"], description="name and version of the index's model")
    fallback: bool | None = Field(
        examples=[False],
        description="true if a simple rule predicted a pollutant that determines the index, because of too little "
        "history",
    )
    items: list[PredictedHour]


class Quality(BaseModel):
    """Quality of the measurements of a station in an hour."""

    station_id: str = Field(examples=["ABJ-001"])
    hour_start: datetime = Field(examples=["2026-01-31T12:00:00Z"])
    expected: int = Field(examples=[60], description="measurements that the station usually sends in an hour")
    measurements: int = Field(examples=[57])
    completeness: float = Field(examples=[0.95], description="measurements over expected, 0 to 1")
    freshness_seconds: int | None = Field(
        examples=[42], description="time from the last measurement before the end of the hour to that end"
    )
    stuck_sensors: list[str] = Field(examples=[["o3"]], description="pollutants whose value did not change for hours")
    out_of_range_share: float = Field(examples=[0.0], description="rejected messages over all, 0 to 1")


class QualityPage(BaseModel):
    """Quality by hour, then by station."""

    items: list[Quality]
    next_cursor: str | None = Field(examples=[None])
