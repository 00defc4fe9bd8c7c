"""Loads with the columns and headers of the streaming jobs are accepted, and fill every column."""

import json
from uuid import uuid4

import httpx
import pytest

from infra.products.fields import JobFields, read_fields
from infra.settings import ROOT
from seatunnel.client.definition import read_definition
from tests.integration.liontrack.lake import PRODUCT, Lake

pytestmark = pytest.mark.integration

TOPICS = ROOT / "topics/liontrack"
VALUES: dict[str, object] = {
    "string": "text",
    "double": 1.5,
    "timestamp": "2026-01-31 12:00:00.000000",
    "json": '{"a": 5.0}',
}
OF_MESSAGE: dict[str, object] = {
    "publish_time": "2026-01-31 12:00:01.000000",
    "message_id": "1:2:3:4",
    "message_key": "key",
    "topic": "persistent://liontrack/tracking/x",
    "usable": True,
    "unknown_fields": None,
    "payload": "{}",
    "payload_base64": "e30=",
    "reject_reason": "payload: not JSON",
}


@pytest.mark.parametrize("name", [job.name for job in PRODUCT.jobs])
def test_the_loads_of_a_job_are_accepted(lake: Lake, name: str) -> None:
    [job] = [job for job in PRODUCT.jobs if job.name == name]
    fields = JobFields(TOPICS)
    definition = read_definition(PRODUCT.job_file(job), {}, files=ROOT, fields=fields)
    sources, sinks = definition["source"], definition["sink"]
    assert isinstance(sources, list)
    assert isinstance(sinks, list)
    assert isinstance(sources[0], dict)
    topic = str(sources[0]["topic"]).rsplit("/", 1)[-1]
    row = OF_MESSAGE | {field.name: VALUES[field.type] for field in read_fields(TOPICS / f"{topic}.fields.yaml").fields}
    tables = []
    for sink in sinks:
        assert isinstance(sink, dict)
        columns, headers = sink["columns"], sink["starrocks.config"]
        assert isinstance(columns, list)
        assert isinstance(headers, dict)
        pairs = [str(column).partition("=") for column in columns]
        body = [{target: row[source or target] for target, _, source in pairs}]
        table = f"{sink['database']}/{sink['table']}"
        url = f"http://127.0.0.1:{lake.server.be_http_port}/api/{table}/_stream_load"
        sent = {"label": uuid4().hex, **{key: str(value) for key, value in headers.items()}}
        user = ("liontrack_sink", lake.password)
        answer = httpx.put(url, content=json.dumps(body), headers=sent, auth=user, timeout=60).json()
        assert answer["Status"] == "Success", answer
        tables.append(table.replace("/", "."))
    for table in tables:
        [stored] = lake.query(f"SELECT * FROM {table}")
        assert [column for column, value in stored.items() if value is None and column != "unknown_fields"] == []
