"""CIAPOL: air-quality monitoring for Abidjan."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from apps.ciapol.sensors.stations import read_stations
from infra.products.model import Api, Cell, Computation, Demonstration, Job, Product, Program, Rows
from infra.settings import ROOT, IngestSettings, ProductSettings

_DATA = "apps/ciapol/sensors/data"
_DATABASE = "ciapol_analytics"
_SAMPLE_DAYS = 70


class CiapolSettings(ProductSettings):
    """Settings of CIAPOL in a stack."""

    ingest: IngestSettings = IngestSettings()
    retention_months: Annotated[int, Field(ge=1, le=120, description="whole months before rows are archived")] = 13
    quality_threshold: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="completeness of an hour below which an alert is sent; 1 - this value is the accepted share of "
            "rejected messages",
        ),
    ] = 0.75

    def job_settings(self) -> Mapping[str, str]:
        """Placeholders of `ingest.conf`."""
        return self.ingest.placeholders()

    def task_parameters(self) -> Mapping[str, int | float]:
        """Parameters of the archive and of the data-quality alerts."""
        return {"retention_months": self.retention_months, "quality_threshold": self.quality_threshold}


def _stations() -> Mapping[str, Mapping[str, Cell]]:
    return {row.id: row.model_dump(exclude={"id"}) for row in read_stations(ROOT / _DATA / "stations.csv")}


PRODUCT = Product(
    name="ciapol",
    title="CIAPOL, air quality",
    settings=CiapolSettings,
    databases=(_DATABASE,),
    roles={
        "api": "reader",
        "sink": "loader",
        "predictor": "forecaster",
        "scheduler": "scheduler_role",
        "smoke": "smoke_role",
        "registrar": "registrar_role",
    },
    job_users=("sink", "scheduler"),
    publishers=("sensors", "smoke"),
    jobs=(Job(name="ingest"),),
    api=Api(port=8000, formerly="api"),
    programs=(Program(name="predictor", requirements="predictor"),),
    reference=(Rows(name="stations", table="stations", key="station_id", user="registrar", read=_stations),),
    demonstration=Demonstration(
        command=("-m", "apps.ciapol.sensors", "replay", f"{_DATA}/beijing-sample.csv.xz", "--shift-to-now"),
        role="sensors",
        age_hours=(
            "SELECT TIMESTAMPDIFF(SECOND, MAX(m.measured_at), UTC_TIMESTAMP()) / 3600 "
            f"FROM {_DATABASE}.sensor_measurements_zeta m "
            f"JOIN {_DATABASE}.stations s ON s.station_id = m.station_id WHERE s.demonstration IS NOT NULL"
        ),
        stored=f"SELECT COUNT(*) FROM {_DATABASE}.raw_measurements_zeta",
        first=(Computation(workflow="aqi_hourly", days=_SAMPLE_DAYS),),
        later=(Computation(workflow="quality_hourly"), Computation(workflow="predict_hourly")),
    ),
    moved_settings={"ciapol": "", "ingest": "ingest", "api": "api"},
)
