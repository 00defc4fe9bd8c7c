import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from infra.products.fields import JobFields, read_fields
from infra.resources.connections import Connections
from infra.resources.seatunnel.placeholders import placeholders
from infra.settings import ROOT, IngestSettings
from seatunnel.client.definition import DefinitionError, fill, job_id, read_definition
from stacks.products.ciapol import PRODUCT

CONNECTIONS = Connections.model_validate(
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
        "secrets": {"starrocks-ciapol_sink": "the-password"},
        "secret_files": {
            "seatunnel": {
                "pulsar-seatunnel": "/run/token",
                "starrocks-ciapol_sink": "/run/sink",
                "starrocks-ciapol_scheduler": "/run/scheduler",
            }
        },
        "health": {},
    }
)
ADDRESSES = placeholders(CONNECTIONS)


def write(folder: Path, document: object) -> Path:
    path = folder / "job.conf"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_settings_and_files_are_filled_and_numbers_keep_their_type(tmp_path: Path) -> None:
    job = {
        "env": {"parallelism": "${ingest.parallelism}", "name": "p${ingest.parallelism}"},
        "source": [{"url": "${pulsar.broker_url}"}],
        "sink": [{"query": "${file:topics/ciapol/topics.yaml}"}],
    }
    found = read_definition(write(tmp_path, job), {"ingest.parallelism": "2"}, files=ROOT)
    assert found["env"] == {"parallelism": 2, "name": "p2"}
    assert found["source"] == [{"url": "${pulsar.broker_url}"}]
    assert "sensor-measurements" in str(found["sink"])


def test_addresses_are_filled_last() -> None:
    found = fill(
        {
            "source": [{"url": "${pulsar.broker_url}", "query": "WHERE t >= '${from}'"}],
            "sink": ["${starrocks.jdbc_url}"],
        },
        ADDRESSES | {"from": "2026-01-01 00:00:00"},
    )
    assert found == {
        "source": [{"url": "pulsar://p:6650", "query": "WHERE t >= '2026-01-01 00:00:00'"}],
        "sink": ["jdbc:mysql://s:9030"],
    }


def test_passwords_cannot_be_filled() -> None:
    for name in (
        "${starrocks.ciapol_sink_password}",
        "${starrocks-ciapol_sink}",
        "${secrets.starrocks-ciapol_sink}",
    ):
        with pytest.raises(DefinitionError, match="unknown placeholder"):
            fill({"sink": name}, ADDRESSES)
    assert fill({"s": "${starrocks.ciapol_sink_password_file}"}, ADDRESSES) == {"s": "/run/sink"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"job.conf:1:2: not JSON"),
        ("[]", "env, source and sink"),
        ('{"env":{},"source":[]}', "env, source and sink"),
    ],
)
def test_the_error_names_an_invalid_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        read_definition(write(tmp_path, text), {}, files=ROOT)


def test_the_error_names_a_missing_file(tmp_path: Path) -> None:
    job = {"env": {}, "source": [], "sink": [{"query": "${file:sql/none.sql}"}]}
    with pytest.raises(DefinitionError, match=r"\$\{file:sql/none.sql\}: No such file"):
        read_definition(write(tmp_path, job), {}, files=ROOT)


def test_fields_replace_their_include_as_a_value_and_within_a_list(tmp_path: Path) -> None:
    include = {"$fields": "readings", "as": "columns"}
    job = {
        "env": {},
        "source": [],
        "transform": [{"columns": include}],
        "sink": [{"columns": ["a", include, "${z}"]}],
    }
    calls: list[tuple[str, str]] = []

    def fields(topic: str, form: str) -> list[JsonValue]:
        calls.append((topic, form))
        return ["b", {"c": 1}]

    found = read_definition(write(tmp_path, job), {"z": "9"}, files=ROOT, fields=fields)
    assert calls == [("readings", "columns")] * 2
    assert found["transform"] == [{"columns": ["b", {"c": 1}]}]
    assert found["sink"] == [{"columns": ["a", "b", {"c": 1}, 9]}]


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ({"$fields": "none", "as": "columns"}, r"none.fields.yaml: No such file"),
        ({"$fields": "sensor-measurements", "as": "column"}, "'column'; expected: validation, columns or measurements"),
        ({"$fields": "sensor-measurements"}, 'expected: {"[$]fields": TOPIC, "as": FORM}'),
        ({"$fields": "sensor-measurements", "as": "columns", "and": []}, 'expected: {"[$]fields": TOPIC, "as": FORM}'),
        ({"$fields": ["sensor-measurements"], "as": "columns"}, 'expected: {"[$]fields": TOPIC, "as": FORM}'),
    ],
)
def test_the_error_names_an_invalid_include(tmp_path: Path, include: JsonValue, message: str) -> None:
    path = write(tmp_path, {"env": {}, "source": [], "sink": [include]})
    with pytest.raises(DefinitionError, match=message) as raised:
        read_definition(path, {}, files=ROOT, fields=JobFields(ROOT / "topics/ciapol"))
    assert str(raised.value).startswith(f"{path}: {json.dumps(include)}: ")


def test_an_include_without_a_reader_of_fields_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, {"env": {}, "source": [], "sink": [{"$fields": "t", "as": "columns"}]})
    with pytest.raises(DefinitionError, match="cannot read the fields of a topic"):
        read_definition(path, {}, files=ROOT)


def test_the_ingest_job_contains_no_name_of_a_measurement() -> None:
    text = (ROOT / "seatunnel/ciapol/ingest.conf").read_text()
    measurements = read_fields(ROOT / "topics/ciapol/sensor-measurements.fields.yaml").measurements
    assert [name for name in measurements if f'"{name}"' in text] == []


def test_ids_are_stable_and_differ() -> None:
    assert job_id("local", "ingest") == job_id("local", "ingest")
    assert len({job_id(stack, name) for stack in "abc" for name in "def"}) == 9
    assert 0 < job_id("local", "ingest") < 2**53


@pytest.mark.parametrize("path", sorted((ROOT / "seatunnel/ciapol").glob("*.conf")), ids=lambda path: path.name)
def test_the_jobs_of_the_project_have_no_unknown_placeholder(path: Path) -> None:
    settings = {"starrocks.database": PRODUCT.database, "station_filter": "", **IngestSettings().placeholders()}
    window = {"from": "2026-01-01 00:00:00", "to": "2026-01-02 00:00:00"}
    fields = JobFields(ROOT / "topics" / path.parent.name)
    filled = json.dumps(fill(read_definition(path, settings, files=ROOT, fields=fields), ADDRESSES | window))
    assert "${" not in filled
    assert "$fields" not in filled
    assert "the-password" not in filled
