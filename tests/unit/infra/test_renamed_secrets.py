"""If the state contains names of secrets from an older revision, a refresh reports drift and does not fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.connections import Connections
from infra.resources.seatunnel import job
from infra.resources.seatunnel.job import JobInputs, JobProvider
from infra.resources.starrocks.client import session
from infra.resources.starrocks.rows import RowsInputs, RowsProvider
from seatunnel.client.zeta import JobStatus

KNOWN = Connections.model_validate(
    {
        "endpoints": {
            "pulsar": {
                "broker": {"scheme": "pulsar", "host": "p", "port": 6650},
                "admin": {"scheme": "http", "host": "p", "port": 8080},
            },
            "starrocks": {
                "query": {"scheme": "mysql", "host": "s", "port": 9030},
                "fe-http": {"scheme": "http", "host": "s", "port": 8030},
            },
        },
        "secrets": {"starrocks-root": "r", "starrocks-lions_sink": "s"},
        "secret_files": {"seatunnel": {"starrocks-lions_sink": "/run/sink"}},
        "health": {},
    }
)


@pytest.fixture(autouse=True)
def _deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "load", lambda stack, wait=0: KNOWN)


def test_a_job_with_an_old_secret_name_has_drifted(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def jobs(_inputs: JobInputs) -> Iterator[object]:
        yield SimpleNamespace(find=lambda job_id: [])

    running = SimpleNamespace(status=lambda _job: JobStatus.RUNNING)
    monkeypatch.setattr(job, "_jobs", jobs)
    monkeypatch.setattr(job, "_zeta", lambda *_arguments, **_named: running)
    inputs = JobInputs(
        stack="test",
        service="seatunnel",
        starrocks="starrocks",
        database="kappastack",
        product="lions",
        name="lions-ingest",
        definition={"env": {}, "source": [], "sink": [{"password_file": "${starrocks.sink_password_file}"}]},
    )
    [drift] = JobProvider().find_drift(inputs)
    assert "unknown placeholder ${starrocks.sink_password_file}" in drift


def test_a_session_of_a_removed_user_raises_a_starrocks_error() -> None:
    with (
        pytest.raises(StarRocksError, match="stack test has no StarRocks user registrar"),
        session("test", "starrocks", "registrar"),
    ):
        pass


def test_rows_of_a_renamed_user_have_drifted() -> None:
    inputs = RowsInputs(
        stack="test",
        service="starrocks",
        user="registrar",
        database="lions_data",
        table="lions",
        key="lion_id",
        rows={"simba": {"name": "Simba"}},
    )
    assert RowsProvider().find_drift(inputs) == [
        "stack test has no StarRocks user registrar, so its password is unknown"
    ]
