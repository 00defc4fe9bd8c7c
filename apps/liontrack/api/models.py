"""Response models of the API."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from apps.web.listing import Page


class Lion(BaseModel):
    """A lion with its latest metrics."""

    lion_id: str = Field(examples=["simba_001"])
    name: str = Field(examples=["Simba"])
    status: str = Field(
        examples=["active"], description="active: a position within 48 h; silent: within 14 days; lost: older or none"
    )
    current_weight: float | None = Field(examples=[195.5], description="latest valid weighing, kg")
    health_score: float | None = Field(examples=[85.2], description="0 to 100, of the latest computed day")
    tracking_frequency: int | None = Field(examples=[12], description="valid positions of that day")
    position_lat: float | None = Field(examples=[-3.3652], description="°, WGS 84")
    position_lng: float | None = Field(examples=[29.8185], description="°, WGS 84")
    last_fix_at: datetime | None = Field(examples=["2026-01-31T12:00:00Z"])
    data_quality_score: float | None = Field(examples=[97.5], description="0 to 100")


class LionsPage(BaseModel):
    """A page of lions."""

    count: int = Field(examples=[5], description="total number of lions")
    lions: list[Lion]
    next_cursor: str | None = Field(examples=[None], description="cursor of the next page; null on the last page")


class LionDetail(Lion):
    """A lion with the metrics of its latest day."""

    metric_date: date | None = Field(examples=["2026-01-31"])
    avg_weight: float | None = Field(examples=[194.1], description="mean of the daily mean weights of 30 days, kg")
    weight_trend: float | None = Field(examples=[-0.12], description="robust slope over 30 days, kg per day")
    distance_km: float | None = Field(examples=[4.2], description="path of the day, km")
    weight_score: float | None = Field(examples=[88.0])
    movement_score: float | None = Field(examples=[81.0])


class Weighing(BaseModel):
    """A valid weighing."""

    measured_at: datetime = Field(examples=["2026-01-31T12:00:00Z"])
    weight: float = Field(examples=[195.5])
    unit: str = Field(examples=["kg"])


class WeightTrendDay(BaseModel):
    """Average weight and trend on a day."""

    metric_date: date = Field(examples=["2026-01-31"])
    avg_weight: float | None = Field(examples=[194.1])
    weight_trend: float | None = Field(examples=[-0.12])


class WeightTrend(BaseModel):
    """A lion's weighings, and its trend day by day."""

    lion_id: str = Field(examples=["simba_001"])
    avg_weight: float | None = Field(examples=[194.1], description="average weight on the last day of the range, kg")
    weight_trend: float | None = Field(examples=[-0.12], description="trend on the last day of the range, kg per day")
    weights: list[Weighing]
    days: list[WeightTrendDay]


class PositionDay(BaseModel):
    """The median position of a lion on a day."""

    position_date: date = Field(examples=["2026-01-31"])
    lat: float = Field(examples=[-3.3652], description="median of the day, °")
    lng: float = Field(examples=[29.8185])
    accuracy: float | None = Field(
        examples=[310.0], description="median distance of the positions from the median position, m"
    )
    fixes: int = Field(examples=[12])
    distance_km: float = Field(examples=[4.2])


class PositionHistory(Page[PositionDay]):
    """Positions of a lion by day, newest first."""

    lion_id: str = Field(examples=["simba_001"])


class Fix(BaseModel):
    """A valid position."""

    measured_at: datetime = Field(examples=["2026-01-31T12:00:00Z"])
    position_lat: float = Field(examples=[-3.3652])
    position_lng: float = Field(examples=[29.8185])
    accuracy: float | None = Field(examples=[4.5], description="accuracy that the collar reports, m")
    distance_km: float | None = Field(examples=[0.4], description="distance from the previous valid position, km")


class UserDay(BaseModel):
    """The activity of a user on a day."""

    activity_date: date = Field(examples=["2026-01-31"])
    challenges_completed: int = Field(examples=[1])
    weight_entries: int = Field(examples=[2])
    engagement_score: float = Field(examples=[59.3])


class Engagement(BaseModel):
    """Engagement of a user over the range."""

    user_id: str = Field(examples=["user-001"])
    username: str | None = Field(examples=["Awa"])
    engagement_score: float | None = Field(examples=[42.0], description="mean over the days with an activity")
    days: list[UserDay]


class ActivitySummary(BaseModel):
    """Totals of the last 30 days."""

    user_id: str = Field(examples=["user-001"])
    username: str | None = Field(examples=["Awa"])
    active_days: int = Field(examples=[12])
    challenges_completed: int = Field(examples=[4])
    weight_entries: int = Field(examples=[9])
    other_activities: int = Field(examples=[31])
    engagement_score: float | None = Field(examples=[42.0])


