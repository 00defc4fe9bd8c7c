"""Jobs that a person submitted, on a strict fake engine: they are reported, and keep running."""

from collections.abc import Iterator

import pytest

from infra.products.registry import declared
from infra.resources import connections
from infra.resources.connections import Connections
from infra.resources.seatunnel.other_jobs import OtherJobsInputs, OtherJobsProvider
from seatunnel.client.definition import Definition, job_id
from seatunnel.client.zeta import Zeta
from tests.unit.tasks.fake_zeta import FakeZeta, fake_zeta

EMPTY: Definition = {"env": {}, "source": [], "sink": []}
DECLARED = OtherJobsInputs(
    stack="test", service="seatunnel", streaming=["air-ingest", "sea-ingest"], batch=["air-hourly", "sea-daily"]
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZeta]:
    """An engine that runs a declared streaming job, and a batch job of run 12 of a workflow."""
    with fake_zeta() as running:
        host, port = running.url.removeprefix("http://").split(":")
        rest = {"scheme": "http", "host": host, "port": int(port)}
        known = Connections.model_validate(
            {"endpoints": {"seatunnel": {"rest": rest}}, "secret_files": {}, "health": {}}
        )
        monkeypatch.setattr(connections, "load", lambda *_arguments, **_options: known)
        zeta = Zeta(running.url)
        zeta.submit(job_id("test", "air-ingest"), "air-ingest", EMPTY, restore=False)
        zeta.submit(1, "air-hourly-12", EMPTY, restore=False)
        yield running


def test_declared_jobs_and_those_of_workflows_are_no_drift(engine: FakeZeta) -> None:
    # One job is not running: its own resource reports it.
    assert OtherJobsProvider().find_drift(DECLARED) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("by-hand", "job by-hand with id 7 runs, but is not declared"),
        ("air-ingest", "job air-ingest also runs with id 7, which is not declared"),
        # Its declared job does not run at the moment.
        ("sea-ingest", "job sea-ingest also runs with id 7, which is not declared"),
        ("air-hourly", "job air-hourly with id 7 runs, but is not declared"),
        ("air-hourly-12-by-hand", "job air-hourly-12-by-hand with id 7 runs, but is not declared"),
        ("sea-hourly-12", "job sea-hourly-12 with id 7 runs, but is not declared"),
    ],
)
def test_a_job_that_a_person_submitted_is_reported_and_keeps_running(engine: FakeZeta, name: str, line: str) -> None:
    Zeta(engine.url).submit(7, name, EMPTY, restore=False)
    provider = OtherJobsProvider()
    assert provider.find_drift(DECLARED) == [line]
    provider.apply(DECLARED, DECLARED)
    assert provider.find_drift(DECLARED) == [line]
    assert engine.stopped == []
    Zeta(engine.url).stop(7, savepoint=False)
    assert provider.find_drift(DECLARED) == []


def test_without_declared_batch_jobs_a_job_with_a_run_number_is_reported(engine: FakeZeta) -> None:
    nothing = DECLARED.model_copy(update={"batch": []})
    assert OtherJobsProvider().find_drift(nothing) == ["job air-hourly-12 with id 1 runs, but is not declared"]


def test_a_job_that_ends_during_the_query_is_no_drift(engine: FakeZeta) -> None:
    engine.ending = 2
    assert OtherJobsProvider().find_drift(DECLARED) == []
    assert engine.ending == 0


def test_the_batch_jobs_of_a_product_are_its_other_job_files() -> None:
    ciapol = declared()["ciapol"]
    assert [ciapol.job_name(job) for job in ciapol.batch_jobs] == ["ciapol-aqi_hourly"]
    assert [ciapol.job_name(job) for job in ciapol.jobs] == ["ciapol-ingest"]
