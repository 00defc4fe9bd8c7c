"""The measured stack: its addresses, its ingestion job, and the rows of the benchmark."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Literal

import pymysql
import pymysql.cursors

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.schema import EncodedJsonSchema
from apps.shared.publishing.broker import Broker
from infra.configuration import load_settings
from infra.platform import DATABASE as PLATFORM_DATABASE
from infra.platform import secret
from infra.products.fields import JobFields
from infra.resources import connections
from infra.resources.pulsar.topics_file import topic_urls
from infra.resources.seatunnel.job import JobInputs, JobProvider
from infra.resources.starrocks.client import session
from infra.services import pulsar_roles
from infra.settings import ROOT
from seatunnel.client.definition import job_id, read_definition
from seatunnel.client.zeta import JobStatus, Zeta
from stacks.products.ciapol import PRODUCT, CiapolSettings
from tools.stack.configuration import stack_configuration

MARK = "smoke-bench-"
"""Prefix of all station ids of benchmarks. The views that the API reads exclude these stations."""

JOB = "ciapol-ingest"
DATABASE = PRODUCT.database
TOPIC = topic_urls(PRODUCT.topics)["sensor-measurements"]
STATIONS = 100
TABLES = ("sensor_measurements_zeta", "raw_measurements_zeta", "rejected_measurements_zeta", "aqi_hourly_zeta")
_VARIETY = 10_007
"""Number of different sets of values; a prime, so that neither stations nor batches repeat theirs."""
_STOP_SECONDS = 120
_START_SECONDS = 300


_POSSIBLE = {
    "pm25": (0, 300),
    "pm10": (0, 500),
    "so2": (0, 60),
    "no2": (0, 180),
    "o3": (0, 250),
    "co": (0, 4000),
    "temperature": (20, 40),
    "pressure": (990, 1020),
    "humidity": (20, 100),
    "wind_speed": (0, 12),
}


def _values() -> list[dict[str, float]]:
    """Varying values: identical rows would compress and parse faster than real ones."""
    chance = random.Random(1)
    return [
        {name: round(chance.uniform(low, high), 1) for name, (low, high) in _POSSIBLE.items()} for _ in range(_VARIETY)
    ]


VALUES = _values()


class Bench:
    """A running stack on this machine."""

    def __init__(self, stack: str) -> None:
        """Read the addresses of the stack.

        Raises:
            ConnectionsMissing: the stack is not deployed on this machine.
        """
        self.stack = stack
        self.known = connections.load(stack, wait=0)
        product = load_settings(stack_configuration(stack)).products[PRODUCT.name]
        assert isinstance(product, CiapolSettings)
        self.product: CiapolSettings = product
        self.broker = Broker(
            self.known.endpoint("pulsar", "broker").url,
            TOPIC,
            connections.token_file(stack, pulsar_roles.token(PRODUCT.role("sensors"))),
            EncodedJsonSchema(),
        )
        self.api = self.known.endpoint(PRODUCT.api_service, "http").url
        self.run = secrets.token_hex(3)
        self._zeta = Zeta(self.known.endpoint("seatunnel", "rest").url)

    @cached_property
    def starrocks(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        """A connection as user `smoke`."""
        query = self.known.endpoint("starrocks", "query")
        return pymysql.connect(
            host=query.host,
            port=query.port,
            user=PRODUCT.user("smoke"),
            password=self.known.secrets[secret(PRODUCT.user("smoke"))],
            database=DATABASE,
            autocommit=True,
        )

    def prefix(self, part: str) -> str:
        """Prefix of the station ids of one part of this benchmark."""
        return f"{MARK}{self.run}-{part}-"

    def measurements(self, part: str, count: int) -> Iterator[Measurement]:
        """`count` rows of STATIONS stations, one per second and station, ending one minute ago."""
        prefix = self.prefix(part)
        first = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1, seconds=count / STATIONS)
        for number in range(count):
            moment = first + timedelta(seconds=number // STATIONS)
            yield Measurement(f"{prefix}{number % STATIONS:03d}", moment, VALUES[number % _VARIETY])

    def count(self, part: str, table: str = TABLES[0]) -> int:
        """Number of rows of a part in a table."""
        with self.starrocks.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM {table} WHERE station_id >= %s AND station_id < %s",
                [self.prefix(part), self.prefix(part) + "~"],
            )
            row = cursor.fetchone()
        assert row is not None
        return int(row[0])

    def clean_up(self) -> None:
        """Delete all rows of this and of earlier benchmarks."""
        with self.starrocks.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table} WHERE station_id LIKE %s", [f"{MARK}%"])

    def _jobs(self, action: Literal["hold", "release"], identity: int) -> None:
        """Exclude the ingestion job from the keeper workflow, or include it again."""
        table = f"{PLATFORM_DATABASE}.streaming_jobs"
        with session(self.stack, "starrocks", "root") as root:
            if action == "hold":
                root.execute(
                    f"UPDATE {table} SET held_by = 'benchmark', "
                    "held_until = DATE_ADD(UTC_TIMESTAMP(), INTERVAL 1800 SECOND) WHERE job_id = %s",
                    (identity,),
                )
            else:
                root.execute(f"UPDATE {table} SET held_by = NULL, held_until = NULL WHERE job_id = %s", (identity,))

    @contextmanager
    def ingestion_paused(self) -> Iterator[None]:
        """Stop the job with a savepoint, and restart it from there afterwards, even after an error."""
        identity = job_id(self.stack, JOB)
        # After a restart of Zeta, the keeper submits the job again only if the job is not held.
        self._jobs("release", identity)
        self._zeta.wait(identity, frozenset({JobStatus.RUNNING}), within=_START_SECONDS)
        self._jobs("hold", identity)
        try:
            self._zeta.stop(identity, savepoint=True)
            self._zeta.wait(identity, frozenset({JobStatus.SAVEPOINT_DONE}), within=_STOP_SECONDS)
            yield
        finally:
            self._jobs("release", identity)
            settings = {"starrocks.database": DATABASE, **self.product.job_settings()}
            JobProvider().apply(
                JobInputs(
                    stack=self.stack,
                    service="seatunnel",
                    starrocks="starrocks",
                    database=PLATFORM_DATABASE,
                    product="ciapol",
                    name=JOB,
                    definition=read_definition(
                        ROOT / "seatunnel/ciapol/ingest.conf",
                        settings,
                        files=ROOT,
                        fields=JobFields(ROOT / "topics/ciapol"),
                    ),
                ),
                None,
            )