class Challenge(BaseModel):
    """A challenge in the state of its latest event."""

    challenge_id: str = Field(examples=["c-17"])
    title: str | None = Field(examples=["Observer un lion à l'aube"])
    status: str = Field(examples=["completed"])
    updated_at: datetime = Field(examples=["2026-01-31T12:00:00Z"])


class ChallengesAnalytics(BaseModel):
    """Challenges of a user."""

    user_id: str = Field(examples=["user-001"])
    total: int = Field(examples=[7])
    completed: int = Field(examples=[4])
    completion_rate: float | None = Field(examples=[0.57], description="completed over total; null without challenges")
    by_status: dict[str, int] = Field(examples=[{"completed": 4, "started": 3}])
    latest: list[Challenge] = Field(description="the 100 challenges that changed last")


class LeadingUser(BaseModel):
    """A user in the ranking of the last 30 days."""

    rank: int = Field(examples=[1])
    user_id: str = Field(examples=["user-001"])
    username: str | None = Field(examples=["Awa"])
    challenges_completed: int = Field(examples=[4])
    weight_entries: int = Field(examples=[9])
    engagement_score: float = Field(examples=[42.0], description="mean over the days with an activity")


class LeadingLion(BaseModel):
    """A lion in the ranking by health score."""

    rank: int = Field(examples=[1])
    lion_id: str = Field(examples=["simba_001"])
    name: str = Field(examples=["Simba"])
    health_score: float = Field(examples=[85.2])
    tracking_frequency: int = Field(examples=[12])


class UserRanking(BaseModel):
    """Users, best first."""

    items: list[LeadingUser]


class LionRanking(BaseModel):
    """Lions, best first."""

    items: list[LeadingLion]


class WeightDay(BaseModel):
    """Weights of all lions on a day."""

    weight_date: date = Field(examples=["2026-01-31"])
    lions: int = Field(examples=[3], description="number of weighed lions")
    avg_weight: float = Field(examples=[181.2], description="mean of their daily means, kg")


class WeightTrends(BaseModel):
    """Weights of all lions day by day."""

    items: list[WeightDay]


class HealthSummary(BaseModel):
    """Health of the lions on the latest computed day."""

    metric_date: date | None = Field(examples=["2026-01-31"])
    lions: int = Field(examples=[5], description="lions with a score")
    above_80: int = Field(examples=[3])
    from_60_to_80: int = Field(examples=[1])
    below_60: int = Field(examples=[1])
    average: float | None = Field(examples=[78.4])


class Anomaly(BaseModel):
    """A lion whose health score on the latest computed day is below 60."""

    lion_id: str = Field(examples=["simba_001"])
    name: str = Field(examples=["Simba"])
    health_score: float = Field(examples=[48.0])
    avg_weight: float | None = Field(examples=[171.0])
    weight_trend: float | None = Field(examples=[-0.6])


class TableQuality(BaseModel):
    """The latest result of a check of a table."""

    table_name: str = Field(examples=["bronze.lions_raw"])
    check_name: str = Field(examples=["bronze_validation"])
    quality_percentage: float = Field(examples=[95.2])
    checked_at: datetime = Field(examples=["2026-01-31T02:00:05Z"])


class LastRun(BaseModel):
    """The latest run of the pipeline."""

    run_id: str = Field(examples=["42"])
    status: str = Field(examples=["success"])
    started_at: datetime = Field(examples=["2026-01-31T02:00:00Z"])
    ended_at: datetime | None = Field(examples=["2026-01-31T02:00:41Z"])


class Dashboard(BaseModel):
    """The content of the dashboard."""

    lions: dict[str, int] = Field(examples=[{"active": 4, "silent": 1, "lost": 0}], description="lions by status")
    health: HealthSummary
    anomalies: list[Anomaly] = Field(description="lions with a score below 60, lowest first, at most 100")
    users: list[LeadingUser] = Field(description="the 10 most engaged users of the last 30 days")
    quality: list[TableQuality]
    last_run: LastRun | None
    demonstration: bool = Field(
        description="whether the lions include those of the demonstration (generated or shifted data)"
    )


class Report(BaseModel):
    """A report of the pipeline."""

    report_date: date = Field(examples=["2026-01-31"])
    language: str = Field(examples=["fr"])
    written_at: datetime = Field(examples=["2026-01-31T02:00:41Z"])
    markdown: str = Field(examples=["# Rapport LionTrack du 2026-01-31\n"])
