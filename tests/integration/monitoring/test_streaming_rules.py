"""Rules about topics and subscriptions when partitions move to other brokers and consumers connect again."""

from pathlib import Path

import pytest

from tests.integration.monitoring.evaluation import firing, run, value

MESSAGES = "pulsar_in_messages_total"
ACKED = "pulsar_subscription_last_acked_timestamp"
CONSUMED = "pulsar_subscription_last_consumed_timestamp"
BACKLOG = "pulsar_subscription_back_log"
_RATE = 'sum(kappastack:topic_messages:rate2m{topic="a/b/c"})'
_INCREASE = 'sum(kappastack:topic_messages:increase{topic="a/b/c"})'


def partition(metric: str, number: int, broker: str = "b1") -> str:
    """A series of a partition."""
    subscription = ', subscription="ingest"' if "subscription" in metric else ""
    topic = f"persistent://a/b/c-partition-{number}"
    return f'{metric}{{namespace="a/b", topic="{topic}", instance="{broker}"{subscription}}}'


def consumer(acked: str, consumed: str, backlog: str = "5x100") -> dict[str, str]:
    """The series of a subscription."""
    return {
        partition(ACKED, 0): acked,
        partition(CONSUMED, 0): consumed,
        partition(BACKLOG, 0): backlog,
    }


def test_a_partition_that_moves_to_another_broker_adds_no_messages(rules: list[Path], tmp_path: Path) -> None:
    series = {
        partition(MESSAGES, 0): "1000000x29 stale",
        partition(MESSAGES, 0, "b2"): "_x30 0x30",
        partition(MESSAGES, 1): "1000000x60",
    }
    minutes = (29, 30, 31, 32, 35, 44, 50)
    expected = [value(each, minute, 0) for minute in minutes for each in (_RATE, _INCREASE)]
    run(rules, tmp_path, [(series, expected)])


def test_messages_of_both_brokers_are_counted(rules: list[Path], tmp_path: Path) -> None:
    series = {
        partition(MESSAGES, 0): "1000000+60x29 stale",
        partition(MESSAGES, 0, "b2"): "_x30 0+60x30",
        partition(MESSAGES, 1): "1000000+60x60",
    }
    run(rules, tmp_path, [(series, [value(_RATE, minute, 2) for minute in (20, 35, 50)])])


def test_a_topic_remains_silent_when_its_partition_moves(rules: list[Path], tmp_path: Path) -> None:
    series = {
        partition(MESSAGES, 0): "0+10x400 4000x25 stale",
        partition(MESSAGES, 0, "b2"): "_x427 0x60",
        partition(MESSAGES, 1): "0+10x400 4000x100",
    }
    alert = "TopicSilent"
    run(
        rules, tmp_path, [(series, [firing(alert, 380, 0), *(firing(alert, each, 1) for each in (425, 430, 440, 450))])]
    )


def held(name: str, values: str, product: str = "a") -> dict[str, str]:
    """The series of a job that a backup keeps stopped while its value is 1."""
    return {f'kappastack_job_held{{product="{product}", streaming_job="{name}"}}': values}


STOPPED = consumer("1+60000x20 stale", "1+60000x20 stale")
SITUATIONS = [
    ("a consumer that is refused", consumer("0x100", "0x100"), {"IngestLag"}),
    (
        "a job that restarts before its first checkpoint",
        consumer("0x100", "1+60000x100"),
        {"IngestLag", "CheckpointSlow"},
    ),
    (
        "a job that restarts during an outage of its tables",
        consumer("1+60000x10 600001x15 0x75", "1+60000x100"),
        {"IngestLag", "CheckpointSlow"},
    ),
    ("a job that stopped", consumer("1+60000x10 600001x5 stale", "1+60000x10 600001x5 stale"), {"IngestLag"}),
    ("a backup that stops one of two jobs", STOPPED | held("x", "0x20 1x80") | held("y", "0x100"), {"IngestLag"}),
    ("a backup of another product", STOPPED | held("x", "1x100", "other"), {"IngestLag"}),
    ("a backup that stops all jobs", STOPPED | held("x", "0x20 1x80") | held("y", "0x20 1x80"), set()),
    ("a consumer that connects again", consumer("1+60000x20 0x1 1380001+60000x77", "1+60000x100"), set()),
    ("a topic whose messages all were read", consumer("0x100", "1+60000x100", "0x100"), set()),
    (
        "an event after a long pause",
        consumer("600000x60 3720000x40", "600000x60 3720000x40", "0x60 1 0x40"),
        set(),
    ),
]


@pytest.mark.parametrize(("series", "alerts"), [each[1:] for each in SITUATIONS], ids=[each[0] for each in SITUATIONS])
def test_waiting_messages_without_acknowledgements_raise_alerts(
    rules: list[Path], tmp_path: Path, series: dict[str, str], alerts: set[str]
) -> None:
    # CheckpointSlow clears when the job has received no messages for some minutes.
    expected = [
        firing(alert, minute, alert in alerts)
        for alert in ("IngestLag", "CheckpointSlow")
        for minute in (30, 40, 62, 90)
    ]
    run(rules, tmp_path, [(series, expected)])
