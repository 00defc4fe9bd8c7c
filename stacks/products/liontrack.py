"""LionTrack: tracking of lions, and activity of the users who follow them."""

from collections.abc import Mapping

from infra.products.model import Api, Computation, Demonstration, Job, Product, Program
from infra.settings import IngestSettings, ProductSettings


class LiontrackSettings(ProductSettings):
    """Settings of LionTrack in a stack."""

    ingest: IngestSettings = IngestSettings()

    def job_settings(self) -> Mapping[str, str]:
        """Placeholders of the job files."""
        return self.ingest.placeholders()


PRODUCT = Product(
    name="liontrack",
    title="LionTrack, lions",
    settings=LiontrackSettings,
    databases=("liontrack_bronze", "liontrack_silver", "liontrack_gold", "liontrack_metadata"),
    roles={"api": "reader", "sink": "loader", "pipeline": "pipeline_role", "smoke": "smoke_role"},
    job_users=("sink",),
    publishers=("app", "monitor", "smoke"),
    jobs=tuple(Job(name=name) for name in ("positions", "weights", "users", "challenges", "quality")),
    api=Api(port=4001),
    programs=(Program(name="pipeline", requirements="tasks"),),
    demonstration=Demonstration(
        command=("-m", "apps.liontrack", "demonstrate"),
        role="app",
        age_hours=(
            "SELECT TIMESTAMPDIFF(SECOND, MAX(last_update), UTC_TIMESTAMP()) / 3600 FROM liontrack_bronze.lions_raw"
        ),
        stored="SELECT COUNT(*) FROM liontrack_bronze.messages",
        first=(Computation(workflow="liontrack_bigdata_pipeline"),),
        # A second publication would be shifted by other days, and give each lion two simultaneous tracks.
        fresh_hours=float("inf"),
    ),
)
