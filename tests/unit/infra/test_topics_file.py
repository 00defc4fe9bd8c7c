"""Errors of a `topics.yaml` name the file, the key and the value."""

from pathlib import Path

import pytest

from infra.resources.pulsar.topics_file import TopicsError, read_topics

GOOD = """\
tenant: weather
namespaces:
  events: {retention_minutes: 60, retention_size_mb: -1}
topics:
  readings: {namespace: events, partitions: 1}
"""


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            "partitions: 1",
            "partitions: 0",
            "topics.readings.partitions: Input should be greater than or equal to 1 (found 0)",
        ),
        ("retention_minutes", "retention_minute", "namespaces.events.retention_minutes: Field required"),
        (
            "retention_minutes: 60",
            "retention_minutes: 0",
            "(whole file): namespace events: retention_minutes 0, retention_size_mb -1",
        ),
        ("namespace: events", "namespace: event", "(whole file): topic readings: there is no namespace 'event'"),
        ("tenant: weather", "tenant: [", "while parsing a flow sequence"),
    ],
)
def test_the_error_names_file_key_and_value(tmp_path: Path, before: str, after: str, line: str) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(GOOD)
    assert read_topics(path).topics["readings"].partitions == 1
    path.write_text(GOOD.replace(before, after))
    with pytest.raises(TopicsError) as error:
        read_topics(path)
    assert line in str(error.value)
    assert str(error.value).startswith(str(path))


def test_the_error_names_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TopicsError, match="No such file"):
        read_topics(tmp_path / "topics.yaml")
