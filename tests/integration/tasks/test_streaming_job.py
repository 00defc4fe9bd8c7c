"""The resource of a streaming job and its row in `streaming_jobs`, on the emulator and a strict fake engine."""

from collections.abc import Iterator

import pytest

from infra.resources import connections
from infra.resources.connections import Connections
from infra.resources.seatunnel.job import JobInputs, JobProvider
from seatunnel.client.definition import Definition, job_id
from tests.integration.api.platform import Emulator
from tests.unit.tasks.fake_zeta import FakeZeta, fake_zeta

pytestmark = pytest.mark.integration

NAME = "ciapol-ingest"
JOB = job_id("test", NAME)
TABLE = "kappastack.streaming_jobs"


@pytest.fixture
def engine(starrocks: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZeta]:
    starrocks.execute(f"DELETE FROM {TABLE} WHERE job_id <> 0")
    with fake_zeta() as running:
        host, port = running.url.removeprefix("http://").split(":")
        here = {"scheme": "http", "host": host, "port": int(port)}
        query = {"scheme": "mysql", "host": "127.0.0.1", "port": starrocks.server.mysql_port}
        known = Connections.model_validate(
            {
                "endpoints": {
                    "seatunnel": {"rest": here},
                    "pulsar": {"broker": here, "admin": here},
                    "starrocks": {"query": query, "fe-http": here},
                },
                "secrets": {"starrocks-root": ""},
                "secret_files": {"seatunnel": {}},
                "health": {},
            }
        )
        monkeypatch.setattr(connections, "load", lambda *_arguments, **_options: known)
        yield running


def inputs(definition: Definition | None = None) -> JobInputs:
    return JobInputs(
        stack="test",
        service="seatunnel",
        starrocks="starrocks",
        database="kappastack",
        product="ciapol",
        name=NAME,
        definition=definition or {"env": {}, "source": [{"url": "${pulsar.broker_url}"}], "sink": []},
        instances={},
    )


def row(starrocks: Emulator, columns: str = "wanted, failures, state, held_by") -> list[tuple[object, ...]]:
    return starrocks.execute(f"SELECT {columns} FROM {TABLE} WHERE job_id = {JOB}")


def test_a_job_is_started_once_and_recorded(starrocks: Emulator, engine: FakeZeta) -> None:
    provider = JobProvider()
    assert "does not exist in the engine" in provider.find_drift(inputs())[0]
    provider.apply(inputs(), None)
    assert (engine.jobs[JOB].status, engine.jobs[JOB].restored) == ("RUNNING", True)
    assert row(starrocks) == [("running", 0, None, None)]
    [(product, name, definition)] = row(starrocks, "product, name, definition")
    assert (product, name) == ("ciapol", NAME)
    assert engine.url in str(definition)
    assert provider.find_drift(inputs()) == []
    provider.apply(inputs(), inputs())
    assert engine.submitted == [JOB]
    assert row(starrocks)[0][0] == "running"


def test_a_changed_definition_continues_from_a_savepoint(starrocks: Emulator, engine: FakeZeta) -> None:
    provider = JobProvider()
    provider.apply(inputs(), None)
    changed = inputs({"env": {"parallelism": 2}, "source": [], "sink": []})
    wanted: list[str] = []
    stop = engine.on_stop

    def stopping(identity: int, job: object, savepoint: bool) -> None:
        wanted.append(str(row(starrocks)[0][0]))
        stop(identity, engine.jobs[identity], savepoint)

    engine.on_stop = stopping
    provider.apply(changed, inputs())
    assert engine.stopped == [(JOB, True)]
    assert wanted == ["stopped"], "the keeper would restore the old definition"
    assert engine.jobs[JOB].definition["env"] == {"parallelism": 2}
    assert row(starrocks)[0][0] == "running"
    assert provider.find_drift(changed) == []


def test_drift_of_job_and_row_is_reported_and_repaired(starrocks: Emulator, engine: FakeZeta) -> None:
    provider = JobProvider()
    provider.apply(inputs(), None)
    engine.jobs[JOB].status = "FAILED"
    starrocks.execute(f"UPDATE {TABLE} SET failures = 3, state = 'given_up', reason = 'r' WHERE job_id = {JOB}")
    assert "is FAILED" in provider.find_drift(inputs())[0]
    provider.apply(inputs(), inputs())
    assert engine.jobs[JOB].status == "RUNNING"
    assert row(starrocks, "wanted, failures, state, reason") == [("running", 0, None, None)]
    starrocks.execute(f"DELETE FROM {TABLE} WHERE job_id = {JOB}")
    assert "the keeper would not restart it" in provider.find_drift(inputs())[0]
    provider.apply(inputs(), inputs())
    assert provider.find_drift(inputs()) == []
    starrocks.execute(f"UPDATE {TABLE} SET wanted = 'stopped' WHERE job_id = {JOB}")
    assert "the keeper would not restart it" in provider.find_drift(inputs())[0]


def test_a_job_stopped_by_the_archives_lease_is_not_drift(starrocks: Emulator, engine: FakeZeta) -> None:
    provider = JobProvider()
    provider.apply(inputs(), None)
    engine.jobs[JOB].status = "SAVEPOINT_DONE"
    until = "DATE_ADD(UTC_TIMESTAMP(), INTERVAL {} SECOND)"
    starrocks.execute(f"UPDATE {TABLE} SET held_by = 'archive', held_until = {until.format(60)} WHERE job_id = {JOB}")
    assert provider.find_drift(inputs()) == []
    starrocks.execute(f"UPDATE {TABLE} SET held_until = {until.format(2)} WHERE job_id = {JOB}")
    provider.apply(inputs(), inputs())
    assert engine.jobs[JOB].status == "RUNNING"


def test_a_job_that_cannot_start_is_recorded_so_that_the_keeper_retries_it(
    starrocks: Emulator, engine: FakeZeta
) -> None:
    engine.refuse = "No such plugin"
    with pytest.raises(Exception, match="No such plugin"):
        JobProvider().apply(inputs(), None)
    assert row(starrocks)[0][0] == "running"


def test_a_removed_job_is_stopped_and_its_row_deleted(starrocks: Emulator, engine: FakeZeta) -> None:
    provider = JobProvider()
    provider.apply(inputs(), None)
    provider.remove(inputs())
    assert engine.jobs[JOB].status == "CANCELED"
    assert row(starrocks) == []
    provider.remove(inputs())
